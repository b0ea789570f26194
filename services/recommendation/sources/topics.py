"""YouTube as a source: by topic, not by user, so that what one user's interest cost serves all who share it.

A topic is asked for in the background, once, however many wait for it, and is in the rankings that follow. What is known is used
meanwhile, also when the quota is used up.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from services.recommendation.pools import Ask, SourceName
from services.recommendation.prefetch import Prefetches
from services.recommendation.sources.base import Candidate
from services.recommendation.sources.youtube import YouTube
from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import hidden_videos, youtube_topics
from shared.mongo.client import Database, within_a_request
from shared.schemas.postings import filter_key
from shared.schemas.youtube import YouTubeTopic
from shared.settings import YouTube as YouTubeSettings

log = get_logger(__name__)

TOPICS = 5
"""Of one user at a time."""
_KEPT = timedelta(days=30)
"""The longest YouTube's terms let one keep what it told."""
_REST_S = {"youtube_quota": 900.0, "youtube_refused": 900.0}
_REST_OTHERWISE_S = 30.0
_READ_S = 1.0


def topics_of(ask: Ask) -> dict[str, float]:
    """PURE: what to look for, each with its weight, the weightiest first: the category asked for, else the interests somebody has."""
    if ask.category:
        return {ask.category: 1.0}
    interests = ask.profile.interests if ask.profile else ()
    weights: dict[str, float] = {}
    for interest in sorted(interests, key=lambda interest: -interest.weight):
        if interest.weight > 0 and (topic := filter_key(interest.topic)):
            weights.setdefault(topic, interest.weight)
    return dict(list(weights.items())[:TOPICS])


def is_due(topic: YouTubeTopic | None, now: datetime) -> bool:
    """PURE: whether it is to be asked for."""
    return topic is None or topic.stale_at <= now


class YouTubeSource:
    """The source, and the work of fetching what it lacks."""

    name: SourceName = "youtube"

    def __init__(self, db: Database, youtube: YouTube, prefetches: Prefetches, settings: YouTubeSettings) -> None:
        self._db = db
        self._youtube = youtube
        self._prefetches = prefetches
        self._fresh = timedelta(hours=settings.youtube_topic_ttl_hours)
        self._rests_until = 0.0

    async def candidates(self, ask: Ask) -> Sequence[Candidate]:
        """Of the user's topics, as far as they are known. Raises Unavailable where none is and none may be asked for now."""
        weights = topics_of(ask)
        if not weights:
            return ()
        with within_a_request(_READ_S):
            known = await youtube_topics.of(self._db, weights)
        may_ask = time.monotonic() >= self._rests_until
        for topic in weights:
            if may_ask and is_due(known.get(topic), ask.now):
                self._prefetches.fetch(topic, waited_for=topic not in known)
        if not known and not may_ask:
            raise Unavailable("YouTube: nothing may be asked for now", code="youtube_quota")
        found = candidates_of(weights, known)
        with within_a_request(_READ_S):
            hidden = await hidden_videos.among(self._db, ask.user_id, [candidate.video_id for candidate in found])
        return [candidate for candidate in found if candidate.video_id not in hidden]

    async def fetch(self, topic: str, *, waited_for: bool) -> int:
        """Ask for a topic and keep what there is. How many there are; 0, too, when YouTube or the quota refuses. Raises Unavailable when
        the database does."""
        now = datetime.now(UTC)
        if not is_due((await youtube_topics.of(self._db, [topic])).get(topic), now):
            return 0
        try:
            videos = await self._youtube.on(topic, waited_for=waited_for)
        except Unavailable as error:
            log.warning("topic_not_fetched", topic=topic, code=error.code, error=error.message)
            if waited_for or error.code != "youtube_quota":  # else it is the reserve that was left alone
                self._rests_until = time.monotonic() + _REST_S.get(error.code, _REST_OTHERWISE_S)
            return 0
        until = now + self._fresh
        await youtube_topics.put(
            self._db, YouTubeTopic(topic=topic, videos=tuple(videos), fetched_at=now, stale_at=until, expires_at=max(until, now + _KEPT))
        )
        return len(videos)


def candidates_of(weights: Mapping[str, float], known: Mapping[str, YouTubeTopic]) -> list[Candidate]:
    """PURE: each video once, by its topic's weight and its place there."""
    found: dict[str, Candidate] = {}
    for topic, weight in weights.items():
        videos = known[topic].videos if topic in known else ()
        for place, video in enumerate(videos):
            score, reason = weight * (1 - place / len(videos)), f"On YouTube, about {topic}"
            if video.video_id not in found or found[video.video_id].score < score:
                found[video.video_id] = Candidate(video.video_id, video.video_id, video.channel, score, reason)
    return sorted(found.values(), key=lambda candidate: -candidate.score)
