"""Who recommendations are made for: what somebody likes and how they are, in their own words and scores (`profiles`)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from shared.schemas.base import Document, Message, SpelledOut, Utc

MAX_INTERESTS = 50

_Score = Annotated[float, Field(ge=0, le=1, strict=True)]
_Topic = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Assessment(Message):
    """A personality assessment: the Big Five, each from 0 to 1 where 0.5 is the middle of the population.

    docs/recommendations.md says what each changes: openness explores and varies, extraversion follows what others watch, conscientiousness
    keeps to the interests, agreeableness weighs what people alike watched, neuroticism stays near what is known.
    """

    openness: _Score
    conscientiousness: _Score
    extraversion: _Score
    agreeableness: _Score
    neuroticism: _Score
    instrument: Annotated[str, StringConstraints(max_length=100)] | None = Field(default=None, description="e.g. BFI-44, IPIP-NEO-120")
    assessed_at: Annotated[Utc | None, SpelledOut] = None


class Interest(Message):
    """Something somebody wants to see more of, or with a negative weight less of, in plain words: "data engineering", "remote nursing"."""

    topic: _Topic
    weight: Annotated[float, Field(ge=-1, le=1, strict=True)] = 1.0


class Profile(Message):
    """What `PUT /users/{user_id}/profile` takes. Without an assessment it is no full profile: docs/recommendations.md."""

    assessment: Assessment | None = None
    interests: tuple[Interest, ...] = Field(default=(), max_length=MAX_INTERESTS)


class StoredProfile(Document):
    """`version` counts its changes."""

    user_id: str
    profile: Profile
    version: int = 1
    updated_at: datetime
