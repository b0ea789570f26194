"""PURE: what of an exercise speaks for it beside what it says: the parts of the body and the equipment that were named."""

from __future__ import annotations

import re
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

_CARDIO = re.compile(r"cardio|conditioning|heart rate|endurance")
_WITH = re.compile(r" (with|after) .*")
"""What stories say behind their terms."""


@dataclass(frozen=True)
class Favours:
    """`muscles` and `equipment` by the names of the catalogue; `words`, ready for a pattern,
    are what words in names of exercises begin with."""

    words: frozenset[str] = frozenset()
    muscles: frozenset[str] = frozenset()
    equipment: frozenset[str] = frozenset()

    def of(self, known: Known) -> float:
        """What is added to the rank of an exercise."""
        by_muscle = OWN_MUSCLE if self.names(known) else HELPING_MUSCLE if self._helps(known) else 0.0
        return by_muscle + (EQUIPMENT if known.needs in self.equipment else 0.0)

    def names(self, known: Known) -> bool:
        """Whether it is for a part of the body that was named."""
        return bool(known.muscles & self.muscles) or any(re.search(rf"\b{word}", known.exercise.name.lower()) for word in self.words)

    def serves(self, known: Known, story: str) -> bool:
        """Whether it is for what was named: such a part, if there is any, or a movement that a story asks for. What loosens is for all
        the muscles it reaches."""
        loosens = known.role in ("stretch", "mobility") and self._helps(known)
        return not self.muscles or self.names(known) or loosens or _is_told(known, story.lower())

    def _helps(self, known: Known) -> bool:
        return bool(self.muscles) and any(muscle.lower() in self.muscles for muscle in known.exercise.secondary_muscles)


def favours(parameters: Parameters) -> Favours:
    areas = [area.lower() for area in parameters.body_areas]
    words = frozenset(re.escape(area.removesuffix("s")) for area in areas)
    return Favours(words, frozenset[str]().union(*map(_muscles, areas)), owned(parameters.equipment or ()))


def _muscles(area: str) -> frozenset[str]:
    return PARTS.get(area) or _JOINTS.get(area) or frozenset({MUSCLES.get(area, area)})


def _is_told(known: Known, story: str) -> bool:
    """All words of one of its terms are in the name of the exercise; or it is cardio, and so is the story."""
    named = _words(known.exercise.name.lower())
    terms = (_words(term) for term in story.split(","))
    return any(term and term <= named for term in terms) or (known.role == "cardio" and bool(_CARDIO.search(story)))


def _words(text: str) -> frozenset[str]:
    return frozenset(word.removesuffix("s") for word in re.findall(r"[a-z]+", _WITH.sub("", text)))
