"""Limits on how often something may be done, and the exact arithmetic of them. PURE.

All in whole numbers, time in µs: what a bucket holds is counted in parts of 1 / period_us of a token, so that nothing is ever rounded. The
script in `rate_limit_script.py` does the same in Redis; a test holds the two together.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PACIFIC = "America/Los_Angeles"
"""Where the days of Google's quotas begin."""
_MOST = 2**53
"""Whole numbers are exact up to here in Redis's Lua."""
_DAYS = 3
_QUARTER_S = 900


@dataclass(frozen=True)
class TokenBucket:
    """`capacity` at once; `refill` more come back, evenly, every `period_us`."""

    name: str
    capacity: int
    refill: int
    period_us: int

    def __post_init__(self) -> None:
        if min(self.capacity, self.refill, self.period_us) < 1 or self.capacity * self.period_us >= _MOST:
            raise ValueError(f"no such bucket: {self}")

    @classmethod
    def within(cls, name: str, limit: int, period_s: float) -> TokenBucket:
        """Never more than `limit` in any `period_s`: a quarter of them at once, the others as time passes."""
        burst = max(1, limit // 4)
        return cls(name, burst, max(1, limit - burst), round(period_s * 1_000_000))

    def among(self, instances: int) -> TokenBucket | None:
        """The part of one of several processes; None where there is not one for each."""
        if self.capacity < instances:
            return None
        return replace(self, capacity=self.capacity // instances, period_us=self.period_us * instances)


@dataclass(frozen=True)
class DailyWindow:
    """`limit` from each midnight of `zone` to the next, which are 23 to 25 hours."""

    name: str
    limit: int
    zone: str = PACIFIC

    def midnights(self, now_us: int) -> tuple[int, ...]:
        """The last two midnights and the next ones (Unix, s): enough for a clock that is a day off to find its day."""
        return _midnights(self.zone, now_us // 1_000_000 // _QUARTER_S * _QUARTER_S)

    def today(self, now_us: int) -> int:
        """The midnight this day began with (Unix, s)."""
        midnights = self.midnights(now_us)
        return midnights[bisect_right(midnights, now_us // 1_000_000) - 1]

    def among(self, instances: int, used: int) -> DailyWindow:
        """The part of one of several processes in what all of them, as far as is known, have left."""
        return replace(self, limit=used + max(0, self.limit - used) // instances)


@lru_cache(maxsize=64)
def _midnights(zone: str, quarter: int) -> tuple[int, ...]:
    """No zone's midnight lies within a quarter of an hour that began at this one (Unix, s)."""
    there = ZoneInfo(zone)
    today = datetime.fromtimestamp(quarter, there).date()
    days = (today + timedelta(days=offset) for offset in range(-1, _DAYS))
    return tuple(int(datetime.combine(day, time(), there).timestamp()) for day in days)


Limit = TokenBucket | DailyWindow


@dataclass(frozen=True)
class Charge:
    """What is to be taken from a limit, if then at least `leave` is left in it for others."""

    limit: Limit
    cost: int = 1
    leave: int = 0


@dataclass(frozen=True)
class Level:
    """Of a bucket: parts it holds, as of a time (µs). Of a window: how much is used, since which midnight (s)."""

    amount: int
    at: int


@dataclass(frozen=True)
class Outcome:
    """`wait_us`: until it may be granted, if nobody else comes; `levels` by limit, before the charge was taken or after; `left`: whole
    tokens or units by limit."""

    granted: bool
    wait_us: int
    levels: Mapping[str, Level]
    left: Mapping[str, int]


def decide(levels: Mapping[str, Level], charges: Sequence[Charge], now_us: int) -> Outcome:
    """All of the charges, or none of them."""
    there = {charge.limit.name: _level(levels.get(charge.limit.name), charge.limit, now_us) for charge in charges}
    wait_us = max((_wait(there[charge.limit.name], charge, now_us) for charge in charges), default=0)
    after = there if wait_us else {charge.limit.name: _taken(there[charge.limit.name], charge) for charge in charges}
    return Outcome(wait_us == 0, wait_us, after, {charge.limit.name: left(after[charge.limit.name], charge.limit) for charge in charges})


def spent(levels: Mapping[str, Level], limits: Sequence[Limit], now_us: int) -> dict[str, Level]:
    """With nothing left in these limits: whoever sets them has said so."""
    return {**levels, **{limit.name: _spent(_level(levels.get(limit.name), limit, now_us), limit) for limit in limits}}


def _level(level: Level | None, limit: Limit, now_us: int) -> Level:
    """As it is now. A clock that went back changes nothing."""
    if isinstance(limit, TokenBucket):
        full = limit.capacity * limit.period_us
        if level is None:
            return Level(full, now_us)
        return Level(min(full, level.amount + max(0, now_us - level.at) * limit.refill), max(now_us, level.at))
    today = limit.today(now_us)
    return level if level and level.at >= today else Level(0, today)


def _wait(level: Level, charge: Charge, now_us: int) -> int:
    limit, needed = charge.limit, charge.cost + charge.leave
    if isinstance(limit, TokenBucket):
        lacking = needed * limit.period_us - level.amount
        return max(0, -(-lacking // limit.refill))
    if level.amount + needed <= limit.limit:
        return 0
    following = [midnight for midnight in limit.midnights(now_us) if midnight > level.at]
    return max(1, following[0] * 1_000_000 - now_us)


def _taken(level: Level, charge: Charge) -> Level:
    if isinstance(charge.limit, TokenBucket):
        return replace(level, amount=level.amount - charge.cost * charge.limit.period_us)
    return replace(level, amount=level.amount + charge.cost)


def _spent(level: Level, limit: Limit) -> Level:
    return replace(level, amount=min(level.amount, 0) if isinstance(limit, TokenBucket) else max(level.amount, limit.limit))


def left(level: Level, limit: Limit) -> int:
    """Whole tokens, or units."""
    if isinstance(limit, TokenBucket):
        return max(0, level.amount // limit.period_us)
    return max(0, limit.limit - level.amount)
