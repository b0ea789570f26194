"""Clips that a routine lacks, asked of the workers as playlists do: within PLAYLIST_MAX_CLIP_JOBS."""

from __future__ import annotations

from collections.abc import Sequence

from services.backend.routines.answers import Making
from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import generation_queue
from shared.mongo.client import Database, translated
from shared.mongo.clip_requests import ask_for_clip
from shared.schemas.clips import MadeClip
from shared.settings import Settings

log = get_logger(__name__)

Answer = tuple[Making, str | None]
"""What came of asking for a clip, with the job's id where there is one."""


async def ask_for(db: Database, wanted: Sequence[MadeClip], settings: Settings) -> list[Answer]:
    """What came of asking for each of these. The queue away is told, not raised."""
    answers: list[Answer] = []
    if not wanted:
        return answers
    try:
        with translated():
            left = await generation_queue.clips_left(db, settings.playlists.playlist_max_clip_jobs)
            for each in wanted:
                answers.append(await (_ask(db, each, settings) if left > 0 else _joined(db, each)))
                left -= answers[-1][0] == "created"
    except Unavailable as error:
        log.warning("clips_not_asked_for", clips=len(wanted) - len(answers), error=error.message)
    return answers + [("unavailable", None)] * (len(wanted) - len(answers))


async def _ask(db: Database, wanted: MadeClip, settings: Settings) -> Answer:
    enqueued = await ask_for_clip(db, wanted.exercise_slug, wanted.kind, wanted.archetype, wanted.locale, settings.queue)
    return ("impossible", None) if enqueued is None else (enqueued.outcome, enqueued.job_id)


async def _joined(db: Database, wanted: MadeClip) -> Answer:
    """Nothing new is asked for; what is being made already is told all the same."""
    job_id = (await generation_queue.active_jobs(db, [wanted.subject])).get(wanted.subject)
    return ("joined", job_id) if job_id else ("queue_full", None)
