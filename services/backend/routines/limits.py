"""PURE: which exercises and clips may be in a routine at all. Nothing gets past this, whoever chose it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from services.backend.plans.equipment import EVERYTHING, owned
from services.backend.routines.catalogue import Catalogue, Known, level_index
from shared.schemas.clips import REQUIRED_KINDS, Clip
from shared.schemas.routines import Parameters

Reason = Literal["level", "equipment", "limits", "clip_level"]
_SAID: Mapping[Reason, str] = {
    "level": "it is for a higher level",
    "equipment": "it needs equipment that is not there",
    "limits": "it is left out because of what to avoid",
    "clip_level": "all its clips are for a higher level",
}


@dataclass(frozen=True)
class Fitting:
    """`rows` of the catalogue in order, and how many of the others fell at which rule, the first that they break."""

    rows: tuple[int, ...]
    fallen: Mapping[str, int]


class Limits:
    """The rules of one routine over one catalogue."""

    def __init__(self, parameters: Parameters, catalogue: Catalogue) -> None:
        self._parameters, self._catalogue = parameters, catalogue
        self._level = level_index(parameters.intensity_level)
        self._owned = None if parameters.equipment is None else owned(parameters.equipment)
        self._left_out = frozenset[int]().union(*map(catalogue.left_out, parameters.limits))

    def fitting(self) -> Fitting:
        """Takes CPU the first time somebody wants to avoid something: call it in a thread where a loop runs."""
        reasons = [self.reason(row) for row in range(len(self._catalogue.known))]
        fallen = Counter[str](reason for reason in reasons if reason)
        rows = tuple(row for row, reason in enumerate(reasons) if reason is None)
        return Fitting(rows, {"clips": self._catalogue.unplayable, **fallen})

    def reason(self, row: int) -> Reason | None:
        """Why the exercise in this row may not be in it."""
        known = self._catalogue.known[row]
        if known.level > self._level:
            return "level"
        if self._owned is not None and known.needs and known.needs not in self._owned and EVERYTHING not in self._owned:
            return "equipment"
        if row in self._left_out:
            return "limits"
        return None if any(map(self.may_play, known.clips)) else "clip_level"

    def may_play(self, clip: Clip) -> bool:
        """Whether a clip of the exercise may be shown: playable as far as is known, of a required kind, for no higher level."""
        if clip.available is False or clip.kind not in REQUIRED_KINDS:
            return False
        return clip.fitness_level is None or level_index(clip.fitness_level) <= self._level

    def clip(self, known: Known, without: Iterable[str] = ()) -> Clip | None:
        """The clip that shows the exercise: known to be available first, of the format asked for, in the exercise's language, a technique
        before an instruction; of equals always the same, and another for another exercise."""
        passed = set(without)
        may = [clip for clip in known.clips if self.may_play(clip) and clip.clip_id not in passed]
        return min(may, key=lambda clip: self._preference(known, clip), default=None)

    def _preference(self, known: Known, clip: Clip) -> tuple[bool, int, bool, int]:
        format_place = 0 if clip.format == self._parameters.format else 1 if clip.format is None else 2
        told_otherwise = clip.locale.lower() != known.exercise.locale.lower()
        return clip.available is not True, format_place, told_otherwise, REQUIRED_KINDS.index(clip.kind)


def said(reason: Reason) -> str:
    """As a sentence about an exercise."""
    return _SAID[reason]
