"""Clips asked of the workers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Literal

from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import exercises, generation_queue
from shared.mongo.client import Database, translated
from shared.mongo.generation_queue import Enqueued, Outcome
from shared.schemas.clips import Archetype, MadeClip, MadeKind
from shared.schemas.exercises import Exercise
from shared.schemas.generation import GenerationRequest, Priority
from shared.schemas.locales import LAST_RESORT, language
from shared.schemas.reels import CLIP_TEMPLATE_IDS
from shared.settings import Queue

log = get_logger(__name__)

_AT_ONCE = 4

Making = Literal[Outcome, "impossible", "unavailable"]
Answer = tuple[Making, str | None]
"""What came of asking for a clip, with the job's id where there is one."""


async def ask_for_clips(db: Database, wanted: Sequence[MadeClip], most: int, settings: Queue) -> list[Answer]:
    """What came of asking for each of these, where `most` clips may wait or be made at a time. The queue away is told, not raised."""
    if not wanted:
        return []
    try:
        with translated():
            wishes = _Wishes(db, settings, await generation_queue.clips_left(db, most))
    except Unavailable as error:
        log.warning("clips_not_asked_for", clips=len(wanted), error=error.message)
        return [("unavailable", None)] * len(wanted)
    answers = list(await asyncio.gather(*map(wishes.ask, wanted)))
    if wishes.left <= 0:
        log.warning("clip_jobs_full", playlist_max_clip_jobs=most)
    return answers


class _Wishes:
    """Clips asked for together, no more than `left` new ones: whoever asks takes one, and gives it back where none was needed."""

    def __init__(self, db: Database, settings: Queue, left: int) -> None:
        self._db, self._settings = db, settings
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self.left = left

    async def ask(self, wanted: MadeClip) -> Answer:
        async with self._turns:
            try:
                with translated():
                    return await (self._ask(wanted) if self.left > 0 else self._joined(wanted))
            except Unavailable as error:
                log.warning("clip_not_asked_for", exercise_slug=wanted.exercise_slug, kind=wanted.kind, error=error.message)
                return "unavailable", None

    async def _ask(self, wanted: MadeClip) -> Answer:
        """In the first language in which the exercise is told."""
        self.left -= 1
        enqueued = None
        for each in _in_languages(wanted):
            enqueued = enqueued or await ask_for_clip(self._db, each.exercise_slug, each.kind, each.archetype, each.locale, self._settings)
        if enqueued is None or enqueued.outcome != "created":
            self.left += 1
        return ("impossible", None) if enqueued is None else (enqueued.outcome, enqueued.job_id)

    async def _joined(self, wanted: MadeClip) -> Answer:
        """Nothing new is asked for; what is being made already is told all the same."""
        jobs = await generation_queue.active_jobs(self._db, [each.subject for each in _in_languages(wanted)])
        return ("joined", next(iter(jobs.values()))) if jobs else ("queue_full", None)


def _in_languages(wanted: MadeClip) -> list[MadeClip]:
    """The same, in the language asked for and in the one everything is told in."""
    return [wanted.model_copy(update={"locale": each}) for each in dict.fromkeys((language(wanted.locale), LAST_RESORT))]


async def ask_for_clip(
    db: Database,
    slug: str,
    kind: MadeKind,
    archetype: Archetype,
    locale: str,
    settings: Queue,
    *,
    priority: Priority = "playlist",
) -> Enqueued | None:
    """Ask for the reel of this clip, without a user's slot: joined where one is being made. None: there is nothing to make it from, as
    the exercise is unknown, inactive, or has no instructions in the language of `locale`."""
    exercise = await exercises.get(db, slug)
    if exercise is None or not exercise.is_told_in(locale):
        return None
    wanted = MadeClip(exercise_slug=slug, kind=kind, archetype=archetype, locale=locale)
    return await generation_queue.enqueue(db, clip_request(exercise, wanted, priority), settings)


def clip_request(exercise: Exercise, wanted: MadeClip, priority: Priority) -> GenerationRequest:
    """PURE: the wish for a reel of the exercise as it is now."""
    return GenerationRequest(
        subject=wanted.subject,
        source_hash=exercise.content_hash,
        template_id=CLIP_TEMPLATE_IDS[0],
        priority=priority,
    )
