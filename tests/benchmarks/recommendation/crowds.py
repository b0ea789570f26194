"""200 cold requests at once over four processes, and requests while Redis is frozen or gone."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import psutil

from tests.benchmarks.recommendation.client import Connection, connections
from tests.benchmarks.recommendation.library import paths
from tests.benchmarks.row import Goal, Row, percentile
from tests.benchmarks.tools import Tools, uvicorn

_PROCESSES, _CROWD = 4, 200
_MADE = re.compile(rb"^reelwright_cache_values_made_total (\S+)$", re.MULTILINE)


async def rows(tools: Tools, environment: dict[str, str], valkey_folder: Path) -> AsyncIterator[Row]:
    async with AsyncExitStack() as stack:
        folders = [tools.folder / "recommendation" / f"crowd-{number}" for number in range(_PROCESSES)]
        app = "services.recommendation.app:app"
        urls = [await stack.enter_async_context(uvicorn(app, folder, **environment)) for folder in folders]
        yield await _stampede(tools, urls)
        server = next(each for each in psutil.process_iter(["cmdline"]) if _is_valkey(each, str(valkey_folder)))
        server.suspend()
        try:
            yield await _without_redis(tools, "frozen", urls[0], start=20_000)
        finally:
            server.resume()
        server.kill()
        yield await _without_redis(tools, "gone", urls[1], start=30_000)


async def _stampede(tools: Tools, urls: list[str]) -> Row:
    """The worst of several crowds, each for a user nobody has asked for."""
    tools.tell("recommendation.stampede")
    async with AsyncExitStack() as stack:
        crowds = [await stack.enter_async_context(connections(url, _CROWD // _PROCESSES)) for url in urls]
        everybody = [connection for crowd in crowds for connection in crowd]
        await asyncio.gather(*(connection.get("/health/live") for connection in everybody))
        made, took = [], []
        for path in paths(3 if tools.quick else 10, start=10_000):
            before, started = await _computed(urls), time.perf_counter()
            await asyncio.gather(*(connection.get(path) for connection in everybody))
            took.append(time.perf_counter() - started)
            made.append(await _computed(urls) - before)
    note = f"{_CROWD} requests over {_PROCESSES} processes were answered in {percentile(took, 50) * 1e3:.0f} ms"
    return Row("recommendation.stampede", max(made), "computed", goal=Goal("ours", "≤", 1), note=note)


async def _computed(urls: list[str]) -> float:
    found = [_MADE.search(await Connection(url).get("/metrics")) for url in urls]
    return sum(float(each[1]) for each in found if each)


async def _without_redis(tools: Tools, how: str, url: str, start: int) -> Row:
    """Half of the requests are of users who were never ranked."""
    tools.tell(f"recommendation with Redis {how}")
    known, count = list(paths(20)), 200 if tools.quick else 600
    new = list(paths(count // 2, start=start))
    chosen = iter([path for pair in zip(new, known * (count // 2), strict=False) for path in pair])
    took: list[float] = []

    async def work(connection: Connection) -> None:
        for path in chosen:
            started = time.perf_counter()
            await connection.get(path)
            took.append(time.perf_counter() - started)

    async with connections(url, 8) as some:
        await asyncio.gather(*map(work, some))
    note = f"8 in flight, half of them cold; longest {max(took):.2f} s"
    return Row(f"recommendation.redis_{how}_p99", percentile(took, 99), "s", goal=Goal("ours", "≤", 1), note=note)


def _is_valkey(process: psutil.Process, folder: str) -> bool:
    words = process.info["cmdline"] or []
    return bool(words) and "valkey" in words[0] and any(folder in word for word in words)
