"""What a search asks and answers (seed section 7; data-model.md "Search, decided")."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from services.web.identity import UserId
from shared.schemas.base import Message

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


class SearchJobsRequest(Message):
    text_prompt: Prompt = Field(examples=["data engineer, remote"])
    user_id: UserId
    limit: int | None = Field(default=None, ge=1, le=50, description="results wanted at most; does not change how many reels are made")


class PostingSummary(Message):
    greenhouse_id: str
    title: str
    company_name: str
    places: tuple[str, ...] = Field(description="places of all postings of the role")
    remote: bool
    pay: str | None
    absolute_url: str | None
    first_published: datetime | None


class SearchResult(Message):
    """One reel with all a screen shows of it."""

    video_id: str
    playback_url: str = Field(description="HLS master playlist")
    mp4_url: str
    poster_url: str
    captions_url: str
    duration_seconds: float
    width: int
    height: int
    size_bytes: int = Field(description="all files of the reel: HLS, MP4, poster and captions")
    credits: tuple[str, ...] = Field(description="to be named wherever the reel is shown")
    posting: PostingSummary
    score: float | None = Field(description="(1 + cosine) / 2; null when the reel was not searched for")
    reason: Literal["match", "near", "seen_before", "newest"]
    seen: bool


class Generation(Message):
    pending: int = Field(description="reels being made for this search")
    poll_after_s: float = Field(description="seconds to wait before searching again")


class SearchJobsResponse(Message):
    user_id: str
    greenhouse_ids: tuple[str, ...]
    count: int
    generation_triggered: bool = Field(description="reels are being made for this search, newly asked for or already in flight")
    generation_job_ids: tuple[str, ...]
    generation: Generation
    degraded: tuple[str, ...] = Field(
        description="parts that were down, as in `embedder_unavailable`; empty when all is well. `generation_unavailable`: not all reels "
        "that are missing could be asked for, the next search asks again; `views_unavailable`: the results may be shown again as unseen"
    )
    results: tuple[SearchResult, ...]
