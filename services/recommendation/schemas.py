"""What the recommendation service is asked and what it answers (docs/recommendations.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictBool, StrictInt, StringConstraints

from services.recommendation.pools import SourceName
from services.web.identity import UserId
from shared.cache.kept import How
from shared.schemas.base import Message
from shared.schemas.postings import filter_key
from shared.schemas.recommendations import Profile
from shared.schemas.watch_events import WatchEvent

DEFAULT_RESULTS = 20
MAX_RESULTS = 50
MAX_EXCLUDED = 500

_IN_SESSION, _IN_POOL = r"s[0-9]{1,5}", r"p[0-9a-f]{12}-[0-9]{1,5}"


def _names_something(category: str) -> str:
    if not filter_key(category):
        raise ValueError("it needs at least one letter or digit")
    return filter_key(category)


def _clamped(asked: int) -> int:
    return min(max(asked, 1), MAX_RESULTS)


_ABOUT_RESULTS = f"items wanted; at least 1 and at most {MAX_RESULTS} are taken for it"
_ABOUT_FORCE = "rank anew instead of using what was ranked lately; a user may every RECOMMENDATION_REFRESH_COOLDOWN_S"
_ABOUT_TRENDING = "also what many watch these days"
_ABOUT_CATEGORY = "only reels of this department or team, as in Engineering"
_ABOUT_SESSION = "the visit this belongs to: without a cursor, each call then shows what the session was not shown before"
_ABOUT_CURSOR = "`next_cursor` of an answer: what follows it; the same cursor gives the same items"
_ABOUT_EXCLUDED = f"videos not to be shown, by id, up to {MAX_EXCLUDED}"

VideoId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,128}$")]
SessionId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,128}$")]
Cursor = Annotated[str, StringConstraints(pattern=f"^({_IN_SESSION}|{_IN_POOL})$")]
Category = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_names_something)]
Excluded = Annotated[tuple[VideoId, ...], Field(max_length=MAX_EXCLUDED)]


class VideoRecommendationRequest(Message):
    """What both GET, in its query, and POST, in its body, take."""

    max_results: Annotated[StrictInt, AfterValidator(_clamped)] = Field(DEFAULT_RESULTS, description=_ABOUT_RESULTS)
    force_refresh: StrictBool = Field(default=False, description=_ABOUT_FORCE)
    include_trending: StrictBool = Field(default=True, description=_ABOUT_TRENDING)
    category_filter: Category | None = Field(default=None, description=_ABOUT_CATEGORY)
    session_id: SessionId | None = Field(default=None, description=_ABOUT_SESSION)
    cursor: Cursor | None = Field(default=None, description=_ABOUT_CURSOR)
    exclude_ids: Excluded = Field(default=(), description=_ABOUT_EXCLUDED)


class RecommendationQuery(VideoRecommendationRequest):
    """The same where all is text."""

    max_results: Annotated[int, AfterValidator(_clamped)] = Field(DEFAULT_RESULTS, description=_ABOUT_RESULTS)
    force_refresh: bool = Field(default=False, description=_ABOUT_FORCE)
    include_trending: bool = Field(default=True, description=_ABOUT_TRENDING)


class Posting(Message):
    greenhouse_id: str
    places: tuple[str, ...] = Field(description="places of all postings of the role")
    remote: bool
    pay: str | None
    absolute_url: str | None
    first_published: datetime | None


class Card(Message):
    """All a screen shows of a video, whoever it is shown to."""

    video_id: str
    kind: Literal["reel", "youtube"]
    title: str
    company_name: str = Field(description="of a video at YouTube: the channel")
    playback_url: str | None = Field(description="HLS master playlist; null for what plays at YouTube alone")
    mp4_url: str | None
    poster_url: str | None
    captions_url: str | None
    page_url: str | None = Field(description="where a video that is not ours is watched")
    duration_seconds: float | None
    width: int | None
    height: int | None
    credits: tuple[str, ...] = Field(description="to be named wherever the reel is shown")
    posting: Posting | None


class RecommendedVideo(Card):
    source: SourceName = Field(description="which way it was found")
    score: float = Field(description="0 to 1, falling down the list")
    reason: str = Field(description="in words, for the one who watches")


class VideoRecommendations(Message):
    success: Literal[True] = True
    user_id: str
    session_id: str | None
    count: int
    cache: How = Field(description="hit: ranked a while ago; stale: the same, and being ranked anew; miss: ranked just now")
    generated_at: datetime = Field(description="when it was ranked")
    expires_at: datetime = Field(description="until when this ranking is used at most")
    processing_ms: float
    next_cursor: str | None = Field(description="for what follows; null: nothing does")
    exhausted: bool = Field(description="there is nothing more that this session was not shown")
    degraded: tuple[str, ...] = Field(description="parts that could not be asked; empty when all is well")
    items: tuple[RecommendedVideo, ...]


class ProfileTaken(Profile):
    """The profile as it is kept now."""

    user_id: str
    version: int
    updated_at: datetime


class WatchEvents(Message):
    events: Annotated[tuple[WatchEvent, ...], Field(min_length=1, max_length=100)]


class WatchEventsTaken(Message):
    accepted: int
    duplicate: int = Field(description="their event_id was there already")
    unknown: int = Field(description="about reels that there never were; of a video elsewhere only `hide` and `unhide` are kept")


class SignIn(Message):
    user_id: UserId
    session_id: SessionId | None = Field(default=None, description="one of your own; none: a new one is made")


class SignedIn(Message):
    user_id: str
    session_id: str
    warming: bool = Field(description="recommendations are being ranked; false: they are at hand already")
