"""Videos at YouTube, and what was found for a topic (`youtube_topics`): kept for all users, as searching is dear."""

from __future__ import annotations

from datetime import datetime

from shared.schemas.base import Document


class YouTubeVideo(Document):
    video_id: str
    title: str
    channel: str
    published_at: datetime | None = None
    duration_seconds: float | None = None
    poster_url: str | None = None
    width: int | None = None
    height: int | None = None


class YouTubeTopic(Document):
    """`videos` in the order YouTube gave; none, too, is something found. After `stale_at` it is asked for again, and until then used."""

    topic: str
    videos: tuple[YouTubeVideo, ...]
    fetched_at: datetime
    stale_at: datetime
    expires_at: datetime
