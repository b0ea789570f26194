"""The `youtube_topics` collection: what YouTube has on a topic, for as long as it may be kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from shared.mongo.client import Database
from shared.schemas.youtube import YouTubeTopic, YouTubeVideo


async def of(db: Database, topics: Iterable[str]) -> dict[str, YouTubeTopic]:
    """Those of these topics that were asked for, however stale."""
    found = db.youtube_topics.find({"_id": {"$in": list(topics)}, "expires_at": {"$gt": datetime.now(UTC)}})
    return {doc["_id"]: YouTubeTopic.model_validate(doc) async for doc in found}


async def put(db: Database, topic: YouTubeTopic) -> None:
    await db.youtube_topics.replace_one({"_id": topic.topic}, topic.model_dump(), upsert=True)


async def videos(db: Database, video_ids: Collection[str]) -> list[YouTubeVideo]:
    """Those of these videos that some topic has, each once."""
    found: dict[str, YouTubeVideo] = {}
    async for doc in db.youtube_topics.find({"videos.video_id": {"$in": list(video_ids)}}, {"videos": 1}):
        for video in doc["videos"]:
            if video["video_id"] in video_ids:
                found[video["video_id"]] = YouTubeVideo.model_validate(video)
    return list(found.values())
