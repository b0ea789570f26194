"""From a sentence to what is stored, as POST /routines does it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.backend.routines.open import open_routines
from services.backend.routines.schemas import RoutineRequest
from services.backend.routines.service import RoutineService
from shared.embeddings.base import Embedder
from shared.mongo.client import Database
from shared.settings import Settings
from tests.benchmarks.row import Goal, Row, percentile

SENTENCES = (
    "20 minutes, tight hips from sitting all day, beginner, no equipment",
    "quick 10 min arms and shoulders with dumbbells, intermediate",
    "half an hour for stronger legs and glutes, bad knees, no jumping",
    "15 minutes to stretch my back and hamstrings before bed",
    "45 min full body strength, advanced, kettlebell and pull-up bar",
    "core and balance, 12 minutes, my wrist hurts",
)


@asynccontextmanager
async def service(db: Database, embedder: Embedder, settings: Settings) -> AsyncIterator[RoutineService]:
    async with open_routines(settings, db, embedder) as opened:
        await opened.live.now()
        yield opened


def request(number: int) -> RoutineRequest:
    return RoutineRequest(user_id=f"u{number % 10}", user_requirements=SENTENCES[number % len(SENTENCES)])


async def compiled(opened: RoutineService, rounds: int) -> Row:
    seconds, places = [], 0
    for number in range(10 + rounds):
        started = time.perf_counter()
        stored = await opened.compile(request(number), f"u{number % 10}")
        seconds.append(time.perf_counter() - started)
        places += len(stored.exercise_ids)
    kept = seconds[10:]
    catalogue = await opened.live.now()
    clips = sum(len(each.clips) for each in catalogue.known)
    note = f"p99 {percentile(kept, 99) * 1e3:.1f} ms; {clips:,} clips, {places / len(seconds):.0f} exercises a routine"
    return Row("routines.compile_p50", percentile(kept, 50) * 1e3, "ms", goal=Goal("ours", "≤", 100), note=note)
