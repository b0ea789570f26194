"""Clips whose exercises say something else by now are made anew, behind all that users wait for; the old ones are played until then."""

from __future__ import annotations

from services.backend.postings.remake import Remade, ask_up_to
from shared.mongo import exercises, made_clips
from shared.mongo.client import Database
from shared.mongo.clip_requests import clip_request
from shared.mongo.exercises import ExerciseFilter
from shared.schemas.generation import GenerationRequest
from shared.settings import Queue

_AT_ONCE = 200  # exercises looked up together


async def remake(db: Database, settings: Queue, most: int) -> Remade:
    """Ask for a new reel of each clip of a worker's whose exercise has another text now, `most` at the most.

    All exercises are looked through, not only those of one import: what was beyond the bound, or cut short, is asked for after the next.
    """
    if most == 0:
        return Remade()
    return await ask_up_to(db, await _wanted(db), settings, most)


async def _wanted(db: Database) -> list[GenerationRequest]:
    wanted, after = list[GenerationRequest](), ""
    while page := await exercises.page(db, ExerciseFilter(active=True), after, _AT_ONCE):
        known = {exercise.slug: exercise for exercise in page}
        stale = [clip for clip in await made_clips.outdated(db, known) if known[clip.exercise_slug].is_told_in(clip.locale)]
        wanted += [clip_request(known[clip.exercise_slug], clip, "bulk") for clip in stale]
        after = page[-1].slug
    return wanted
