"""A made-up catalogue: exercises with as many clips as a real one of this size would have. Always the same for the same numbers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import numpy as np

from shared.mongo.client import Database, Doc
from shared.mongo.indexes import create_indexes
from shared.mongo.postings import encode_vector
from shared.schemas.clips import ARCHETYPES, GLOBAL_KINDS, Clip
from shared.schemas.exercises import Exercise
from shared.schemas.playlists import Day

_NOW = datetime(2026, 6, 1, tzinfo=UTC)
_OF_EXERCISE = ("technique", "instruction", "mistake")
_MUSCLES = ("chest", "lats", "quadriceps", "hamstrings", "glutes", "calves", "biceps", "triceps", "shoulders", "abdominals")
_PER_EXERCISE, _GLOBALS, _BATCH = 115, 60, 5_000
_DIMENSIONS = 384


@dataclass(frozen=True)
class Catalogue:
    """Of every fiftieth exercise there is no clip of a mistake."""

    clips: int

    @property
    def exercises(self) -> int:
        return self.clips // _PER_EXERCISE

    async def store(self, db: Database) -> None:
        await create_indexes(db)
        docs = self._clips()
        while batch := list(islice(docs, _BATCH)):
            await db.clips.insert_many(batch, ordered=False)
        await db.exercises.insert_many([self._exercise(number) for number in range(self.exercises)])

    def slug(self, number: int) -> str:
        return f"{_MUSCLES[number % len(_MUSCLES)]}-exercise-{number}"

    def lacks_mistake(self, number: int) -> bool:
        return number % 50 == 0

    def day(self, number: int, exercises: int = 6, *, lacking: bool = False) -> Day:
        """Another workout for each number; `lacking`: of exercises without a clip of a mistake."""
        chance = random.Random(number)
        pool = [n for n in range(self.exercises) if self.lacks_mistake(n) == lacking]
        slugs = tuple(self.slug(n) for n in chance.sample(pool, exercises))
        return Day(f"workout-{number}", 1 + number % 52, 1 + number % 7, ARCHETYPES[number % 3], "en", slugs)

    def _clips(self) -> Iterator[Doc]:
        for number in range(_GLOBALS):
            yield self._clip(f"global-{number}", None, GLOBAL_KINDS[number % 2], number // 2)
        for number in range(self.clips - _GLOBALS):
            exercise, turn = number % self.exercises, number // self.exercises
            kinds = _OF_EXERCISE[: 2 if self.lacks_mistake(exercise) else 3]
            yield self._clip(f"clip-{number}", self.slug(exercise), kinds[turn % len(kinds)], turn // len(kinds))

    def _clip(self, clip_id: str, slug: str | None, kind: Any, turn: int) -> Doc:
        clip = Clip(
            clip_id=f"{clip_id}-{random.Random(clip_id).getrandbits(32):08x}",
            exercise_slug=slug,
            kind=kind,
            archetype=ARCHETYPES[turn % 3],
            provider="local",
            asset=f"clips/{slug}/{kind}/{clip_id}.mp4",
            duration=20 + turn % 30,
            how_to="Keep your back straight and your feet apart, and breathe out on the way up. " * 3,
            benefits="Stronger legs, a steadier trunk. ",
            fitness_level="beginner",
            intensity="medium",
            available=True,
            checked_at=_NOW,
            created_at=_NOW,
            updated_at=_NOW,
        )
        return clip.model_dump()

    def _exercise(self, number: int) -> Doc:
        vector = np.random.default_rng(number).standard_normal(_DIMENSIONS).astype(np.float32)
        exercise = Exercise(
            slug=self.slug(number),
            name=self.slug(number).replace("-", " "),
            muscles=(_MUSCLES[number % len(_MUSCLES)],),
            instructions=("Begin.", "Go on.", "End."),
            content_hash=str(number),
            vectors={"minilm": {"vector": encode_vector(vector / np.linalg.norm(vector)), "content_hash": str(number)}},
            created_at=_NOW,
            updated_at=_NOW,
        )
        return exercise.model_dump()
