"""GET /admin/stats"""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import Field

from services.recommendation.service import Parts
from services.recommendation.sources.youtube import YouTube
from services.web.admin_key import Admin
from shared.cache.link import RedisLink
from shared.schemas.base import Message

router = APIRouter(prefix="/admin", tags=["admin"])


class Answers(Message):
    """Of this process since it began. `fallback`: nothing could be ranked, and the newest reels were shown."""

    hit: int
    stale: int
    miss: int
    fallback: int


class Stats(Message):
    answers: Answers
    hit_rate: float | None = Field(description="hits and stale ones among all answers; null before the first")
    p95_ms: dict[str, float] = Field(description="by outcome, of the latest 2,000 each")
    ranked: int = Field(description="rankings made")
    lock_waits: int = Field(description="looks at whether another process has made a ranking by now")
    source_shares: dict[str, float] = Field(description="what part of all that was shown came from each source")
    degraded: dict[str, int] = Field(description="answers without a part, by part")
    redis: str = Field(description="ok, away, or none")
    youtube_units_left: int | None = Field(description="of today's quota, the reserve included; null without a key")


@router.get("/stats")
async def stats(request: Request, _: Admin) -> Stats:
    """How recommendations do, at a glance."""
    parts: Parts = request.state.parts
    youtube: YouTube | None = request.state.youtube
    tally, answers = parts.tally, parts.tally.answers
    return Stats(
        answers=Answers(**{name: answers[name] for name in Answers.model_fields}),
        hit_rate=round((answers["hit"] + answers["stale"]) / answers.total(), 4) if answers else None,
        p95_ms=tally.p95_ms(),
        ranked=parts.pools.made,
        lock_waits=parts.pools.lock_waits,
        source_shares=tally.shares(),
        degraded=dict(tally.degraded),
        redis=redis_state(request.state.link),
        youtube_units_left=await youtube.units_left() if youtube else None,
    )


def redis_state(link: RedisLink | None) -> str:
    """ok, away, or none."""
    return "none" if link is None else "away" if link.is_away else "ok"
