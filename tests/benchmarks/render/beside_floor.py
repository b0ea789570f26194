"""The whole reel beside its encoder's floor.

Ours is a process from its start to its end: posting in, files out. The floor is a process too, of Python, PyAV and our encoder with the
same settings, fed with the same frames; reading those, which are composed before, does not count. `bare` leaves out its start as well.
On a busy machine the seconds of all cores say more than those on the clock.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from tests.benchmarks.render.reel import POSTING, make, module, run
from tests.benchmarks.row import Goal, Row, beside
from tests.benchmarks.tools import Tools, in_pairs

GOAL = Goal("ratio", "≤", 1.35)
AGAINST = "encoding the same frames"


async def rows(tools: Tools) -> AsyncIterator[Row]:
    tools.tell("render.beside_floor")
    await asyncio.to_thread(run, module("frames", tools.folder), tools.folder, json.dumps(POSTING))
    ours_cpu: list[float] = []
    floor_cpu: list[float] = []
    bare: list[float] = []

    async def ours() -> float:
        made = await asyncio.to_thread(make, tools.folder)
        ours_cpu.append(made.cpu_s)
        return made.wall_s

    async def floor() -> float:
        done = await asyncio.to_thread(run, module("floor", tools.folder), tools.folder)
        seconds = json.loads(done.said)
        floor_cpu.append(done.cpu_s - seconds["loading_cpu_s"])
        bare.append(seconds["wall_s"])
        return float(done.wall_s - seconds["loading_wall_s"])

    walls = await in_pairs(ours, floor, 2 if tools.quick else 9)
    yield _row("render.beside_floor", "s", walls, GOAL)
    yield _row("render.beside_floor_bare", "s", [(wall, alone) for (wall, _), alone in zip(walls, bare[1:], strict=True)])
    yield _row("render.beside_floor_cpu", "s of cores", list(zip(ours_cpu, floor_cpu, strict=True))[1:])


def _row(name: str, unit: str, pairs: list[tuple[float, float]], goal: Goal | None = None) -> Row:
    figures = beside(pairs)
    return Row(name, figures[0], unit, AGAINST, *figures[1:], goal)
