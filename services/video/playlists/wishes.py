"""Clips that a playlist lacks, asked of the workers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import cast

from services.video.playlists.builder import Place
from services.video.playlists.schemas import Making
from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import generation_queue
from shared.mongo.client import Database, translated
from shared.mongo.clip_requests import ask_for_clip
from shared.schemas.clips import MadeKind, clip_subject
from shared.schemas.locales import LAST_RESORT, language
from shared.schemas.playlists import Day
from shared.settings import Settings

log = get_logger(__name__)

_AT_ONCE = 4

Answer = tuple[Making, str | None]
"""What came of asking for a clip, with the job's id where there is one."""


async def ask_for(db: Database, places: Sequence[Place], day: Day, settings: Settings) -> list[Answer]:
    """What came of asking for each of these required clips. The queue away is told, not raised."""
    most = settings.playlists.playlist_max_clip_jobs
    try:
        with translated():
            wishes = Wishes(db, day, settings, await generation_queue.clips_left(db, most))
    except Unavailable as error:
        log.warning("clips_not_asked_for", clips=len(places), error=error.message)
        return [("unavailable", None)] * len(places)
    answers = list(await asyncio.gather(*map(wishes.ask, places)))
    if wishes.left <= 0:
        log.warning("playlist_clip_jobs_full", playlist_max_clip_jobs=most)
    return answers


class Wishes:
    """The clips one playlist asks for, no more than `left` new ones: whoever asks takes one, and gives it back where none was needed."""

    def __init__(self, db: Database, day: Day, settings: Settings, left: int) -> None:
        self._db, self._day, self._queue = db, day, settings.queue
        self._languages = tuple(dict.fromkeys((language(day.locale), LAST_RESORT)))
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self.left = left

    async def ask(self, place: Place) -> Answer:
        slug, kind = cast(str, place.exercise_slug), cast(MadeKind, place.kind)
        async with self._turns:
            try:
                with translated():
                    return await (self._ask(slug, kind) if self.left > 0 else self._joined(slug, kind))
            except Unavailable as error:
                log.warning("clip_not_asked_for", exercise_slug=slug, kind=kind, error=error.message)
                return "unavailable", None

    async def _ask(self, slug: str, kind: MadeKind) -> Answer:
        """In the first language in which the exercise is told."""
        self.left -= 1
        enqueued = None
        for locale in self._languages:
            enqueued = enqueued or await ask_for_clip(self._db, slug, kind, self._day.archetype, locale, self._queue)
        if enqueued is None or enqueued.outcome != "created":
            self.left += 1
        return ("impossible", None) if enqueued is None else (enqueued.outcome, enqueued.job_id)

    async def _joined(self, slug: str, kind: MadeKind) -> Answer:
        """Nothing new is asked for; what is being made already is told all the same."""
        subjects = [clip_subject(slug, kind, self._day.archetype, locale) for locale in self._languages]
        jobs = await generation_queue.active_jobs(self._db, subjects)
        return ("joined", next(iter(jobs.values()))) if jobs else ("queue_full", None)
