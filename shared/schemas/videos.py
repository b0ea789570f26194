"""A finished reel as stored in `videos` (seed 2.2 and data-model.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from shared.schemas.base import Document
from shared.schemas.reels import TemplateId, VoiceId
from shared.schemas.subjects import SubjectId, SubjectKind

VideoStatus = Literal["ready", "superseded", "taken_down"]


class Video(Document):
    """Keys are object keys in the store of `provider`; sizes in bytes and pixels, duration in seconds.

    `voice_id` None: made before voices were recorded. `mp4_key` and `captions_key` None: made elsewhere, without.
    """

    video_id: str
    greenhouse_id: str | None = None
    subject_kind: SubjectKind
    subject_key: str
    source_hash: str
    provider: str
    s3_key: str
    cdn_url: str
    mp4_key: str | None
    captions_key: str | None
    poster_key: str
    renditions: tuple[str, ...] = ("720p",)
    width: int
    height: int
    size_bytes: int
    duration_seconds: float
    template_id: TemplateId
    voice_id: VoiceId | None = None
    credits: tuple[str, ...] = ()
    script: str
    status: VideoStatus = "ready"
    created_at: datetime

    @property
    def subject(self) -> SubjectId:
        return SubjectId(self.subject_kind, self.subject_key)
