"""One LLM out of several models: asked in order until one gives an answer that fits.

A hop that fails is passed over at once. Only when nobody has answered are those that were merely busy waited for and asked again, once.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic

from pydantic import ValidationError

from shared import metrics
from shared.errors import Unavailable
from shared.llm.base import Answer, Completion, Model, Prompt, T, Turn
from shared.llm.breaker import Breaker
from shared.llm.failures import Away, Busy, ModelFailure, TimedOut, Unusable
from shared.llm.repair import Unfit, parse, problems, repair_turns
from shared.logging import get_logger

log = get_logger(__name__)

Spend = Callable[[], Awaitable[bool]]
"""Takes one call from the day's budget; False: none is left."""


@dataclass(frozen=True)
class Patience:
    """Seconds for one answer of one model and for all together; failures in a row that open a breaker, and for how many seconds."""

    timeout_s: float
    deadline_s: float
    breaker_failures: int
    breaker_cooldown_s: float


@dataclass(frozen=True)
class _Question(Generic[T]):
    """`deadline` is a time of the event loop, `read` and `repairs` are as in `LLM.answer`. `outcomes` by hop, and the seconds after which a
    hop is worth asking again."""

    prompt: Prompt
    schema: type[T]
    deadline: float
    read: Callable[[str], T]
    repairs: int
    outcomes: dict[str, str] = field(default_factory=dict)
    waits: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class _Hop:
    model: Model
    breaker: Breaker


