"""Clips of exercises: who presents them, what they show, what goes into one, and how they stand in the catalogue (`clips`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Literal, get_args

from pydantic import Field

from shared.schemas.base import Document, Message
from shared.schemas.reels import FormatId, VoiceId
from shared.schemas.subjects import SubjectId

Archetype = Literal["professional", "mentor", "peer"]
"""The presenter's persona."""
ARCHETYPES: tuple[Archetype, ...] = get_args(Archetype)
ARCHETYPE_VOICES: Mapping[Archetype, VoiceId] = {"professional": "espeak", "mentor": "espeak-m8", "peer": "espeak-f2"}
"""Who speaks in the clips a worker makes, unless a job asks for another voice."""

MadeKind = Literal["technique", "instruction"]
"""How to do it well; or step by step: what a worker can make from an exercise's instructions."""
MADE_KINDS: tuple[MadeKind, ...] = get_args(MadeKind)

ClipKind = Literal["intro", "technique", "instruction", "mistake", "closing"]
CLIP_KINDS: tuple[ClipKind, ...] = get_args(ClipKind)
"""In the order in which a playlist plays them."""
GLOBAL_KINDS: tuple[ClipKind, ...] = ("intro", "closing")
"""Of no exercise."""
REQUIRED_KINDS: tuple[ClipKind, ...] = ("technique", "instruction")
"""A workout is not complete without them."""

Level = Literal["beginner", "intermediate", "advanced"]
LEVELS: tuple[Level, ...] = get_args(Level)
Intensity = Literal["low", "medium", "high"]


class ClipBrief(Message):
    """All a clip may say about an exercise. `instructions`: its steps in order, plain text."""

    exercise: str = Field(min_length=1, max_length=200)
    kind: MadeKind
    archetype: Archetype
    instructions: tuple[str, ...] = Field(max_length=100)
    level: str | None = Field(default=None, max_length=50)
    equipment: str | None = Field(default=None, max_length=100)
    muscles: tuple[str, ...] = Field(default=(), max_length=20, description="parts of the body, the one it is for first")
    language: str = Field(default="en", description="BCP 47 tag of the instructions")


class Clip(Document):
    """A catalogue segment (data-model.md). Times and durations in seconds.

    `asset` is what the provider finds it by: an object key (r2, spaces, s3, local), a playback id (stream), a URL (external).
    `start_time` and `end_time` cut a piece out of the asset; None: from its beginning, to its end.
    `available` None: not looked at yet; `checked_at` is when it was. `video_id` is set where a worker of ours made it.
    `format` None: nobody has said.
    """

    clip_id: str
    exercise_slug: str | None
    kind: ClipKind
    archetype: Archetype
    locale: str = "en"
    provider: str
    asset: str
    start_time: float | None = None
    end_time: float | None = None
    duration: float
    how_to: str = ""
    benefits: str = ""
    counteracts: str = ""
    fitness_level: Level | None = None
    intensity: Intensity | None = None
    format: FormatId | None = None
    original_url: str | None = None
    available: bool | None = None
    checked_at: datetime | None = None
    video_id: str | None = None
    created_at: datetime
    updated_at: datetime

    @property
    def playable(self) -> bool:
        """Whether a playlist may count on it; one not looked at yet is asked about then."""
        return self.available is True


def clip_subject(exercise_slug: str, kind: MadeKind, archetype: Archetype, locale: str = "en") -> SubjectId:
    """The subject a worker's clip serves."""
    return SubjectId("clip", f"{exercise_slug}:{kind}:{archetype}:{locale}")


class MadeClip(Message):
    """Which clip a worker makes."""

    exercise_slug: str
    kind: MadeKind
    archetype: Archetype
    locale: str

    @property
    def subject(self) -> SubjectId:
        return clip_subject(self.exercise_slug, self.kind, self.archetype, self.locale)


_KEY = re.compile(rf"(?P<exercise_slug>.+):(?P<kind>{'|'.join(MADE_KINDS)}):(?P<archetype>{'|'.join(ARCHETYPES)}):(?P<locale>[^:]+)")


def made_clip(key: str) -> MadeClip | None:
    """Which clip the key of a clip subject names; None: none that could be made."""
    named = _KEY.fullmatch(key)
    return MadeClip.model_validate(named.groupdict()) if named else None
