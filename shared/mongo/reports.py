"""The `reports` collection: what users complain of, reel by reel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shared.mongo import newest_first
from shared.mongo.client import Database
from shared.mongo.newest_first import Position
from shared.schemas.reports import Report, ReportReason


async def file(db: Database, report: Report) -> None:
    """One a user and reel: said again, only what is said changes."""
    said = {"$set": report.model_dump(exclude={"at"}), "$setOnInsert": {"at": report.at}}
    await db.reports.update_one({"_id": f"{report.video_id}|{report.user_id}"}, said, upsert=True)


async def page(db: Database, video_id: str | None, after: Position | None, limit: int) -> tuple[list[Report], Position | None]:
    """Up to `limit` reports, of one reel or of all, the latest first, and where the next page starts; None: this is the last."""
    docs, following = await newest_first.page(db.reports, {"video_id": video_id} if video_id else {}, after, limit)
    return [Report.model_validate(doc) for doc in docs], following


async def counts(db: Database, video_ids: Iterable[str]) -> dict[str, dict[ReportReason, int]]:
    """How often each of these reels was reported, by reason."""
    pipeline: list[dict[str, Any]] = [
        {"$match": {"video_id": {"$in": list(video_ids)}}},
        {"$group": {"_id": {"video_id": "$video_id", "reason": "$reason"}, "reports": {"$sum": 1}}},
    ]
    counted: dict[str, dict[ReportReason, int]] = {}
    async for doc in await db.reports.aggregate(pipeline):
        counted.setdefault(doc["_id"]["video_id"], {})[doc["_id"]["reason"]] = doc["reports"]
    return counted
