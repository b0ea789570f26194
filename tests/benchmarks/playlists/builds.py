"""The build as the service calls it: reading, deciding, choosing; beside the same two reads alone."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

from services.video.playlists.complaints import Complaints
from services.video.playlists.service import Built, Parts, build
from services.video.playlists.similar import Similar
from shared.mongo import playlist_clips
from shared.mongo.client import Database
from shared.schemas.playlists import Day
from shared.settings import Playlists, Process, Settings
from shared.storage.open import open_store
from shared.storage.playback import open_playbacks
from tests.benchmarks.playlists.catalogue import Catalogue
from tests.benchmarks.row import Goal, Row, percentile
from tests.benchmarks.tools import Tools


async def rows(tools: Tools, large: Catalogue, db: Database, small: Catalogue, other: Database) -> AsyncIterator[Row]:
    rounds = 100 if tools.quick else 1_000
    async with _parts(tools, db) as parts, _parts(tools, other) as fewer:
        tools.tell("playlists: building")
        yield await _beside_reads(parts, large, rounds)
        yield await _of_many(parts, large, rounds // 2)
        yield await _lacking(parts, large, rounds // 4)
        yield await _beside_small(parts, large, fewer, small, rounds // 2)


@asynccontextmanager
async def _parts(tools: Tools, db: Database, **changes: Any) -> AsyncIterator[Parts]:
    settings = Settings(process=Process(data_dir=tools.folder / "media"), playlists=Playlists(**changes))
    async with aclosing(open_store(settings)) as store, aclosing(open_playbacks(settings)) as playbacks:
        yield Parts(db, store, playbacks, Similar(db), Complaints(), settings)


async def _beside_reads(parts: Parts, catalogue: Catalogue, rounds: int) -> Row:
    days = map(catalogue.day, itertools.count())
    built: list[Built] = []

    async def both(day: Day) -> tuple[float, float]:
        ours = await _seconds(_kept, day)
        ids = [item.clip_id for item in built[-1].items]
        return ours, await _seconds(_reads, parts.db, day, ids)

    async def _kept(day: Day) -> None:
        built.append(await build(parts, day))

    pairs = [await both(day) for day in itertools.islice(days, 20 + rounds)][20:]
    assert all(candidate or not place.required for each in built for place, candidate in each.chosen.items())
    ours, theirs = (percentile([pair[side] for pair in pairs], 50) * 1e3 for side in (0, 1))
    note = f"p99 {percentile([pair[0] for pair in pairs], 99) * 1e3:.1f} ms; 6 exercises, {catalogue.clips:,} clips"
    return Row("playlists.build_p50", ours, "ms", "the same two reads alone", theirs, ours / theirs, Goal("ours", "≤", 5), note)


async def _reads(db: Database, day: Day, ids: list[str]) -> None:
    await playlist_clips.prefetch(db, day.locale, day.exercises, day.exercises[:2])
    await playlist_clips.whole(db, ids)


async def _of_many(parts: Parts, catalogue: Catalogue, rounds: int) -> Row:
    seconds = [await _seconds(build, parts, catalogue.day(number, 12)) for number in range(rounds)]
    return Row("playlists.build_12_exercises_p50", percentile(seconds, 50) * 1e3, "ms")


async def _lacking(parts: Parts, catalogue: Catalogue, rounds: int) -> Row:
    always = parts._replace(settings=parts.settings.model_copy(update={"playlists": Playlists(playlist_mistake_prob=1)}))
    seconds = [await _seconds(build, always, catalogue.day(number, lacking=True)) for number in range(20 + rounds)][20:]
    return Row("playlists.build_similar_p50", percentile(seconds, 50) * 1e3, "ms", note="every mistake is one of a similar exercise")


async def _beside_small(parts: Parts, large: Catalogue, fewer: Parts, small: Catalogue, rounds: int) -> Row:
    days = ((large.day(number), small.day(number)) for number in range(rounds))
    pairs = [(await _seconds(build, parts, ours), await _seconds(build, fewer, theirs)) for ours, theirs in days]
    ours, theirs = (percentile([pair[side] for pair in pairs], 50) * 1e3 for side in (0, 1))
    return Row("playlists.growth", ours, "ms", f"from {small.clips:,} clips, as many an exercise", theirs, ours / theirs)


async def _seconds(work: Callable[..., Awaitable[Any]], *args: Any) -> float:
    started = time.perf_counter()
    await work(*args)
    return time.perf_counter() - started
