"""The YouTube Data API: what there is on a topic, within the quota.

Two calls a topic: `search.list` (100 units) for the ids, `videos.list` (1 unit for up to 50) for all else. Every call is charged before
it is made, and made once: a call that fails is not repeated here.
https://developers.google.com/youtube/v3/determine_quota_cost
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from prometheus_client import Gauge
from pydantic import TypeAdapter, ValidationError

from shared.cache.quotas import Charge, DailyWindow, TokenBucket
from shared.cache.rate_limit import RateLimiter
from shared.errors import Unavailable
from shared.http.client import HttpClient, Limits, Reply
from shared.logging import get_logger
from shared.schemas.base import Utc
from shared.schemas.youtube import YouTubeVideo
from shared.settings import YouTube as YouTubeSettings

log = get_logger(__name__)

QUOTA = "youtube"
"""The limiter's key."""
DAY = "day"
QUOTA_LEFT = Gauge("reelwright_youtube_units_left", "Units of YouTube's quota left today, when this process last asked")
SEARCH_UNITS, DETAILS_UNITS = 100, 1
BATCH = 50
"""Videos one call may find, and tell the details of."""
_PATIENCE_S = 10.0
"""Limits of seconds are waited for, those of a day are not."""
_SPENT = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
_TOO_FAST = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_TIME: TypeAdapter[datetime] = TypeAdapter(Utc)


def buckets(settings: YouTubeSettings) -> tuple[TokenBucket, ...]:
    """Of calls."""
    return (
        TokenBucket.within("second", settings.youtube_per_second, 1),
        TokenBucket.within("minute", settings.youtube_per_minute, 60),
        TokenBucket.within("100s", settings.youtube_per_100_seconds, 100),
    )


def day(settings: YouTubeSettings) -> DailyWindow:
    """Of units."""
    return DailyWindow(DAY, settings.youtube_daily_units)


def charges(settings: YouTubeSettings, units: int, *, waited_for: bool) -> tuple[Charge, ...]:
    """PURE: of one call. What nobody waits for leaves the reserve."""
    leave = 0 if waited_for else settings.youtube_reserve_units
    return (*map(Charge, buckets(settings)), Charge(day(settings), units, leave))


