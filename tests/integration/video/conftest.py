"""The video service on a real socket, over a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pymongo.asynchronous.database import AsyncDatabase

from services.video.app import create
from shared.schemas.videos import Video
from shared.settings import Settings, load_settings
from tests.serving import serving

VIDEO_ID = "0b0f7c3e-6f0e-4c8e-9a53-0d7a5d1d8f11"
Add = Callable[..., Awaitable[Video]]


@pytest.fixture
def settings(mongo_uri: str, db: AsyncDatabase[dict[str, Any]], tmp_path: Path) -> Settings:
    variables = {
        "MONGODB_URI": mongo_uri,
        "MONGODB_DATABASE": db.name,
        "DATA_DIR": str(tmp_path / "data"),
        "VIDEO_PUBLIC_URL": "http://video.test",
    }
    return load_settings(variables, env_file=None)


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    async with serving(create(settings)) as base_url, httpx2.AsyncClient(base_url=base_url) as client:
        yield client


@pytest.fixture
def add_video(db: AsyncDatabase[dict[str, Any]]) -> Add:
    async def add(video_id: str = VIDEO_ID, **changes: Any) -> Video:
        prefix = f"hls/{video_id}"
        fields: dict[str, Any] = {
            "video_id": video_id,
            "greenhouse_id": "1001",
            "subject_kind": "posting",
            "subject_key": "acme:7",
            "source_hash": "h",
            "provider": "local",
            "s3_key": f"{prefix}/master.m3u8",
            "cdn_url": f"http://old.test/media/{prefix}/master.m3u8",
            "mp4_key": f"{prefix}/reel.mp4",
            "captions_key": f"{prefix}/captions.vtt",
            "poster_key": f"{prefix}/poster.jpg",
            "width": 720,
            "height": 1280,
            "size_bytes": 262_360,
            "duration_seconds": 31.2,
            "template_id": "poster",
            "script": "We are hiring.",
            "created_at": datetime(2026, 5, 1, 12, tzinfo=UTC),
        }
        video = Video(**(fields | changes))
        await db.videos.insert_one(video.model_dump())
        return video

    return add