class Chain:
    """An LLM. `spend` is asked before every request, and what it raises ends the call; `clock` is in seconds and never goes back."""

    def __init__(
        self,
        models: Sequence[Model],
        patience: Patience,
        *,
        spend: Spend | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hops = [_Hop(model, Breaker(patience.breaker_failures, patience.breaker_cooldown_s)) for model in models]
        self._patience = patience
        self._spend = spend
        self._clock = clock

    async def answer(
        self,
        prompt: Prompt,
        schema: type[T],
        *,
        context: Mapping[str, Any] | None = None,
        deadline_s: float | None = None,
        read: Callable[[str], T] | None = None,
        repairs: int = 1,
    ) -> Answer[T]:
        allowed_s = self._patience.deadline_s if deadline_s is None else deadline_s
        deadline = asyncio.get_running_loop().time() + allowed_s
        read = read or partial(parse, schema=schema, context=context)
        question = _Question(prompt, schema, deadline, read, repairs)
        try:
            async with asyncio.timeout_at(question.deadline):
                answer = await self._first(question, self._hops) or await self._once_more(question)
        except TimeoutError:
            answer = None
            question.outcomes["deadline"] = f"{allowed_s:g} s"
        if answer is None:
            told = ", ".join(f"{hop}: {outcome}" for hop, outcome in question.outcomes.items())
            raise Unavailable(f"no language model answered ({told})", code="llm_unavailable")
        return answer

    async def aclose(self) -> None:
        for hop in self._hops:
            await hop.model.aclose()

    async def _once_more(self, question: _Question[T]) -> Answer[T] | None:
        """Wait for the first hop that is worth it, if there is time."""
        waiting = [hop for hop in self._hops if hop.model.hop in question.waits]
        wait_s = min(question.waits.values(), default=0) * random.uniform(1.02, 1.1)  # noqa: S311 - not all who wait at once
        if not waiting or asyncio.get_running_loop().time() + wait_s >= question.deadline:
            return None
        await asyncio.sleep(wait_s)
        return await self._first(question, waiting)

    async def _first(self, question: _Question[T], hops: Sequence[_Hop]) -> Answer[T] | None:
        for hop in hops:
            if answer := await self._ask(hop, question):
                return answer
        return None

    async def _ask(self, hop: _Hop, question: _Question[T]) -> Answer[T] | None:
        name, now = hop.model.hop, self._clock()
        with hop.breaker.attempt(now) as refusal:
            if refusal is not None:
                question.outcomes[name] = refusal
                if refusal == "resting":
                    question.waits[name] = hop.breaker.rests_for(now)
                return None
            try:
                return await self._converse(hop, question)
            except ModelFailure as failure:
                question.outcomes[name] = failure.outcome
                if isinstance(failure, Busy | Away) and failure.wait_s is not None:
                    question.waits[name] = failure.wait_s
                return None

    async def _converse(self, hop: _Hop, question: _Question[T]) -> Answer[T]:
        """Raises ModelFailure."""
        started = self._clock()
        turns = [Turn("user", question.prompt.user())]
        said: list[Completion] = []
        unfit: list[str] = []
        while len(said) <= question.repairs:
            said.append(await self._complete(hop, question, turns))
            try:
                value = question.read(said[-1].text)
            except (ValidationError, Unfit) as error:
                unfit = error.problems if isinstance(error, Unfit) else problems(error)
                log.warning("llm_answer_unfit", hop=hop.model.hop, model=hop.model.model, tries=len(said), problems=unfit)
                turns += repair_turns(said[-1].text, unfit)
            else:
                tokens = (sum(each.tokens_in for each in said), sum(each.tokens_out for each in said))
                return Answer(value, hop.model.hop, hop.model.model, len(said) > 1, *tokens, self._clock() - started)
        raise Unusable("; ".join(unfit))

    async def _complete(self, hop: _Hop, question: _Question[T], turns: Sequence[Turn]) -> Completion:
        """One request, paid for, timed, counted and remembered. Raises ModelFailure."""
        if self._spend is not None and not await self._spend():
            raise Unavailable("today's budget of model calls is used up", code="llm_budget_spent")
        started = self._clock()
        try:
            completion = await self._in_time(hop.model, question, turns)
        except ModelFailure as failure:
            self._note(hop, failure)
            if isinstance(failure, TimedOut):
                metrics.LLM_TIMEOUTS.labels(hop.model.hop).inc()
            _record(hop.model, failure.outcome, self._clock() - started, error=failure.message)
            raise
        except asyncio.CancelledError:
            if asyncio.get_running_loop().time() >= question.deadline:  # else a model that hangs longer than callers wait is asked for ever
                self._note(hop, TimedOut("no answer by the deadline"))
                metrics.LLM_TIMEOUTS.labels(hop.model.hop).inc()
            raise
        hop.breaker.succeeded()
        _record(hop.model, "ok", self._clock() - started, completion)
        return completion

    async def _in_time(self, model: Model, question: _Question[T], turns: Sequence[Turn]) -> Completion:
        try:
            async with asyncio.timeout(self._patience.timeout_s):
                return await model.complete(question.prompt.system, turns, question.schema.model_json_schema())
        except TimeoutError:
            raise TimedOut(f"no answer within {self._patience.timeout_s:g} s") from None

    def _note(self, hop: _Hop, failure: ModelFailure) -> None:
        if hop.breaker.learn(failure, self._clock()):
            log.error("llm_hop_off", hop=hop.model.hop, model=hop.model.model, setting=hop.model.setting, reason=failure.message)


def _record(model: Model, outcome: str, seconds: float, completion: Completion | None = None, **told: str) -> None:
    metrics.LLM_CALLS.labels(model.hop, outcome).inc()
    metrics.LLM_SECONDS.labels(model.hop).observe(seconds)
    fields = {"hop": model.hop, "model": model.model, "outcome": outcome, "seconds": round(seconds, 3), **told}
    if completion is None:
        log.warning("llm_call", **fields)
        return
    metrics.LLM_TOKENS.labels(model.hop, "in").inc(completion.tokens_in)
    metrics.LLM_TOKENS.labels(model.hop, "out").inc(completion.tokens_out)
    log.info("llm_call", **fields, tokens_in=completion.tokens_in, tokens_out=completion.tokens_out)
