"""What a client learns about a reel."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from shared.schemas.base import Message
from shared.schemas.reels import TemplateId, VoiceId
from shared.schemas.videos import Video
from shared.storage.base import BlobStore
from shared.storage.urls import reel_urls


class VideoPlayback(Message):
    video_id: str
    greenhouse_id: str | None = Field(description="the posting it was made for; its siblings find it too")
    playback_url: str = Field(description="HLS master playlist")
    mp4_url: str | None = Field(description="the same reel as one file, the fastest thing a browser can start; null: it has none")
    poster_url: str
    captions_url: str | None = Field(description="WebVTT; null: it has none")
    duration_seconds: float
    width: int
    height: int
    size_bytes: int
    template_id: TemplateId
    voice_id: VoiceId | None = Field(description="null: made before voices were recorded")
    credits: tuple[str, ...] = Field(description="to be named wherever the reel is shown")
    provider: str
    created_at: datetime


def playback(video: Video, store: BlobStore) -> VideoPlayback:
    urls = reel_urls(video, store)
    return VideoPlayback(
        video_id=video.video_id,
        greenhouse_id=video.greenhouse_id,
        playback_url=urls.playback_url,
        mp4_url=urls.mp4_url,
        poster_url=urls.poster_url,
        captions_url=urls.captions_url,
        duration_seconds=video.duration_seconds,
        width=video.width,
        height=video.height,
        size_bytes=video.size_bytes,
        template_id=video.template_id,
        voice_id=video.voice_id,
        credits=video.credits,
        provider=video.provider,
        created_at=video.created_at,
    )
