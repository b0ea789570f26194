"""The writer that asks language models, and believes nothing they say before it has looked."""

from __future__ import annotations

from collections.abc import Mapping

from services.backend.plans.continued import block_weeks, continued
from services.backend.plans.orders import PlanOrder, Selection
from services.backend.plans.prompt import plan_prompt
from services.backend.plans.rules import Drafted
from services.backend.plans.validation import PlanInvalid, problems, read_plan, validate_ai_plan_response, without
from shared import metrics
from shared.errors import Unavailable
from shared.injuries import excluded, excluded_by_name
from shared.llm.base import LLM
from shared.llm.repair import Unfit
from shared.schemas.exercises import Exercise
from shared.schemas.plans import WorkoutPlan
from shared.settings import Plans

_UNCHECKED = "plan: its length, days, slugs, level and equipment were not checked (AI_VALIDATION=off); only what is to be avoided was"
_MOST_NOTES, _MOST_TOLD = 10, 300


class ModelWriter:
    """A PlanWriter. Whoever gives the LLM closes it.

    AI_VALIDATION=repair: what does not hold goes back to the model, at most PLAN_REPAIR_TURNS times. strict: never. off: the plan as it
    came, if it has the shape of one, but never with an exercise that is to be avoided.
    """

    def __init__(self, llm: LLM, config: Plans) -> None:
        self._llm = llm
        self._config = config

    async def write(self, order: PlanOrder, selection: Selection) -> Drafted:
        block = block_weeks(order.weeks, order.days_per_week)
        reader = _Reader(order, selection.allowed, {block, order.weeks}, self._config)
        mode = self._config.ai_validation
        repairs = self._config.plan_repair_turns if mode == "repair" else 0
        prompt = plan_prompt(order, selection.fitting, block)
        try:
            answer = await self._llm.answer(prompt, WorkoutPlan, read=reader.read, repairs=repairs)
        except Unavailable:
            if reader.last is None:
                raise
            raise reader.last from None  # it tells more than that nobody answered
        plan = answer.value.model_copy(update={"goal": order.goal})
        written = plan.duration_weeks
        if mode == "off" or written == order.weeks:
            return Drafted(plan, written_by=answer.hop, notes=reader.unheld(plan) if mode == "off" else ())
        note = f"weeks {written + 1} to {order.weeks} are the first {written} again, a little harder each time"
        return Drafted(continued(plan, order.weeks), written_by=answer.hop, notes=(note,))


class _Reader:
    """Reads a model's answers to one order; `last` is why the last one did not do."""

    def __init__(self, order: PlanOrder, allowed: Mapping[str, Exercise], weeks: set[int], config: Plans) -> None:
        self._order, self._allowed, self._weeks, self._config = order, allowed, weeks, config
        self.last: PlanInvalid | None = None

    def read(self, text: str) -> WorkoutPlan:
        """Raises Unfit where the model may mend it, else PlanInvalid."""
        try:
            return self._unchecked(text) if self._config.ai_validation == "off" else self._checked(text)
        except PlanInvalid as error:
            for problem in error.problems:
                metrics.PLAN_PROBLEMS.labels(problem.label).inc()
            self.last = error
            if self._config.ai_validation == "repair":
                raise Unfit(error.told) from None
            raise

    def unheld(self, plan: WorkoutPlan) -> tuple[str, ...]:
        """For a plan that is kept unchecked: that it is, and what of it is not as it was asked for."""
        asked = self._order
        found = problems(plan, self._allowed, limits=asked.limits, weeks=(asked.weeks,), days_per_week=asked.days_per_week)
        told = [f"plan: {problem}"[:_MOST_TOLD] for problem in found[:_MOST_NOTES]]
        more = [f"plan: … and {len(found) - _MOST_NOTES} more"] if len(found) > _MOST_NOTES else []
        return (_UNCHECKED, *told, *more)

    def _checked(self, text: str) -> WorkoutPlan:
        return validate_ai_plan_response(
            text,
            self._allowed,
            limits=self._order.limits,
            weeks=self._weeks,
            days_per_week=self._order.days_per_week,
            max_bytes=self._config.plan_max_bytes,
        )

    def _unchecked(self, text: str) -> WorkoutPlan:
        plan = without(read_plan(text, self._config.plan_max_bytes), self._avoided)
        found = problems(plan)
        if found:
            raise PlanInvalid(found)
        return plan

    def _avoided(self, slug: str) -> bool:
        known, avoid = self._allowed.get(slug), self._order.limits.avoid
        return bool(excluded(known, avoid) if known else excluded_by_name(slug, avoid))
