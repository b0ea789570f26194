"""Exercises: what is trained with what, and the words a clip is made of (`exercises`)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from shared.schemas.base import Document
from shared.schemas.clips import Archetype, ClipBrief, Level, MadeKind

Force = Literal["push", "pull", "static"]
Mechanic = Literal["compound", "isolation"]

_MOST_INSTRUCTIONS, _MOST_MUSCLES = 100, 20  # as many as a brief takes


class Exercise(Document):
    """`slug` names it everywhere. `equipment` None: none is needed. `muscles` are those it is for, `secondary_muscles` those that help.

    `content_hash` is of all that a clip of it may say: a clip made from another text is out of date.
    `vectors` by embedder id: {vector (BSON vector), content_hash}, as postings have them.
    """

    slug: str
    name: str
    level: Level = "beginner"
    equipment: str | None = None
    category: str = "strength"
    force: Force | None = None
    mechanic: Mechanic | None = None
    muscles: tuple[str, ...] = ()
    secondary_muscles: tuple[str, ...] = ()
    instructions: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()
    benefits: str = ""
    counteracts: tuple[str, ...] = Field(default=(), description="what it is good against, e.g. tight hips")
    locale: str = "en"
    active: bool = True
    content_hash: str
    vectors: dict[str, Any] = Field(default_factory=dict, repr=False)
    created_at: datetime
    updated_at: datetime

    @property
    def document(self) -> tuple[str, str]:
        """Name and text that its vector is of."""
        muscles = ", ".join((*self.muscles, *self.secondary_muscles))
        return self.name, "\n".join(filter(None, (muscles, self.equipment or "", *self.instructions)))

    def is_told_in(self, locale: str) -> bool:
        """Whether its instructions, if it has any, are in the language of `locale`."""
        return bool(self.instructions) and _primary(self.locale) == _primary(locale)

    def brief(self, kind: MadeKind, archetype: Archetype) -> ClipBrief:
        """What a clip of it may say. Raises ValidationError when a name or word is longer than any picture holds."""
        return ClipBrief(
            exercise=self.name,
            kind=kind,
            archetype=archetype,
            instructions=self.instructions[:_MOST_INSTRUCTIONS],
            level=self.level,
            equipment=self.equipment,
            muscles=self.muscles[:_MOST_MUSCLES],
            language=self.locale,
        )


def _primary(tag: str) -> str:
    return tag.lower().replace("_", "-").partition("-")[0]
