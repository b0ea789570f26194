"""From a posting to HLS, MP4, poster and captions, process start included: how much faster than it plays, and in how much memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from statistics import median

from tests.benchmarks.render.reel import make, peak_rss_mb
from tests.benchmarks.row import Goal, Row
from tests.benchmarks.tools import Tools

REALTIME = Goal("ours", "≥", 12)
MEMORY = Goal("ours", "≤", 256)


async def rows(tools: Tools) -> AsyncIterator[Row]:
    rounds = 2 if tools.quick else 7
    tools.tell("render.realtime")
    runs = [await asyncio.to_thread(make, tools.folder) for _ in range(rounds + 1)][1:]  # the first compiles what is imported
    result = runs[0].result
    pace = median(result.duration_seconds / run.wall_s for run in runs)
    seconds, cpu = median(run.wall_s for run in runs), median(run.cpu_s for run in runs)
    note = f"a reel of {result.duration_seconds:.1f} s ({result.width}×{result.height}) in {seconds:.2f} s, {cpu:.2f} s of all cores"
    yield Row("render.realtime", pace, "× realtime", goal=REALTIME, note=note)
    tools.tell("render.memory")
    peaks = [await asyncio.to_thread(peak_rss_mb, tools.folder) for _ in range(1 if tools.quick else 3)]
    yield Row("render.memory", max(peaks), "MB", goal=MEMORY)
