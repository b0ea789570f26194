"""A backend that knows feeds, reels and what users do with them, without search: no model to load, no index to fill."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from fastapi import FastAPI

from services.backend.feeds import reactions, reels, routes
from services.backend.feeds.watch import FeedWatch
from services.backend.search.standby import Standby
from services.web.app import create_app
from services.web.shutdown import when_asked_to_stop
from shared.mongo.client import Database, open_mongo
from shared.mongo.indexes import create_indexes
from shared.settings import Settings, load_settings
from shared.storage.open import open_store
from shared.tasks import end
from tests.integration.queue_steps import stored
from tests.serving import serving


def application(settings: Settings, watch: FeedWatch) -> FastAPI:
    """Takes the database from the settings, and makes its indexes before it serves."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with open_mongo(settings) as db:
            await create_indexes(db)
            following = asyncio.create_task(watch.follow(db))
            try:
                with when_asked_to_stop(watch.close):
                    yield {"settings": settings, "db": db, "store": open_store(settings), "feed_watch": watch, "standby": Standby(db, ())}
            finally:
                await end(following)

    return create_app("backend", title="Feeds", lifespan=lifespan, routers=[routes.router, reels.router, reactions.router])


def from_environment() -> FastAPI:
    """For a server of its own: `uvicorn --factory tests.integration.backend.feeding:from_environment`."""
    return application(load_settings(), FeedWatch())


def environment(db: Database, mongo_uri: str, **more: str) -> dict[str, str]:
    return {"MONGODB_URI": mongo_uri, "MONGODB_DATABASE": db.name, "MAX_USER_CONCURRENT_JOBS": "2", "SEARCH_TIMEOUT_S": "30", **more}


@asynccontextmanager
async def feeding(db: Database, mongo_uri: str, watch: FeedWatch | None = None, **settings: str) -> AsyncIterator[httpx2.AsyncClient]:
    app = application(load_settings(environment(db, mongo_uri, **settings), None), watch or FeedWatch())
    async with serving(app) as url, httpx2.AsyncClient(base_url=url, timeout=30) as http:
        yield http


async def give_reel(db: Database, key: str, *, age_s: float = 0, video_id: str = "", **posting: Any) -> str:
    """An open posting with a reel that was made so long ago; the reel's id. A reel there was is superseded."""
    kept = await stored(db, key, **posting)
    video_id = video_id or f"v-{key}"
    await db.videos.update_many({"subject_key": kept.subject_key}, {"$set": {"status": "superseded"}})
    await db.videos.insert_one(
        {
            "video_id": video_id, "greenhouse_id": key, "subject_kind": "posting", "subject_key": kept.subject_key,
            "source_hash": kept.content_hash, "provider": "local", "s3_key": f"hls/{video_id}/master.m3u8", "cdn_url": "http://x/m",
            "mp4_key": f"hls/{video_id}/reel.mp4", "captions_key": "c", "poster_key": "p", "width": 720, "height": 1280, "size_bytes": 1,
            "duration_seconds": 30.0, "template_id": "poster", "script": "…", "status": "ready",
            "created_at": datetime.now(UTC) - timedelta(seconds=age_s),
        }
    )  # fmt: skip
    return video_id


async def close(db: Database, key: str) -> None:
    """The posting is open no more."""
    await db.jobs.update_many({"greenhouse_id": key}, {"$set": {"active": False}})


@dataclass(frozen=True)
class Event:
    """A server-sent event."""

    kind: str
    id: str | None
    data: dict[str, Any]

    @property
    def posting(self) -> str:
        return str(self.data["posting"]["greenhouse_id"])


@asynccontextmanager
async def streaming(http: httpx2.AsyncClient, feed_id: str, last: str | None = None, **params: str) -> AsyncIterator[AsyncIterator[Event]]:
    """The events of a feed, as they come."""
    headers = {"Last-Event-ID": last} if last else {}
    async with http.stream("GET", f"/feeds/{feed_id}/events", params=params, headers=headers) as answer:
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
        yield _events(answer.aiter_lines())


async def _events(lines: AsyncIterator[str]) -> AsyncIterator[Event]:
    fields: dict[str, str] = {}
    async for line in lines:
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
        elif "data" in fields:
            yield Event(fields["event"], fields.get("id"), json.loads(fields["data"]))
            fields = {}


async def until_done(http: httpx2.AsyncClient, feed_id: str, last: str | None = None, **params: str) -> list[Event]:
    """All events of a stream that says at last that it is done."""
    async with asyncio.timeout(60), streaming(http, feed_id, last, **params) as events:
        heard = [event async for event in events]
    assert [event.kind for event in heard] == ["reel"] * (len(heard) - 1) + ["done"]
    return heard


def shown(page: dict[str, Any]) -> list[str]:
    """The reels of a page."""
    assert page["count"] == len(page["results"])
    return [result["video_id"] for result in page["results"]]
