"""The generation job: a queue item that becomes a reel (`generation_jobs`; seed 2.3 and data-model.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, get_args

from shared.schemas.base import Document, Message
from shared.schemas.reels import Progress, ReelResult, Stage, TemplateId, VoiceId
from shared.schemas.subjects import SubjectId, SubjectKind

Status = Literal["queued", "running", "uploaded", "indexed", "ready", "failed", "cancelled", "superseded"]
STATUSES: tuple[Status, ...] = get_args(Status)
ACTIVE: tuple[Status, ...] = ("queued", "running", "uploaded", "indexed")

Priority = Literal["feed", "playlist", "bulk"]
"""A waiting feed, then a playlist or routine, then reels made ahead of demand."""


class Failure(Document):
    code: str
    message: str
    retryable: bool
    stage: Stage | None = None


class Output(Document):
    """All that indexing needs, stored when the upload is done so that nothing is rendered twice."""

    prefix: str
    provider: str
    url: str
    source_hash: str
    reel: ReelResult


class GenerationJob(Document):
    job_id: str
    subject_kind: SubjectKind
    subject_key: str
    source_hash: str
    template_id: TemplateId
    voice_id: VoiceId | None = None
    output_video_id: str
    status: Status
    priority: Priority = "feed"
    greenhouse_id: str | None = None
    query_fingerprint: str | None = None
    user_id: str | None = None
    user_slot: int | None = None
    claim_at: datetime | None = None
    attempt: int = 0
    attempt_token: str | None = None
    retry_count: int = 0
    worker_id: str | None = None
    progress: Progress | None = None
    output: Output | None = None
    failure: Failure | None = None
    error: str | None = None
    created_at: datetime
    updated_at: datetime
    requeued_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    history: tuple[dict[str, Any], ...] = ()

    @property
    def subject(self) -> SubjectId:
        return SubjectId(self.subject_kind, self.subject_key)


class GenerationRequest(Message):
    """What someone asks the queue for. `user_id` set means the job takes one of that user's slots.

    `voice_id` None is the usual voice. `replace` is an operator's word: neither a ready reel nor a block of the subject stands in the way.
    """

    subject: SubjectId
    source_hash: str
    template_id: TemplateId
    voice_id: VoiceId | None = None
    priority: Priority = "feed"
    greenhouse_id: str | None = None
    query_fingerprint: str | None = None
    user_id: str | None = None
    replace: bool = False
