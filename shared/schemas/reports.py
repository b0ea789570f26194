"""A user's complaint about a reel (`reports`)."""

from __future__ import annotations

from typing import Literal

from shared.schemas.base import Document, Utc

ReportReason = Literal["wrong_information", "misleading", "offensive", "spam", "closed", "broken", "other"]


class Report(Document):
    """One a user and reel; a later one of theirs takes its place."""

    video_id: str
    user_id: str
    reason: ReportReason
    note: str | None = None
    at: Utc
