"""The parts of a compilation, one by one."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator

from services.backend.routines import retrieval
from services.backend.routines.base import Task
from services.backend.routines.compiler import as_exercises
from services.backend.routines.limits import Limits
from services.backend.routines.selection import seed_of
from services.backend.routines.service import RoutineService
from shared.mongo import clips
from tests.benchmarks.routines.whole import request
from tests.benchmarks.row import Row, percentile

_NOTES = {
    "sentence": "parameters and stories, by rules",
    "limits": "level, equipment, what to avoid",
    "search": "each story embedded, all exercises scored by vector and by words",
    "selection": "choice and timeline",
    "clips": "the chosen clips read again",
}


async def rows(opened: RoutineService, rounds: int) -> AsyncIterator[Row]:
    seconds = defaultdict[str, list[float]](list)
    for number in range(rounds):
        await _one(opened, number, seconds)
    for name, note in _NOTES.items():
        yield Row(f"routines.{name}_p50", percentile(seconds[name], 50) * 1e3, "ms", note=note)


async def _one(opened: RoutineService, number: int, seconds: dict[str, list[float]]) -> None:
    clock = _Clock(seconds)
    catalogue = await opened.live.now()
    clock.restart()
    planned = await opened.planner.plan(request(number))
    clock.lap("sentence")
    limits = await asyncio.to_thread(Limits, planned.parameters, catalogue)
    rows = (await asyncio.to_thread(limits.fitting)).rows
    clock.lap("limits")
    found = await retrieval.search(planned.stories, planned.parameters, catalogue, rows, opened.embedder, opened.settings)
    clock.lap("search")
    seed = seed_of(planned.parameters, planned.stories)
    selection = await opened.selector.choose(Task(found.candidates, planned.parameters, planned.stories, seed))
    made = await asyncio.to_thread(as_exercises, selection.places, planned.stories, limits, catalogue)
    clock.lap("selection")
    await clips.among(opened.db, {each.clip_id for each in made})
    clock.lap("clips")


class _Clock:
    def __init__(self, seconds: dict[str, list[float]]) -> None:
        self._seconds = seconds
        self.restart()

    def restart(self) -> None:
        self._started = time.perf_counter()

    def lap(self, name: str) -> None:
        self._seconds[name].append(time.perf_counter() - self._started)
        self.restart()
