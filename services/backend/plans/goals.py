"""PURE: what a goal in somebody's own words means for sets, repetitions and rest."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

GoalKind = Literal["strength", "muscle", "fat loss", "endurance", "mobility", "fitness"]

_WORDS: dict[GoalKind, str] = {
    "strength": r"strength|strong|power|lift (more|heav)|\b1 ?rm\b|heav|kraft|stark|fuerza|fuerte|\bforce\b|forza|\bсил",
    "muscle": r"muscl|muskel|hypertro|\bmass\b|masse\b|bulk|\bsize\b|\bgrow|bodybuild|musculo|muscolo|мышц|масс[ау]",
    "fat loss": r"\bfat\b|weight|\bslim|\blean\b|\btone|toning|shred|\bcut(ting)?\b|calorie|belly|abnehm|abspeck|\bfett|gewicht"
    r"|adelgaz|perder peso|maigr|perdre|dimagr|похуд|жир|сброс",
    "endurance": r"endur|stamina|cardio|\brun|marathon|triathlon|\b(5|10|21|42) ?k\b|cycl|swim|conditioning|\bhiit\b|ausdauer"
    r"|resisten|resistance to fatigue|вынослив|\bбег",
    "mobility": r"mobil|flexib|stretch|supple|yoga|posture|\bsplits?\b|range of motion|beweglich|dehn|haltung|gelenkig|stiff|rehab|recover"
    r"|movilidad|souple|гибк|растяж|осанк",
}
_PATTERNS = tuple((kind, re.compile(words)) for kind, words in _WORDS.items())
_BULK = re.compile(r"(gain|put on|build|zunehmen).{0,12}(weight|mass|gewicht)")


@dataclass(frozen=True)
class Dose:
    """Of one exercise: so many sets of `reps`, or of `seconds` where it is held, and the rest after each in seconds."""

    sets: int
    reps: int
    seconds: int
    rest_s: int


@dataclass(frozen=True)
class Prescription:
    """What a goal asks for: of movements of several joints (`main`), of others, of those for the trunk; if a bout of cardio ends it."""

    main: Dose
    accessory: Dose
    core: Dose
    cardio: bool = False


PRESCRIPTIONS: Mapping[GoalKind, Prescription] = {
    "strength": Prescription(Dose(4, 6, 30, 150), Dose(3, 10, 30, 90), Dose(3, 12, 30, 60)),
    "muscle": Prescription(Dose(3, 10, 40, 90), Dose(3, 12, 30, 60), Dose(3, 12, 40, 45)),
    "fat loss": Prescription(Dose(3, 12, 40, 45), Dose(3, 15, 30, 30), Dose(2, 15, 30, 30), cardio=True),
    "endurance": Prescription(Dose(3, 15, 45, 30), Dose(2, 20, 40, 30), Dose(2, 20, 45, 30), cardio=True),
    "mobility": Prescription(Dose(2, 8, 40, 20), Dose(2, 8, 30, 15), Dose(2, 8, 30, 20)),
    "fitness": Prescription(Dose(3, 10, 30, 60), Dose(2, 12, 30, 45), Dose(2, 12, 30, 45), cardio=True),
}
"""Ranges as trainers commonly give them: few and heavy for strength, 8 to 12 for muscle, many with little rest for endurance."""


def goal_kind(goal: str) -> GoalKind | None:
    """What is meant, by the first word that says so; None: no word does."""
    said = "".join(c for c in unicodedata.normalize("NFKD", goal.casefold()) if not unicodedata.combining(c))
    if _BULK.search(said):
        return "muscle"
    found = [(match.start(), kind) for kind, pattern in _PATTERNS if (match := pattern.search(said))]
    return min(found)[1] if found else None
