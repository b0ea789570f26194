"""From an order to a plan that may be kept: a model's where one is asked and keeps to the rules, else the rules' own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace

from services.backend.llm import open_llm_within_budget
from services.backend.plans.base import PlanWriter, RulesWriter
from services.backend.plans.equipment import EVERYTHING, equipment_name, needed
from services.backend.plans.orders import PlanOrder, Selection, select
from services.backend.plans.rules import Drafted
from services.backend.plans.validation import PlanInvalid
from shared import metrics
from shared.errors import Conflict, Unavailable
from shared.injuries import reading
from shared.logging import get_logger
from shared.mongo.client import Database
from shared.schemas.exercises import Exercise
from shared.settings import Settings

log = get_logger(__name__)

_MOST_TOLD = 300


class Planner:
    """`model` None: plans are the rules' without being degraded for it."""

    def __init__(self, model: PlanWriter | None = None) -> None:
        self._model = model
        self._rules = RulesWriter()

    async def plan(self, order: PlanOrder, exercises: Iterable[Exercise]) -> Drafted:
        """Of the exercises that may be planned. Raises Conflict where none of them fits the order."""
        selection = await asyncio.to_thread(select, exercises, order.limits)
        _must_have_some(selection, order)
        drafted = await self._drafted(order, selection)
        metrics.PLANS.labels(drafted.written_by).inc()
        lacks = (*_missing_equipment(order, selection), *_not_left_out(selection))
        return replace(
            drafted,
            degraded=(*drafted.degraded, *lacks),
            notes=(*drafted.notes, *_readings(order), *_left_out(order, selection)),
            unrecognised=selection.unrecognised,
        )

    async def _drafted(self, order: PlanOrder, selection: Selection) -> Drafted:
        if self._model is not None:
            try:
                return await self._model.write(order, selection)
            except (Unavailable, PlanInvalid) as error:
                log.warning("plan_degraded", code=error.code, error=error.message)
                metrics.PLANS_DEGRADED.labels(error.code).inc()
                told = "no model's plan held" if isinstance(error, PlanInvalid) else "no model wrote it"
                drafted = await self._rules.write(order, selection)
                return replace(drafted, degraded=(f"plan: {told} ({error.message})"[:_MOST_TOLD], *drafted.degraded))
        drafted = await self._rules.write(order, selection)
        if drafted.degraded:
            metrics.PLANS_DEGRADED.labels("catalogue").inc()
        return drafted


@asynccontextmanager
async def open_planner(settings: Settings, db: Database) -> AsyncIterator[Planner]:
    """One for the whole process. Models are asked within the day's budget, if any has a key."""
    async with open_llm_within_budget(settings, db) as llm:
        if llm is None:
            yield Planner()
            return
        from services.backend.plans.llm import ModelWriter  # what only this needs takes time to load

        yield Planner(ModelWriter(llm, settings.plans))


def _must_have_some(selection: Selection, order: PlanOrder) -> None:
    if not selection.allowed:
        raise Conflict("no exercise can be planned: the catalogue has none with a clip that can be played", code="no_exercises")
    if not selection.fitting:
        wished = f"the level {order.limits.level}, the equipment ({', '.join(order.limits.equipment) or 'none'})"
        avoided = f" and what to avoid ({', '.join(order.limits.avoid)})" if order.limits.avoid else ""
        message = f"none of the {len(selection.allowed)} exercises fits {wished}{avoided}"
        raise Conflict(message, code="no_exercise_fits")


def _missing_equipment(order: PlanOrder, selection: Selection) -> list[str]:
    """Equipment nobody here trains with is as good as none."""
    used = {needed(exercise) for exercise in selection.allowed.values()}
    idle = [said for said in order.limits.equipment if (name := equipment_name(said)) and name != EVERYTHING and name not in used]
    return [f"equipment: no exercise uses {', '.join(idle)}"] if idle else []


def _readings(order: PlanOrder) -> list[str]:
    return [f'avoid: "{said}" is read as "{better}"' for said in order.limits.avoid if (better := reading(said))]


def _left_out(order: PlanOrder, selection: Selection) -> list[str]:
    if not selection.left_out:
        return []
    return [f"avoid: {selection.left_out} of {len(selection.allowed)} exercises are left out for {', '.join(order.limits.avoid)}"]


def _not_left_out(selection: Selection) -> list[str]:
    unknown = ", ".join(selection.unrecognised)
    return [f"avoid: nothing could be left out for {unknown}, which is not known here"] if unknown else []
