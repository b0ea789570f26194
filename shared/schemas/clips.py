"""Clips of exercises: who presents them, what they show, and what goes into one."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from shared.schemas.base import Message

Archetype = Literal["professional", "mentor", "peer"]
"""The presenter's persona."""
ARCHETYPES: tuple[Archetype, ...] = get_args(Archetype)

ClipKind = Literal["technique", "instruction"]
"""How to do it well; or step by step."""


class ClipBrief(Message):
    """All a clip may say about an exercise. `instructions`: its steps in order, plain text."""

    exercise: str = Field(min_length=1, max_length=200)
    kind: ClipKind
    archetype: Archetype
    instructions: tuple[str, ...] = Field(max_length=100)
    level: str | None = Field(default=None, max_length=50)
    equipment: str | None = Field(default=None, max_length=100)
    muscles: tuple[str, ...] = Field(default=(), max_length=20, description="parts of the body, the one it is for first")
    language: str = Field(default="en", description="BCP 47 tag of the instructions")
