"""What a job's reel is made of: the open postings of a role, or an exercise."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from pydantic import ValidationError

from shared.errors import PermanentJobError, PostingClosed, SourceGone
from shared.mongo import exercises, postings
from shared.mongo.client import Database
from shared.schemas.base import first_problem
from shared.schemas.clips import ARCHETYPE_VOICES, ClipBrief, MadeClip, made_clip
from shared.schemas.exercises import Exercise
from shared.schemas.generation import GenerationJob
from shared.schemas.postings import Subject
from shared.schemas.reels import ReelBrief, VoiceId
from text_to_video.script.board import repeated_lines, without_boilerplate

_BOARD = 60
"""Postings of a company that are read for what they repeat."""


@dataclass(frozen=True)
class Source:
    """`source_hash` is of the text the brief was taken from; `voice_id` is who speaks, None: the usual one."""

    brief: ReelBrief | ClipBrief
    source_hash: str
    voice_id: VoiceId | None


async def source_of(db: Database, job: GenerationJob) -> Source:
    """As the database has it now. Raises PermanentJobError when there is nothing left to make the reel of."""
    return await (_clip(db, job) if job.subject_kind == "clip" else _posting(db, job))


async def _posting(db: Database, job: GenerationJob) -> Source:
    """Without what the company says in postings of every kind."""
    active = await postings.active_of(db, [job.subject_key])
    if not active:
        raise PostingClosed("every posting of this role is closed")
    subject = Subject.of(active)
    brief, others = subject.brief(), await postings.texts_of_company(db, subject.first.company_slug, _BOARD)
    brief = await asyncio.to_thread(lambda: without_boilerplate(brief, repeated_lines(others)))
    return Source(brief, subject.source_hash, job.voice_id)


async def _clip(db: Database, job: GenerationJob) -> Source:
    """Whoever orders a clip in another voice gets that one."""
    wanted = made_clip(job.subject_key)
    if wanted is None:
        raise PermanentJobError(f"{job.subject_key!r} names no clip that could be made", code="clip_unknown")
    exercise = await exercises.get(db, wanted.exercise_slug)
    if exercise is None:
        raise SourceGone(f"there is no exercise {wanted.exercise_slug}, or it is not active", code="exercise_not_found")
    return Source(_brief(exercise, wanted), exercise.content_hash, job.voice_id or ARCHETYPE_VOICES[wanted.archetype])


def _brief(exercise: Exercise, wanted: MadeClip) -> ClipBrief:
    if not exercise.is_told_in(wanted.locale):
        raise PermanentJobError(f"the exercise {exercise.slug} has no instructions in {wanted.locale}", code="no_usable_text")
    try:
        return exercise.brief(wanted.kind, wanted.archetype)
    except ValidationError as error:
        field, problem = first_problem(error)
        raise PermanentJobError(f"the exercise {exercise.slug} makes no clip: {field}: {problem}", code="no_usable_text") from error
