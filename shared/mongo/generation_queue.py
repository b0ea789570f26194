"""The generation queue from the side of those who ask: the only enqueue, and what is known of jobs and subjects.

                claim                upload done            index transaction
   queued ───────────────▶ running ───────────────▶ uploaded ───────────────▶ indexed ──▶ ready
     ▲  retryable, left        │                        │ index error: stays uploaded, claim_at backs off
     └─────────────────────────┤
                               └─▶ failed      any active ──admin──▶ cancelled

What happens after the claim is in `generation_attempts.py`. Constraints are indexes (`indexes.py`): one active job per subject,
one active job per user and slot.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import pymongo
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import made_clips
from shared.mongo.client import Database, Doc, in_transaction
from shared.mongo.subjects import where
from shared.schemas.generation import ACTIVE, GenerationJob, GenerationRequest, Priority
from shared.schemas.subjects import SubjectId
from shared.settings import Queue

log = get_logger(__name__)

Outcome = Literal["created", "joined", "ready", "blocked", "no_slot", "queue_full"]

HEAD_START_S: dict[Priority, float] = {"feed": 120, "playlist": 60, "bulk": 0}
"""How much earlier than now a job counts as due: who waits goes first, and age still wins in the end."""
SLOT_STEP_S = 10.0
"""Each further job of one user stands this much behind the one before it."""
_ENQUEUE_TIMEOUT_S = 5.0
_ACTIVE: Doc = {"status": {"$in": list(ACTIVE)}}
_RACES = 20  # a lost race is tried again; each try ends one rival's race, so a handful is many


@dataclass(frozen=True)
class Enqueued:
    """`job_id` is the job that will serve the subject: a new one, or the one already there; None for the other outcomes."""

    outcome: Outcome
    job_id: str | None = None


class _NoSlotError(Exception):
    pass


async def enqueue(db: Database, request: GenerationRequest, settings: Queue) -> Enqueued:
    """Ask for a reel: one short transaction that sees no ready video, no block and a free slot, or else says which.

    Safe under any race: a rival's insert, or a job just becoming ready, makes the transaction fail and look again.
    """
    with pymongo.timeout(_ENQUEUE_TIMEOUT_S):
        if await is_full(db, settings):
            log.warning("queue_full", max_queue_depth=settings.max_queue_depth)
            return Enqueued("queue_full")
        for _ in range(_RACES):
            try:
                return await _try_enqueue(db, request, settings)
            except (_NoSlotError, DuplicateKeyError) as lost:
                if joined := await active_jobs(db, [request.subject]):
                    return Enqueued("joined", joined[request.subject])
                if isinstance(lost, _NoSlotError):
                    return Enqueued("no_slot")
    raise Unavailable("too many are asking for the same reel at once", code="queue_contended")


async def _try_enqueue(db: Database, request: GenerationRequest, settings: Queue) -> Enqueued:
    async def transaction(session: AsyncClientSession) -> Enqueued:
        subject = where(request.subject)
        if request.replace:
            await db.subject_blocks.delete_one(subject, session=session)
        elif await serving(db, request.subject, request.source_hash, session):
            return Enqueued("ready")
        elif await db.subject_blocks.find_one({**subject, **_holds(request.source_hash)}, {"_id": 1}, session=session):
            return Enqueued("blocked")
        slot = None if request.user_id is None else await _free_slot(db, request.user_id, settings, session)
        job = _new_job(request, slot, settings)
        await db.generation_jobs.insert_one(job, session=session)
        return Enqueued("created", job["job_id"])

    enqueued = await in_transaction(db, transaction, _ENQUEUE_TIMEOUT_S)
    if enqueued.outcome == "created":
        log.info(
            "generation_enqueued",
            job_id=enqueued.job_id,
            greenhouse_id=request.greenhouse_id,
            subject_key=request.subject.key,
            template_id=request.template_id,
            user_id=request.user_id,
        )
    return enqueued


async def serving(db: Database, subject: SubjectId, source_hash: str, session: AsyncClientSession) -> str | None:
    """The id of the ready reel made from this text. None also where its media were lost and a clip cannot be played: it is made again."""
    ready = {**where(subject), "status": "ready", "source_hash": source_hash}
    reel = await db.videos.find_one(ready, {"video_id": 1}, session=session)
    if reel is None or (subject.kind == "clip" and await made_clips.is_lost(db, subject, reel["video_id"], session)):
        return None
    video_id: str = reel["video_id"]
    return video_id


def _holds(source_hash: str) -> Doc:
    """A block holds for the text it was made for, until its time if it has one."""
    return {"source_hash": source_hash, "$or": [{"until": None}, {"until": {"$gt": datetime.now(UTC)}}]}


async def _free_slot(db: Database, user_id: str, settings: Queue, session: AsyncClientSession) -> int:
    mine = {"user_id": user_id, "status": {"$in": list(ACTIVE)}, "user_slot": {"$type": "int"}}
    taken = {doc["user_slot"] async for doc in db.generation_jobs.find(mine, {"user_slot": 1}, session=session)}
    for slot in range(settings.max_user_concurrent_jobs):
        if slot not in taken:
            return slot
    raise _NoSlotError


async def has_free_slot(db: Database, user_id: str, settings: Queue) -> bool:
    """Whether the user may have one more job made now: cheap, and true no longer than until the next one is asked for."""
    mine = {"user_id": user_id, **_ACTIVE, "user_slot": {"$type": "int"}}
    return await db.generation_jobs.count_documents(mine) < settings.max_user_concurrent_jobs


def due_at(now: datetime, priority: Priority, slot: int, claim_delay_s: float) -> datetime:
    """PURE: when a new job may be claimed. Never later than now + the delay, so that an idle worker never waits for nothing;
    with a delay set, it stands in line from the moment it is due, without a head start."""
    ahead = 0.0 if claim_delay_s else max(0.0, HEAD_START_S[priority] - SLOT_STEP_S * slot)
    return now + timedelta(seconds=claim_delay_s - ahead)


def _new_job(request: GenerationRequest, slot: int | None, settings: Queue) -> Doc:
    now = datetime.now(UTC)
    due = due_at(now, request.priority, slot or 0, settings.claim_delay_s)
    job: Doc = {
        "job_id": str(uuid.uuid4()),
        "subject_kind": request.subject.kind,
        "subject_key": request.subject.key,
        "source_hash": request.source_hash,
        "template_id": request.template_id,
        "voice_id": request.voice_id,
        "output_video_id": str(uuid.uuid4()),
        "status": "queued",
        "priority": request.priority,
        "claim_at": due,
        "due_at": due,
        "attempt": 0,
        "retry_count": 0,
        "created_at": now,
        "updated_at": now,
        "history": [{"at": now, "event": "enqueued", "status": "queued"}],
        "greenhouse_id": request.greenhouse_id,
        "query_fingerprint": request.query_fingerprint,
        "user_id": request.user_id,
        "user_slot": slot,
    }
    return {name: value for name, value in job.items() if value is not None}


async def get(db: Database, job_id: str) -> GenerationJob | None:
    doc = await db.generation_jobs.find_one({"job_id": job_id})
    return GenerationJob.model_validate(doc) if doc else None


async def active_jobs(db: Database, subjects: Iterable[SubjectId]) -> dict[SubjectId, str]:
    """The id of the active job of each subject that has one."""
    keys = [subject.key for subject in subjects]
    found = db.generation_jobs.find(
        {"subject_key": {"$in": keys}, "status": {"$in": list(ACTIVE)}}, {"subject_kind": 1, "subject_key": 1, "job_id": 1}
    )
    return {SubjectId(doc["subject_kind"], doc["subject_key"]): doc["job_id"] async for doc in found}


async def blocked(db: Database, sources: dict[SubjectId, str]) -> set[SubjectId]:
    """Which of the subjects, at their present source hash, are not to be asked for."""
    found = db.subject_blocks.find({"subject_key": {"$in": [subject.key for subject in sources]}})
    held = {(SubjectId(doc["subject_kind"], doc["subject_key"]), doc["source_hash"]) async for doc in found if not is_over(doc)}
    return {subject for subject, source_hash in sources.items() if (subject, source_hash) in held}


def is_over(block: Doc) -> bool:
    """Whether a block that was for a while has had its time."""
    return block.get("until") is not None and block["until"] <= datetime.now(UTC)


async def depth(db: Database) -> int:
    """Jobs that wait or run."""
    return await db.generation_jobs.count_documents(_ACTIVE)


async def clips_left(db: Database, most: int) -> int:
    """How many more clips playlists may ask for where `most` may wait or be made at a time."""
    asked = {**_ACTIVE, "priority": "playlist", "subject_kind": "clip"}
    return most - await db.generation_jobs.count_documents(asked, limit=most) if most else 0


async def is_full(db: Database, settings: Queue) -> bool:
    """Whether nothing more may be asked for. Counts no further than that takes."""
    return await db.generation_jobs.count_documents(_ACTIVE, limit=settings.max_queue_depth) >= settings.max_queue_depth
