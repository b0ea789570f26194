"""Searches a second through the index's port: 16 in flight, each as soon as the one before it is answered.

Unbatched is the same, but each search is scanned by itself in a thread.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from shared.vectors import scan
from shared.vectors.exact import ExactIndex
from tests.benchmarks.row import Goal, Row, beside
from tests.benchmarks.search.corpus import Corpus
from tests.benchmarks.search.scan import loaded
from tests.benchmarks.tools import Tools, in_pairs

_K = 20
_IN_FLIGHT = 16

Search = Callable[[int], Awaitable[None]]


async def rows(tools: Tools, corpus: Corpus) -> AsyncIterator[Row]:
    tools.tell("search.in_flight_16")
    index = loaded(corpus)
    count, rounds = (200, 3) if tools.quick else (600, 8)

    async def batched(number: int) -> None:
        await index.search(corpus.queries[number % len(corpus.queries)], _K)

    async def alone(number: int) -> None:
        await asyncio.to_thread(_scanned, index, corpus, number)

    async def at_once() -> float:
        return await rate(batched, count, _IN_FLIGHT)

    sides = (("unbatched, 16 in flight", alone, _IN_FLIGHT, Goal("ratio", "≥", 2)), ("one after another", batched, 1, None))
    for against, search, in_flight, goal in sides:

        async def theirs(search: Search = search, in_flight: int = in_flight) -> float:
            return await rate(search, count, in_flight)

        figures = beside(await in_pairs(at_once, theirs, rounds))
        name = "search.in_flight_16" if goal else "search.in_flight_16_beside_1"
        yield Row(name, figures[0], "searches/s", against, figures[1], figures[2], goal)


def _scanned(index: ExactIndex, corpus: Corpus, number: int) -> None:
    scan.search(index._view, [scan.Query(corpus.queries[number % len(corpus.queries)], _K)])


async def rate(search: Search, count: int, in_flight: int) -> float:
    """`count` searches, `in_flight` at a time: how many a second."""
    numbers = iter(range(count))

    async def work() -> None:
        for number in numbers:
            await search(number)

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(in_flight)))
    return count / (time.perf_counter() - started)
