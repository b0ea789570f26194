"""A day of 10,000 users at YouTube's expense: it stays within the quota, and nine calls in ten are saved."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services.recommendation.pools import Ask
from services.recommendation.sources.topics import is_due, topics_of
from services.recommendation.sources.youtube import DETAILS_UNITS, QUOTA, SEARCH_UNITS, charges
from shared.cache.quotas import PACIFIC
from shared.cache.rate_limit import LocalLimiter
from shared.schemas.recommendations import Interest, Profile
from shared.schemas.youtube import YouTubeTopic
from shared.settings import YouTube

USERS, VISITS, INTERESTS = 10_000, 3, 400
MIDNIGHT = datetime(2026, 6, 1, tzinfo=ZoneInfo(PACIFIC))
SETTINGS = YouTube()


@dataclass
class Day:
    """What the source and its fetching decide, with a clock of its own. `wanted` counts what asking for each user would have cost."""

    now: datetime = MIDNIGHT
    known: dict[str, YouTubeTopic] = field(default_factory=dict)
    wanted: int = 0
    calls: int = 0
    units: int = 0
    served: int = 0

    def __post_init__(self) -> None:
        self.limiter = LocalLimiter(clock_us=lambda: int(self.now.timestamp() * 1_000_000))

    def visit(self, profile: Profile) -> None:
        ask = Ask("user", profile, 200, include_trending=True, category=None, now=self.now)
        for topic in topics_of(ask):
            self.wanted += 2
            if is_due(self.known.get(topic), self.now):
                self._fetch(topic, waited_for=topic not in self.known)
            self.served += topic in self.known

    def _fetch(self, topic: str, *, waited_for: bool) -> None:
        for units in (SEARCH_UNITS, DETAILS_UNITS):
            if not self.limiter.take(QUOTA, charges(SETTINGS, units, waited_for=waited_for or units == DETAILS_UNITS)).granted:
                return
            self.calls, self.units = self.calls + 1, self.units + units
            self.now += timedelta(seconds=0.5)
        stale_at = self.now + timedelta(hours=SETTINGS.youtube_topic_ttl_hours)
        self.known[topic] = YouTubeTopic(topic=topic, videos=(), fetched_at=self.now, stale_at=stale_at, expires_at=stale_at)


def profiles(chance: random.Random) -> list[Profile]:
    """Few topics are everybody's, many are somebody's."""
    topics = [f"topic {number}" for number in range(INTERESTS)]
    popularity = [1 / (1 + place) for place in range(INTERESTS)]
    chosen = (chance.choices(topics, popularity, k=chance.randint(1, 3)) for _ in range(USERS))
    return [Profile(interests=tuple(Interest(topic=topic) for topic in names)) for names in chosen]


def test_a_day_of_ten_thousand_users() -> None:
    chance, day = random.Random(8), Day()
    visitors = profiles(chance) * VISITS
    chance.shuffle(visitors)
    for number, profile in enumerate(visitors):
        day.now = max(day.now, MIDNIGHT + timedelta(days=number / len(visitors)))
        day.visit(profile)
    assert day.units <= SETTINGS.youtube_daily_units
    assert day.calls <= 0.1 * day.wanted
    assert day.served > 0.7 * day.wanted / 2, "the topics of most were known"
    assert day.now.astimezone(UTC) - MIDNIGHT < timedelta(days=1, minutes=1)
