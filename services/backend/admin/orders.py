"""Reels an operator orders: ahead of demand, or a ready one anew."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Literal, NamedTuple

from shared.errors import Conflict, InvalidInput
from shared.mongo import exercises, generation_admin, generation_queue, postings
from shared.mongo.client import Database
from shared.mongo.clip_requests import clip_request
from shared.mongo.generation_queue import Outcome
from shared.schemas.base import Message
from shared.schemas.clips import made_clip
from shared.schemas.generation import GenerationRequest
from shared.schemas.postings import Subject, group_by_subject
from shared.schemas.reels import CLIP_TEMPLATE_IDS, POSTING_TEMPLATE_IDS, TemplateId, VoiceId
from shared.schemas.subjects import SubjectId
from shared.schemas.videos import Video
from shared.settings import Queue

_AT_ONCE = 50  # subjects whose texts are in memory


class Ordered(Message):
    """What came of the wish for one subject; `unknown`: there is no such posting, `closed`: none of its subject is open."""

    subject_key: str | None
    greenhouse_id: str | None
    outcome: Outcome | Literal["unknown", "closed"]
    job_id: str | None = None


class Wanted(NamedTuple):
    """A subject, and the posting it was named by if it was."""

    subject_key: str
    greenhouse_id: str | None = None


class Taste(NamedTuple):
    """How a reel should look and sound; None leaves it open."""

    template: TemplateId | None = None
    voice: VoiceId | None = None


async def order(db: Database, wanted: Sequence[Wanted], settings: Queue) -> list[Ordered]:
    """Ask for a reel of each subject, at the lowest priority and without a user's slot."""
    results: list[Ordered] = []
    for start in range(0, len(wanted), _AT_ONCE):
        batch = wanted[start : start + _AT_ONCE]
        subjects = group_by_subject(await postings.active_of(db, [each.subject_key for each in batch]))
        results += [await _order_one(db, each, subjects.get(SubjectId("posting", each.subject_key)), settings) for each in batch]
    return results


async def _order_one(db: Database, wanted: Wanted, subject: Subject | None, settings: Queue) -> Ordered:
    if subject is None:
        return Ordered(subject_key=wanted.subject_key, greenhouse_id=wanted.greenhouse_id, outcome="closed")
    greenhouse_id = wanted.greenhouse_id or subject.first.greenhouse_id
    enqueued = await generation_queue.enqueue(db, _request(subject, greenhouse_id, Taste()), settings)
    return Ordered(subject_key=wanted.subject_key, greenhouse_id=greenhouse_id, outcome=enqueued.outcome, job_id=enqueued.job_id)


def _request(subject: Subject, greenhouse_id: str, taste: Taste, *, replace: bool = False) -> GenerationRequest:
    return GenerationRequest(
        subject=subject.id,
        source_hash=subject.source_hash,
        template_id=taste.template or random.choice(POSTING_TEMPLATE_IDS),  # noqa: S311 - variety, not a secret
        voice_id=taste.voice,
        priority="bulk",
        greenhouse_id=greenhouse_id,
        replace=replace,
    )


async def _posting_anew(db: Database, video: Video, taste: Taste) -> GenerationRequest:
    active = await postings.active_of(db, [video.subject_key])
    if not active:
        raise Conflict(f"video {video.video_id} is {video.status}, and no posting of its subject is open", code="subject_closed")
    subject = Subject.of(active)
    return _request(subject, subject.first.greenhouse_id, taste, replace=True)


async def _clip_anew(db: Database, video: Video, taste: Taste) -> GenerationRequest:
    if taste.template and taste.template not in CLIP_TEMPLATE_IDS:
        raise InvalidInput(f"a clip of an exercise takes {', '.join(CLIP_TEMPLATE_IDS)}, not {taste.template}", field="template")
    made = made_clip(video.subject_key)
    exercise = await exercises.get(db, made.exercise_slug) if made else None
    if made is None or exercise is None:
        raise Conflict(f"video {video.video_id} is {video.status}, and its exercise is not active", code="subject_closed")
    request = clip_request(exercise, made, "bulk")
    return request.model_copy(update={"voice_id": taste.voice, "replace": True})


async def regenerate(db: Database, video_id: str, taste: Taste, settings: Queue) -> str:
    """Order a new reel for the subject of this one, which serves until the new one is ready. Returns the job's id.

    Raises NotFound, Conflict when the subject is closed, has an active job, or the queue is full, and InvalidInput (field "template")
    for a template that is not for what it shows.
    """
    video = await generation_admin.video(db, video_id)
    request = await (_clip_anew(db, video, taste) if video.subject_kind == "clip" else _posting_anew(db, video, taste))
    enqueued = await generation_queue.enqueue(db, request, settings)
    if enqueued.outcome == "created" and enqueued.job_id:
        return enqueued.job_id
    if enqueued.outcome == "joined":
        raise Conflict(f"video {video_id} is {video.status}, and its subject has an active job: {enqueued.job_id}", code="subject_active")
    raise Conflict(f"video {video_id} is {video.status}, and the queue said {enqueued.outcome}", code=enqueued.outcome)
