"""What a search asks and answers (seed section 7; data-model.md "Search, decided")."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool

from services.web.identity import UserId
from shared.schemas.base import Message
from shared.schemas.feeds import Reason

MAX_PROMPT = 1000
_SPEAKABLE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*[\p{L}\p{N}][^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
"""`_speakable` for the OpenAPI document; the function says what is wrong in words."""


def _speakable(prompt: str) -> str:
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\n\r" for c in prompt):
        raise ValueError("it contains control characters")
    prompt = " ".join(prompt.split())
    if not any(c.isalnum() for c in prompt):
        raise ValueError("it needs at least one letter or digit")
    return prompt


Prompt = Annotated[str, Field(min_length=1, max_length=MAX_PROMPT, json_schema_extra={"pattern": _SPEAKABLE}), AfterValidator(_speakable)]


Name = Annotated[str, Field(min_length=1, max_length=200, json_schema_extra={"pattern": _SPEAKABLE}), AfterValidator(_speakable)]


def _number(value: object) -> object:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise ValueError("it needs to be a number")
    return value


PageLength = Annotated[int, Field(ge=1, le=50), BeforeValidator(_number)]
AtMost = Annotated[int, Field(ge=0, le=50), BeforeValidator(_number)]
Days = Annotated[float, Field(gt=0, le=36_500), BeforeValidator(_number)]


class SearchJobsRequest(Message):
    text_prompt: Prompt = Field(examples=["data engineer, remote"])
    user_id: UserId
    limit: PageLength | None = Field(default=None, description="results wanted at most; does not change how many reels are made")
    company: Name | None = Field(default=None, description="only postings of this company, by its name or slug")
    location: Name | None = Field(
        default=None,
        description="only postings in this place: a city, region or country that the posting names, as in Munich, München, NYC",
    )
    department: Name | None = Field(default=None, description="only postings of this department or team")
    remote: StrictBool | None = Field(default=None, description="only remote postings, or only others")
    posted_within_days: Days | None = Field(default=None, description="only postings first published in this time")
    max_per_company: AtMost | None = Field(default=None, description="results one company may have in a page; 0 = no limit")
    recency_half_life_days: Days | None = Field(
        default=None, description="prefer new postings: what newness counts for halves in this time"
    )
    explain: StrictBool = Field(default=False, description="show every part of each result's score")


class PostingSummary(Message):
    greenhouse_id: str
    title: str
    company_name: str
    places: tuple[str, ...] = Field(description="places of all postings of the role")
    remote: bool
    pay: str | None
    absolute_url: str | None
    first_published: datetime | None


class Explanation(Message):
    """What a result's place comes from: `rank` = cosine + words + letters + newness, each with its weight."""

    rank: float = Field(description="orders the results; seen ones and those below the threshold come later all the same")
    cosine: float | None = Field(description="of the meanings, -1 to 1; null where only words were compared")
    words: float = Field(description="words in common: SEARCH_ALPHA × BM25, 1 for all that a posting could have")
    letters: float = Field(description="letters in common, which bears typos: SEARCH_TRIGRAM × trigrams shared with the title")
    newness: float = Field(description="RECENCY_WEIGHT × newness; 0 where age does not count")
    threshold: float = Field(description="the score from which a posting counts as a match")


class Playback(Message):
    """One reel: where it plays, and what a player wants to know before."""

    video_id: str
    playback_url: str = Field(description="HLS master playlist")
    mp4_url: str | None
    poster_url: str
    captions_url: str | None
    duration_seconds: float
    width: int
    height: int
    size_bytes: int = Field(description="all files of the reel: HLS, MP4, poster and captions")
    credits: tuple[str, ...] = Field(description="to be named wherever the reel is shown")


class SearchResult(Playback):
    """One reel with all a screen shows of it."""

    posting: PostingSummary
    score: float | None = Field(description="(1 + cosine) / 2; null when the reel was not searched for")
    reason: Reason
    seen: bool
    explanation: Explanation | None = Field(default=None, description="where it was asked for")


class Generation(Message):
    pending: int = Field(description="reels being made for this search, or waiting for a free slot")
    events_url: str | None = Field(default=None, description="server-sent events: each new reel as it is ready; null when none is to come")
    poll_after_s: float = Field(description="seconds to wait before looking again")


class SearchJobsResponse(Message):
    user_id: str
    greenhouse_ids: tuple[str, ...]
    count: int
    generation_triggered: bool = Field(description="reels are being made for this search, newly asked for or already in flight")
    generation_job_ids: tuple[str, ...]
    generation: Generation
    feed_id: str | None = Field(description="the feed these results begin: later pages and new reels are at /feeds/{feed_id}")
    next_cursor: str | None = Field(description="where the next page begins; null without a feed")
    degraded: tuple[str, ...] = Field(
        description="parts that were down, as in `embedder_unavailable`; empty when all is well. `generation_unavailable`: not all reels "
        "that are missing could be asked for, the next search asks again; `views_unavailable`: the results may be shown again as unseen; "
        "`feed_unavailable`: there are no further pages; `embedding_behind`: new postings were found by their words alone"
    )
    results: tuple[SearchResult, ...]