class YouTube:
    """Raises Unavailable with code youtube_quota, youtube_rate, youtube_refused (the key), youtube_failed, or as HttpClient does."""

    def __init__(self, settings: YouTubeSettings, key: str, limiter: RateLimiter) -> None:
        self._settings = settings
        self._headers = {"X-Goog-Api-Key": key}
        self._limiter = limiter
        self._http = HttpClient(Limits(total_s=settings.youtube_timeout_s, attempts=1))

    async def on(self, topic: str, *, waited_for: bool) -> list[YouTubeVideo]:
        """Up to 50 short videos on a topic that may be shown elsewhere, in YouTube's order."""
        return await self.details(await self.search(topic, waited_for=waited_for))

    async def search(self, topic: str, *, waited_for: bool) -> list[str]:
        """Their ids."""
        asked = {"part": "id", "type": "video", "q": topic, "maxResults": str(BATCH)}
        only = {"videoDuration": "short", "videoEmbeddable": "true", "safeSearch": "strict"}
        found = await self._call("search", asked | only, SEARCH_UNITS, waited_for=waited_for)
        ids = (_at(item, "id", "videoId") for item in _items(found))
        return list(dict.fromkeys(video_id for video_id in ids if isinstance(video_id, str)))

    async def details(self, ids: Sequence[str]) -> list[YouTubeVideo]:
        """Those of these videos that may be shown elsewhere; asked for 50 at a time."""
        found: list[YouTubeVideo] = []
        for start in range(0, len(ids), BATCH):
            asked = {"part": "snippet,contentDetails,status", "id": ",".join(ids[start : start + BATCH])}
            answer = await self._call("videos", asked, DETAILS_UNITS, waited_for=True)
            found += filter(None, map(video_of, _items(answer)))
        return found

    async def units_left(self) -> int:
        """Of today's, reserve included."""
        return (await self._limiter.take(QUOTA, [Charge(day(self._settings), 0)])).left[DAY]

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _call(self, method: str, params: Mapping[str, str], units: int, *, waited_for: bool) -> Any:
        await self._pay(units, waited_for=waited_for)
        reply = await self._http.request("GET", f"{self._settings.youtube_base_url}/{method}", headers=self._headers, params=params)
        if reply.status == 200:
            return reply.json()
        raise await self._failure(reply)

    async def _pay(self, units: int, *, waited_for: bool) -> None:
        asked = charges(self._settings, units, waited_for=waited_for)
        give_up = time.monotonic() + _PATIENCE_S
        while not (decision := await self._limiter.take(QUOTA, asked)).granted:
            if time.monotonic() + decision.retry_after_s > give_up:
                raise Unavailable("YouTube: the quota is used up", code="youtube_quota")
            await asyncio.sleep(decision.retry_after_s)
        QUOTA_LEFT.set(decision.left[DAY])

    async def _failure(self, reply: Reply) -> Unavailable:
        """What YouTube says of its own count is believed."""
        reasons = set(_reasons(reply))
        log.warning("youtube_refused", status=reply.status, reasons=sorted(reasons))
        if reasons & _SPENT:
            await self._limiter.spend(QUOTA, [day(self._settings)])
            return Unavailable("YouTube: the quota is used up", code="youtube_quota")
        if reasons & _TOO_FAST or reply.status == 429:
            await self._limiter.spend(QUOTA, buckets(self._settings))
            return Unavailable("YouTube: too many calls at once", code="youtube_rate")
        if reply.status in (400, 401, 403):
            return Unavailable(f"YouTube refuses ({', '.join(sorted(reasons)) or reply.status})", code="youtube_refused")
        return Unavailable(f"YouTube answered {reply.status}", code="youtube_failed")


def _items(answer: Any) -> list[Any]:
    items = answer.get("items") if isinstance(answer, dict) else None
    return items if isinstance(items, list) else []


def _at(value: Any, *path: str) -> Any:
    """What is at this path; None where anything is missing."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _reasons(reply: Reply) -> Iterator[str]:
    """Of an error body in any of the shapes there are."""
    try:
        error = _at(reply.json(), "error")
    except Unavailable:
        return
    for each in [*(_at(error, "errors") or ()), *(_at(error, "details") or ()), error]:
        for name in ("reason", "status"):
            if isinstance(reason := _at(each, name), str):
                yield reason


def video_of(item: Any) -> YouTubeVideo | None:
    """PURE: a video as `videos.list` tells of it; None: it may not be shown elsewhere, or is not what one expects."""
    if _at(item, "status", "embeddable") is False or _at(item, "status", "privacyStatus") not in (None, "public"):
        return None
    pictures = _at(item, "snippet", "thumbnails")
    picture = next((found for size in ("maxres", "standard", "high", "medium", "default") if (found := _at(pictures, size))), None)
    try:
        return YouTubeVideo(
            video_id=_at(item, "id"),
            title=_at(item, "snippet", "title"),
            channel=_at(item, "snippet", "channelTitle"),
            published_at=_time(_at(item, "snippet", "publishedAt")),
            duration_seconds=seconds_of(_at(item, "contentDetails", "duration")),
            poster_url=_at(picture, "url"),
            width=_at(picture, "width"),
            height=_at(picture, "height"),
        )
    except ValidationError:
        return None


def _time(text: Any) -> datetime | None:
    return _TIME.validate_python(text) if isinstance(text, str) else None


def seconds_of(duration: Any) -> float | None:
    """PURE: of an ISO 8601 duration such as PT1M30S; None for what is none, and for live ones (P0D)."""
    found = _DURATION.fullmatch(duration) if isinstance(duration, str) else None
    if found is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds) or None
