"""The whole reel beside other ways to compose the same design: MoviePy, and one ffmpeg command with libass.

Theirs begin with all parts ready (see materials.py); ours begins with the posting. Rows are left out where the peer is not installed:
`uv pip install --no-deps moviepy==2.2.1 imageio imageio-ffmpeg decorator proglog`, as MoviePy asks for a Pillow of 2024.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from importlib.util import find_spec
from statistics import median

from tests.benchmarks.render.reel import make, module, run
from tests.benchmarks.row import Goal, Row, beside
from tests.benchmarks.tools import Tools, in_pairs

GOAL = Goal("ratio", "≥", 10)


async def rows(tools: Tools) -> AsyncIterator[Row]:
    if find_spec("imageio_ffmpeg") is None:
        tools.tell("render.beside_moviepy: MoviePy is not installed, left out")
        return
    await asyncio.to_thread(run, module("materials", tools.folder), tools.folder)
    if find_spec("moviepy"):
        yield await _row(tools, "render.beside_moviepy", "MoviePy, same design", module("moviepy_peer", tools.folder), 1, GOAL)
    from tests.benchmarks.render import libass_peer

    if libass_peer.has_libass():
        webvtt = (tools.folder / "recorded/captions.vtt").read_text(encoding="utf-8")
        libass_peer.write_subtitles(webvtt, tools.folder)
        yield await _row(tools, "render.beside_ffmpeg_libass", "ffmpeg and libass", libass_peer.command(tools.folder), 3, None)


async def _row(tools: Tools, name: str, against: str, command: Sequence[str], rounds: int, goal: Goal | None) -> Row:
    tools.tell(name)

    async def ours() -> float:
        """The median of a few, which take less time than one of MoviePy's."""
        return median([(await asyncio.to_thread(make, tools.folder)).wall_s for _ in range(5)])

    async def theirs() -> float:
        return (await asyncio.to_thread(run, command, tools.folder)).wall_s

    pairs = await in_pairs(theirs, ours, 1 if tools.quick else rounds)
    their_seconds, our_seconds, times_as_fast = beside(pairs)
    return Row(name, our_seconds, "s", against, their_seconds, times_as_fast, goal, note="beside a peer: how many times as fast")
