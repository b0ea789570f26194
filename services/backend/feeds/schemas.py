"""What the API tells of feeds and single reels, and what it is told about them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.backend.search.schemas import Generation, PageLength, Playback, PostingSummary, SearchResult
from services.web.identity import UserId
from shared.schemas.base import Message
from shared.schemas.reports import ReportReason
from shared.schemas.watch_events import WatchEvent

CURSOR = "0|[1-9][0-9]{0,5}"
CursorText = Annotated[str, Field(pattern=f"^({CURSOR})$")]
NextCursor = Annotated[str | None, Field(description="for what follows; null: nothing does, and nothing will")]


class OpenFeed(Message):
    user_id: UserId
    limit: PageLength | None = Field(default=None, description="results of the first page at most")


class FeedPage(Message):
    """A page of a feed. New reels are added at its end, so `next_cursor` is also where to look for them."""

    feed_id: str | None = Field(description="null where none could be opened: see `degraded`")
    user_id: str
    count: int
    next_cursor: NextCursor
    generation: Generation
    degraded: tuple[str, ...] = Field(description="parts that were down when the feed was opened")
    results: tuple[SearchResult, ...]


class FeedDone(Message):
    """The last event of a stream: no more reels are being made for the feed."""

    feed_id: str
    next_cursor: NextCursor


class ReelPosting(PostingSummary):
    active: bool = Field(description="whether one can still apply")


class Reel(Playback):
    """A reel by itself, whether or not any of its postings is open."""

    active: bool = Field(description="whether any of its postings is open; always true for a clip")
    posting: PostingSummary | None = Field(description="the posting it was made for, or an open one of the role; null for a clip")
    postings: tuple[ReelPosting, ...] = Field(description="all postings of the role")


class SavedReel(Reel):
    saved_at: datetime


class SavedReels(Message):
    user_id: str
    reels: tuple[SavedReel, ...]
    next_cursor: str | None = Field(description="for what follows; null: nothing does")


class WatchBatch(Message):
    user_id: UserId
    events: list[WatchEvent] = Field(min_length=1, max_length=100)


class WatchBatchTaken(Message):
    accepted: int
    duplicate: int = Field(description="their event_id was there already")
    unknown: int = Field(description="about reels that there never were; they are not kept")


class ReportReel(Message):
    user_id: UserId
    reason: ReportReason
    note: Annotated[str, Field(max_length=1000)] | None = None


class ReportTaken(Message):
    video_id: str
    reason: ReportReason
