"""What routines are compiled from, as it was at one moment: exercises with clips that can be played, their vectors and their words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.backend.plans.equipment import equipment_name
from services.backend.plans.movements import Role, group, role
from shared.fingerprint import content_hash
from shared.injuries import excluded
from shared.lexical.index import LexicalIndex
from shared.schemas.clips import LEVELS, REQUIRED_KINDS, Clip, Level
from shared.schemas.exercises import Exercise

Vectors = Mapping[str, NDArray[np.float32]]
"""Unit vectors of shape (dimensions,) by slug."""

_MOST_VERDICTS = 256
_SAID: Mapping[Role, str] = {
    "strength": "strength strengthen training",
    "power": "power explosive strength training",
    "cardio": "cardio warm up heart rate endurance",
    "mobility": "mobility warm up dynamic stretch flexibility",
    "stretch": "stretch stretching flexibility cool down relax",
}
"""What nobody says of an exercise but everybody asks for."""


class Known(NamedTuple):
    """An exercise with its clips that may be played, and what the rules ask of it every time. `needs` None: no equipment. The clips are in
    an order of chance, another for each exercise and always the same: who takes the first of equals does not always take the same kind."""

    exercise: Exercise
    clips: tuple[Clip, ...]
    level: int
    needs: str | None
    role: Role
    group: str
    muscles: frozenset[str]

    @property
    def slug(self) -> str:
        return self.exercise.slug


@dataclass(frozen=True)
class Worded:
    """An exercise as the lexical index reads it."""

    greenhouse_id: str
    title: str
    text: str
    active: bool = True
    subject_key: str = ""
    company_slug: str = ""
    company_name: str = ""


@dataclass(frozen=True)
class Catalogue:
    """`known` are in the order of their slugs, `matrix[n]` is the vector of the nth, zeros where it has none. `unplayable` counts the
    active exercises without a clip that can be played. Whoever changes something makes another catalogue; `words` may be shared."""

    embedder_id: str
    known: tuple[Known, ...]
    matrix: NDArray[np.float32]
    words: LexicalIndex
    unplayable: int = 0
    _verdicts: dict[str, frozenset[int]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        exercises: Iterable[Exercise],
        clips: Iterable[Clip],
        vectors: Vectors,
        *,
        embedder_id: str = "",
        words: LexicalIndex | None = None,
    ) -> Catalogue:
        """From active exercises, clips of whatever kind, and the vectors of one embedder. `words` has these exercises already, if given.
        Takes CPU: call it in a thread where a loop runs."""
        playable: dict[str, list[Clip]] = {}
        for clip in clips:
            if clip.exercise_slug and clip.kind in REQUIRED_KINDS and clip.available is not False:
                playable.setdefault(clip.exercise_slug, []).append(clip)
        active = sorted((one for one in exercises if one.active), key=lambda one: one.slug)
        known = tuple(_known(one, playable[one.slug]) for one in active if one.slug in playable)
        if words is None:
            words = LexicalIndex()
            words.update([worded(one.exercise) for one in known])
        return cls(embedder_id, known, _matrix(known, vectors), words, len(active) - len(known))

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """The row of each exercise, by slug."""
        return {each.slug: row for row, each in enumerate(self.known)}

    @cached_property
    def vectored(self) -> NDArray[np.bool_]:
        """Which rows have a vector: shape (n,)."""
        return np.asarray(self.matrix.any(axis=1))

    def left_out(self, entry: str) -> frozenset[int]:
        """The rows that somebody who says this is to do without (shared/injuries.py), looked at once for each saying."""
        if entry not in self._verdicts:
            if len(self._verdicts) >= _MOST_VERDICTS:
                self._verdicts.clear()
            self._verdicts[entry] = frozenset(row for row, each in enumerate(self.known) if excluded(each.exercise, (entry,)))
        return self._verdicts[entry]


def worded(exercise: Exercise) -> Worded:
    """PURE."""
    said = (*exercise.muscles, *exercise.secondary_muscles, exercise.category, _SAID[role(exercise)], exercise.equipment or "no equipment")
    told = (*exercise.counteracts, exercise.benefits, *exercise.instructions)
    return Worded(exercise.slug, exercise.name, "\n".join((*said, *told)), active=exercise.active)


def level_index(level: Level) -> int:
    return LEVELS.index(level)


def _known(exercise: Exercise, clips: Sequence[Clip]) -> Known:
    return Known(
        exercise=exercise,
        clips=tuple(sorted(clips, key=lambda clip: (content_hash(exercise.slug, clip.clip_id), clip.clip_id))),
        level=level_index(exercise.level),
        needs=equipment_name(exercise.equipment),
        role=role(exercise),
        group=group(exercise),
        muscles=frozenset(muscle.lower() for muscle in exercise.muscles),
    )


def _matrix(known: Sequence[Known], vectors: Vectors) -> NDArray[np.float32]:
    dimensions = len(next(iter(vectors.values()))) if vectors else 1
    matrix = np.zeros((len(known), dimensions), np.float32)
    for row, each in enumerate(known):
        vector = vectors.get(each.slug)
        if vector is not None and vector.shape == (dimensions,):
            matrix[row] = vector
    return matrix
