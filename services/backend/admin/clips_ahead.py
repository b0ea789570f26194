"""POST /admin/exercises/clips: clips of exercises ahead of demand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import product
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from services.backend.admin import paging
from services.backend.admin.audit import Audit
from services.backend.admin.paging import Cursor, NextCursor
from services.backend.catalogue.clip_fields import Locale
from services.backend.dependencies import Config, Db
from shared.mongo import exercises, generation_queue
from shared.mongo.client import Database
from shared.mongo.clip_requests import clip_request
from shared.mongo.exercises import ExerciseFilter
from shared.mongo.generation_queue import Outcome
from shared.schemas.base import Message
from shared.schemas.clips import MADE_KINDS, Archetype, MadeClip, MadeKind
from shared.schemas.exercises import Exercise
from shared.settings import Queue

router = APIRouter(prefix="/exercises")

MOST = 50
Slug = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class ClipsAhead(Message):
    """Each of `kinds` by each of `archetypes`."""

    exercise_slugs: tuple[Slug, ...] | None = Field(
        default=None, min_length=1, max_length=MOST, description=f"null: all that are active, {MOST} per call"
    )
    kinds: tuple[MadeKind, ...] = Field(default=MADE_KINDS, min_length=1, max_length=2)
    archetypes: tuple[Archetype, ...] = Field(default=("professional",), min_length=1, max_length=3)
    locale: Locale = "en"

    def __str__(self) -> str:
        return f"{len(self.exercise_slugs)} exercises" if self.exercise_slugs else "all exercises"


class ClipsAheadQuery(Message):
    cursor: Cursor = None


class SlugPosition(Message):
    after: str


class OrderedClip(Message):
    """What came of the wish for one clip; `impossible`: there is no such exercise, or no instructions of it in this language."""

    exercise_slug: str
    kind: MadeKind
    archetype: Archetype
    outcome: Outcome | Literal["impossible"]
    job_id: str | None = None


class OrderedClips(Message):
    results: tuple[OrderedClip, ...]
    next_cursor: NextCursor = Field(description="for the next exercises, where all are meant; null: those were all")


@router.post("/clips")
async def make_clips_ahead(
    wish: ClipsAhead, asked: Annotated[ClipsAheadQuery, Query()], db: Db, settings: Config, audit: Audit
) -> OrderedClips:
    """Ask for clips that nobody waits for yet, each once, behind all that users wait for."""
    after = paging.decode(asked.cursor, SlugPosition)
    async with audit.action("make_clips_ahead", str(wish)) as details:
        slugs, known, following = await _meant(db, wish, after.after if after else "")
        results = [await _order(db, known.get(wanted.exercise_slug), wanted, settings.queue) for wanted in _wanted(wish, slugs)]
        details.update(Counter(result.outcome for result in results))
    return OrderedClips(results=tuple(results), next_cursor=paging.encode(following))


def _wanted(wish: ClipsAhead, slugs: Sequence[str]) -> list[MadeClip]:
    """PURE: each once, in the order in which they were named."""
    each = product(slugs, dict.fromkeys(wish.kinds), dict.fromkeys(wish.archetypes))
    return [MadeClip(exercise_slug=slug, kind=kind, archetype=archetype, locale=wish.locale) for slug, kind, archetype in each]


async def _meant(db: Database, wish: ClipsAhead, after: str) -> tuple[Sequence[str], dict[str, Exercise], SlugPosition | None]:
    """Slugs, the exercises that there are of them, and where the next ones start."""
    if wish.exercise_slugs:
        return list(dict.fromkeys(wish.exercise_slugs)), await exercises.among(db, wish.exercise_slugs), None
    page = await exercises.page(db, ExerciseFilter(active=True), after, MOST)
    following = SlugPosition(after=page[-1].slug) if len(page) == MOST else None
    return [exercise.slug for exercise in page], {exercise.slug: exercise for exercise in page}, following


async def _order(db: Database, exercise: Exercise | None, wanted: MadeClip, settings: Queue) -> OrderedClip:
    told = wanted.model_dump(exclude={"locale"})
    if exercise is None or not exercise.is_told_in(wanted.locale):
        return OrderedClip(**told, outcome="impossible")
    enqueued = await generation_queue.enqueue(db, clip_request(exercise, wanted, "bulk"), settings)
    return OrderedClip(**told, outcome=enqueued.outcome, job_id=enqueued.job_id)
