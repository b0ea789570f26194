"""What a recommender is asked, and what it answers with: the ranked pool that pages are cut from. PURE."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from shared.schemas.recommendations import Profile

SourceName = Literal["vector", "co_watch", "trending", "fresh", "exploration", "youtube"]


@dataclass(frozen=True)
class Ask:
    """`size`: how deep the pool is to be; `category`: as `filter_key` makes it, None for all; `now` has a zone."""

    user_id: str
    profile: Profile | None
    size: int
    include_trending: bool
    category: str | None
    now: datetime


class Recommended(NamedTuple):
    """`subject_key` is the reel's subject, or the id of a video that is not ours; `company` its company_slug, or the channel. `score` is
    in [0, 1] and falls down the pool, `reason` a sentence for the one who watches."""

    video_id: str
    subject_key: str
    company: str
    score: float
    source: SourceName
    reason: str


@dataclass(frozen=True)
class Pool:
    """Best first; no subject twice, none that is hidden. `degraded` names the parts that could not be asked."""

    items: tuple[Recommended, ...]
    degraded: tuple[str, ...] = ()
