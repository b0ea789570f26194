"""/admin/reports: what users complain of."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from services.backend.admin import paging
from services.backend.admin.paging import Cursor, NextCursor, clamped
from services.backend.dependencies import Db
from shared.mongo import reports, videos
from shared.mongo.newest_first import Position
from shared.schemas.base import Message
from shared.schemas.reports import Report, ReportReason
from shared.schemas.videos import VideoStatus

router = APIRouter(prefix="/reports")


class ReportsQuery(Message):
    video_id: Annotated[str | None, Field(max_length=128)] = None
    cursor: Cursor = None
    limit: Annotated[int, clamped(200)] = Field(default=50, description="reports per page; taken as 1 to 200")


class ListedReport(Report):
    """A report with what stands about its reel in all."""

    video_status: VideoStatus | None
    reports_of_reel: int = Field(description="users who have reported this reel")
    reasons_of_reel: dict[ReportReason, int]


class ReportPage(Message):
    reports: tuple[ListedReport, ...]
    next_cursor: NextCursor


@router.get("")
async def list_reports(asked: Annotated[ReportsQuery, Query()], db: Db) -> ReportPage:
    """Reports, newest first, each with how often its reel was reported, and why."""
    page, following = await reports.page(db, asked.video_id, paging.decode(asked.cursor, Position), asked.limit)
    of_reels = {report.video_id for report in page}
    counted, statuses = await asyncio.gather(reports.counts(db, of_reels), videos.statuses(db, of_reels))
    listed = tuple(
        ListedReport(
            **report.model_dump(),
            video_status=statuses.get(report.video_id),
            reports_of_reel=sum(counted[report.video_id].values()),
            reasons_of_reel=counted[report.video_id],
        )
        for report in page
    )
    return ReportPage(reports=listed, next_cursor=paging.encode(following))
