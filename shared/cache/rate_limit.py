"""How often something may be done, by all processes together: several limits at once, taken whole or not at all.

In Redis where there is one, by its clock. While it is away each process has its part of what was left, and what it took meanwhile is
told to Redis afterwards; a Redis that came back empty is told what this process knows of the day. Whoever must not risk one call too many
(`paid`) gets none meanwhile.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from shared.cache.link import RedisLink
from shared.cache.quotas import Charge, DailyWindow, Level, Limit, Outcome, TokenBucket, decide, left, spent
from shared.cache.rate_limit_script import OWE, SCRIPT, SHA, SPEND, TAKE
from shared.errors import Unavailable
from shared.metrics import RATE_DECISIONS

_KEYS = 50_000
_AGAIN_US = 2_000_000
"""When to ask again where nobody can say."""
_NEVER = Level(0, 0)


@dataclass(frozen=True)
class Decision:
    """`retry_after_s`: 0 when granted; `left`: what may still be taken, by limit; `local`: only this process was asked."""

    granted: bool
    retry_after_s: float
    left: Mapping[str, int]
    local: bool = False


def clock_us() -> int:
    return time.time_ns() // 1000


class LocalLimiter:
    """The limits of one process. Of more keys than `most` those not asked for the longest are forgotten."""

    def __init__(self, *, clock_us: Callable[[], int] = clock_us, most: int = _KEYS) -> None:
        self._clock_us = clock_us
        self._most = most
        self._levels: OrderedDict[str, Mapping[str, Level]] = OrderedDict()

    def take(self, key: str, charges: Sequence[Charge]) -> Outcome:
        outcome = decide(self._levels.get(key, {}), charges, self._clock_us())
        if outcome.granted:
            self._put(key, outcome.levels)
        return outcome

    def spend(self, key: str, limits: Sequence[Limit]) -> None:
        self._put(key, spent(self._levels.get(key, {}), limits, self._clock_us()))

    def begin(self, key: str, levels: Mapping[str, Level]) -> None:
        """With these levels, if it has none."""
        if levels and key not in self._levels:
            self._put(key, levels)

    def forget(self, key: str) -> None:
        self._levels.pop(key, None)

    def _put(self, key: str, levels: Mapping[str, Level]) -> None:
        self._levels[key] = {**self._levels.get(key, {}), **levels}
        self._levels.move_to_end(key)
        if len(self._levels) > self._most:
            self._levels.popitem(last=False)


class RateLimiter:
    """`name` begins every key in Redis. `instances`: how many processes share the limits, for when each is on its own."""

    def __init__(self, link: RedisLink | None, *, name: str, instances: int = 1, clock_us: Callable[[], int] = clock_us) -> None:
        self._link = link
        self._name = name
        self._instances = instances
        self._clock_us = clock_us
        self._local = LocalLimiter(clock_us=clock_us)
        self._known: dict[str, dict[str, Level]] = {}  # days as Redis last told them, by key
        self._owed: dict[str, dict[str, Charge]] = {}  # taken while Redis was away

    async def take(self, key: str, charges: Sequence[Charge], *, paid: bool = False) -> Decision:
        """Take all of the charges, or nothing; no two of them have limits of one name, `key` has no brace. A cost of 0 only asks."""
        try:
            await self._settle(key)
            outcome, local = await self._run(TAKE, key, charges), False
        except Unavailable:
            outcome, local = self._alone(key, charges, paid=paid), True
        RATE_DECISIONS.labels("granted" if outcome.granted else "refused", "local" if local else "shared").inc()
        return Decision(outcome.granted, outcome.wait_us / 1e6, outcome.left, local)

    async def spend(self, key: str, limits: Sequence[Limit]) -> None:
        """Nothing is left in these limits, says whoever sets them; others stay as they are."""
        try:
            await self._run(SPEND, key, [Charge(limit, 0) for limit in limits])
        except Unavailable:
            self._begin(key)
            self._local.spend(key, [part for limit in limits if (part := self._part(key, limit))])
            if self._link:
                self._owe(key, [Charge(limit, limit.limit) for limit in limits if isinstance(limit, DailyWindow)])

    def _alone(self, key: str, charges: Sequence[Charge], *, paid: bool) -> Outcome:
        parts = [(charge, part) for charge in charges if (part := self._part(key, charge.limit))]
        if len(parts) < len(charges) or (paid and self._link):
            return Outcome(granted=False, wait_us=_AGAIN_US, levels={}, left={charge.limit.name: 0 for charge in charges})
        self._begin(key)
        outcome = self._local.take(key, [replace(charge, limit=part) for charge, part in parts])
        if outcome.granted and self._link:
            self._owe(key, charges)
        return outcome

    def _begin(self, key: str) -> None:
        self._local.begin(key, self._known.get(key, {}))

    def _part(self, key: str, limit: Limit) -> Limit | None:
        if isinstance(limit, TokenBucket):
            return limit.among(self._instances)
        known = self._known.get(key, {}).get(limit.name, _NEVER)
        return limit.among(self._instances, known.amount if known.at >= limit.today(self._clock_us()) else 0)

    def _owe(self, key: str, charges: Sequence[Charge]) -> None:
        owed = self._owed.setdefault(key, {})
        for charge in charges:
            before = owed.get(charge.limit.name, Charge(charge.limit, 0))
            owed[charge.limit.name] = replace(before, cost=before.cost + charge.cost)

    async def _settle(self, key: str) -> None:
        """Tell what was taken while Redis was away. Raises Unavailable."""
        if owed := list(self._owed.pop(key, {}).values()):
            try:
                await self._run(OWE, key, owed)
            except Unavailable:
                self._owe(key, owed)
                raise

    async def _run(self, act: str, key: str, charges: Sequence[Charge]) -> Outcome:
        """Raises Unavailable."""
        if self._link is None:
            raise Unavailable("there is no Redis", code="cache_away")
        words = [act, *(word for charge in charges for word in self._words(key, charge))]
        granted, wait_us, _, *told = await self._link.ask(lambda redis: _evaluated(redis, f"{self._name}:{{{key}}}", words))
        levels = {charge.limit.name: Level(int(told[2 * n]), int(told[2 * n + 1])) for n, charge in enumerate(charges)}
        self._hear(key, charges, levels)
        return Outcome(bool(granted), int(wait_us), levels, {c.limit.name: left(levels[c.limit.name], c.limit) for c in charges})

    def _words(self, key: str, charge: Charge) -> list[str | int]:
        limit = charge.limit
        if isinstance(limit, TokenBucket):
            return ["bucket", limit.name, charge.cost, charge.leave, limit.capacity, limit.refill, limit.period_us]
        known = self._known.get(key, {}).get(limit.name, _NEVER)
        midnights = limit.midnights(self._clock_us())
        return ["window", limit.name, charge.cost, charge.leave, limit.limit, known.at, known.amount, len(midnights), *midnights]

    def _hear(self, key: str, charges: Sequence[Charge], levels: Mapping[str, Level]) -> None:
        self._local.forget(key)
        if days := {charge.limit.name: levels[charge.limit.name] for charge in charges if isinstance(charge.limit, DailyWindow)}:
            self._known[key] = {**self._known.get(key, {}), **days}


async def _evaluated(redis: Redis, key: str, words: Sequence[str | int]) -> Any:
    run: Any = redis  # whose types mix those of its two kinds
    try:
        return await run.evalsha(SHA, 1, key, *words)
    except NoScriptError:
        return await run.eval(SCRIPT, 1, key, *words)
