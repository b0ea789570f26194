"""PURE: what of an exercise speaks for it beside what it says: the parts of the body and the equipment that were named."""

from __future__ import annotations

from dataclasses import dataclass

from services.backend.plans.equipment import owned
from services.backend.routines.catalogue import Known
from shared.injury_table import MUSCLES, PARTS
from shared.schemas.routines import Parameters

OWN_MUSCLE, HELPING_MUSCLE, EQUIPMENT = 0.15, 0.05, 0.1
"""Added to a rank, which is a cosine with a share of words: exercises near a story are about 0.1 apart."""
_JOINTS = {
    "knees": frozenset({"quadriceps", "hamstrings", "calves"}),
    "ankles": frozenset({"calves"}),
    "feet": frozenset({"calves"}),
    "wrists": frozenset({"forearms"}),
    "elbows": frozenset({"forearms", "biceps", "triceps"}),
    "spine": PARTS["back"],
}
"""Muscles that move a joint."""


@dataclass(frozen=True)
class Favours:
    """`muscles` and `equipment` by the names of the catalogue; `words` are looked for in names of exercises."""

    words: frozenset[str] = frozenset()
    muscles: frozenset[str] = frozenset()
    equipment: frozenset[str] = frozenset()

    def of(self, known: Known) -> float:
        """What is added to the rank of an exercise."""
        helping = {muscle.lower() for muscle in known.exercise.secondary_muscles} if self.muscles else set()
        named = any(word in known.exercise.name.lower() for word in self.words)
        by_muscle = OWN_MUSCLE if named or known.muscles & self.muscles else HELPING_MUSCLE if helping & self.muscles else 0.0
        return by_muscle + (EQUIPMENT if known.needs in self.equipment else 0.0)


def favours(parameters: Parameters) -> Favours:
    areas = [area.lower() for area in parameters.body_areas]
    words = frozenset(area.removesuffix("s") for area in areas)
    return Favours(words, frozenset[str]().union(*map(_muscles, areas)), owned(parameters.equipment or ()))


def _muscles(area: str) -> frozenset[str]:
    return PARTS.get(area) or _JOINTS.get(area) or frozenset({MUSCLES.get(area, area)})
