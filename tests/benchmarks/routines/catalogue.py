"""A made-up catalogue of the size of a real one: the project's own exercises in many variants, each with several clips."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle, islice, product

from shared.embeddings.base import Embedder
from shared.embeddings.calibration import embed_in_batches
from shared.mongo import clips, exercises
from shared.mongo.client import Database
from shared.mongo.exercises import Write
from shared.mongo.indexes import create_indexes
from shared.schemas.clips import ARCHETYPES, REQUIRED_KINDS, Clip
from shared.schemas.exercises import Exercise
from tests.planning import samples

_NOW = datetime(2026, 6, 1, tzinfo=UTC)
_VARIANTS = ("slow", "wide", "narrow", "single-side", "paused", "alternating", "seated", "standing", "deep", "half", "long", "short")
_MANNERS = ("", "with a twist", "with a hold")
_BATCH = 1_000


async def store(db: Database, embedder: Embedder, count: int, clips_each: int) -> None:
    await create_indexes(db, ["exercises", "clips", "workout_routines"])
    made = list(islice(_exercises(), count))
    vectors = await embed_in_batches(embedder, [one.document for one in made])
    await exercises.store(db, [Write(one, "h", vector) for one, vector in zip(made, vectors, strict=True)], embedder.embedder_id)
    shown = _clips(made, clips_each)
    while batch := list(islice(shown, _BATCH)):
        await clips.store(db, batch)


def _exercises() -> Iterator[Exercise]:
    for manner, variant, one in product(_MANNERS, ("", *_VARIANTS), samples()):
        name = " ".join(filter(None, (variant.title(), one.name, manner)))
        told = {"name": name, "slug": name.lower().replace(" ", "-"), "instructions": (f"{name}.", *one.instructions)}
        yield one.model_copy(update=told)


def _clips(made: list[Exercise], each: int) -> Iterator[Clip]:
    for one in made:
        for number, archetype, kind in zip(range(each), cycle(ARCHETYPES), cycle(REQUIRED_KINDS), strict=False):
            yield Clip(
                clip_id=f"clip-{one.slug}-{number}",
                exercise_slug=one.slug,
                kind=kind,
                archetype=archetype,
                provider="local",
                asset=f"clips/{one.slug}/{number}.mp4",
                duration=20 + number,
                how_to=" ".join(one.instructions),
                benefits=one.benefits,
                available=True,
                checked_at=_NOW,
                created_at=_NOW,
                updated_at=_NOW,
            )
