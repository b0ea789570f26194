"""What tests of the recommendation service share: reels to recommend, the service, and questions to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2

from services.recommendation.app import create
from services.recommendation.opening import OpenRecommender
from shared.mongo.client import Database
from shared.settings import Settings, load_settings
from tests.integration.recommendation.newest_first import newest_first
from tests.serving import serving

PATIENT_S = 30.0
ASSESSMENT = {"openness": 0.7, "conscientiousness": 0.5, "extraversion": 0.4, "agreeableness": 0.6, "neuroticism": 0.3}
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def settings_of(mongo_uri: str, db: Database, **variables: str) -> Settings:
    return load_settings(
        {"MONGODB_URI": mongo_uri, "MONGODB_DATABASE": db.name, "VIDEO_PUBLIC_URL": "http://video.test", **variables}, None
    )


@asynccontextmanager
async def serving_recommendations(settings: Settings, ranking: OpenRecommender = newest_first) -> AsyncIterator[httpx2.AsyncClient]:
    """With a ranking that is known beforehand, unless told otherwise."""
    async with serving(create(settings, ranking)) as url, httpx2.AsyncClient(base_url=url, timeout=PATIENT_S) as client:
        yield client


async def make_reels(db: Database, count: int) -> list[str]:
    """Reels of as many open roles, of every third company one; their ids, the newest first."""
    numbers = range(count)
    await db.jobs.insert_many([posting(number) for number in numbers])
    await db.videos.insert_many([video(number) for number in numbers])
    return [f"reel-{number}" for number in numbers]


def posting(number: int) -> dict[str, Any]:
    return {
        "greenhouse_id": f"g{number}", "company_slug": f"c{number % 3}", "company_name": f"Company {number % 3}",
        "subject_key": f"c{number % 3}:{number}", "title": f"Baker {number}", "description": "We bake.", "places": ["Berlin", "Paris"],
        "content_hash": str(number), "active": True,
    }  # fmt: skip


def video(number: int) -> dict[str, Any]:
    name = f"reel-{number}"
    return {
        "video_id": name, "greenhouse_id": f"g{number}", "subject_kind": "posting", "subject_key": f"c{number % 3}:{number}",
        "source_hash": str(number), "provider": "local", "s3_key": f"hls/{name}/master.m3u8", "cdn_url": "",
        "mp4_key": f"hls/{name}/reel.mp4", "captions_key": f"hls/{name}/captions.vtt", "poster_key": f"hls/{name}/poster.jpg",
        "width": 720, "height": 1280, "size_bytes": 1_000, "duration_seconds": 30.0, "template_id": "poster", "script": "",
        "status": "ready", "created_at": NOW - timedelta(hours=number),
    }  # fmt: skip


def path(user_id: str = "ann") -> str:
    return f"/api/v1/video/recommendations/{user_id}"


async def ask(client: httpx2.AsyncClient, user_id: str = "ann", **query: Any) -> dict[str, Any]:
    """The answer to GET."""
    response = await client.get(path(user_id), params={name: str(value) for name, value in query.items()})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def ids(answer: dict[str, Any]) -> list[str]:
    return [item["video_id"] for item in answer["items"]]


async def tell(client: httpx2.AsyncClient, kind: str, video_ids: Sequence[str], user_id: str = "ann") -> dict[str, Any]:
    """The answer to watch events."""
    at = datetime.now(UTC).isoformat()
    events = [{"event_id": uuid4().hex, "type": kind, "video_id": video_id, "at": at} for video_id in video_ids]
    response = await client.post(f"/api/v1/users/{user_id}/watch-events", json={"events": events})
    assert response.status_code == 200, response.text
    taken: dict[str, Any] = response.json()
    return taken


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(PATIENT_S):
        while not await condition():
            await asyncio.sleep(0.02)
