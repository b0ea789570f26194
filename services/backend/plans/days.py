"""PURE: what is done on the days of a week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from services.backend.plans import doses
from services.backend.plans.equipment import needed
from services.backend.plans.goals import PRESCRIPTIONS, Prescription
from services.backend.plans.movements import classic, group, is_hard, is_rolled, is_timed, muscle, plainness, role
from services.backend.plans.split import SLOTS, Focus, Slot
from shared.schemas.clips import Level
from shared.schemas.exercises import Exercise
from shared.schemas.plans import PlannedExercise

_OWN = {"beginner": 4, "intermediate": 5, "advanced": 5}
"""Exercises for what a day is about, at most."""
_FEWEST, _LOOSENING, _STRETCHES = 4, 5, 2
_ROTATED = 3
"""So many alternatives for a place take turns from block to block."""
_SHORT = {"full body B": "full body"}


@dataclass(frozen=True)
class Day:
    """Before progression. `lacks` are sentences about what the exercises could not give."""

    name: str
    exercises: tuple[PlannedExercise, ...]
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True)
class DayWriter:
    """Chooses from `pool`, in the order of slugs, everything of which may be used."""

    pool: tuple[Exercise, ...]
    prescription: Prescription
    level: Level

    @staticmethod
    def loosens(exercise: Exercise) -> bool:
        return role(exercise) in ("mobility", "stretch")

    def week(self, split: Sequence[Focus], cycle: int) -> list[Day]:
        """Exercises come again in a week only where there are no others; `cycle` counts the blocks of weeks before."""
        used: Counter[str] = Counter()
        days = []
        for number, focus in enumerate(split):
            chosen = _Chosen(self, used, cycle + number, cycle)
            days.append(chosen.loosening_day() if focus == "mobility" and chosen.can_loosen else chosen.day(focus))
            used.update(chosen.slugs)
        return days


class _Chosen:
    """One day in the making."""

    def __init__(self, writer: DayWriter, used: Counter[str], turn: int, cycle: int) -> None:
        self.writer, self.used, self.turn, self.cycle = writer, used, turn, cycle
        self.slugs: list[str] = []
        self.classics: set[int] = set()
        self.lacks: list[str] = []
        self.can_loosen = any(map(writer.loosens, writer.pool))

    def day(self, focus: Focus) -> Day:
        focus = "full body" if focus == "mobility" else focus
        own = list(self._own(focus))
        trunk = self._several(1, lambda exercise: group(exercise) == "core", _trains)
        further = self._fill(len(own) + len(trunk))
        bout = self._several(1, lambda exercise: True, _is_cardio) if self.writer.prescription.cardio else []
        self._complain(focus, own, bout)
        main = [
            doses.main_dose(exercise, self.writer.prescription, self.writer.level, first=place < 3 and exercise in own)
            for place, exercise in enumerate([*own, *further, *trunk, *bout])
        ]
        if not main:
            return replace(self.loosening_day(), lacks=("strength: no exercise with a load fits, so the days are easy",))
        return self._around(self._name(focus, own, further), [*own, *further, *trunk], main)

    def loosening_day(self) -> Day:
        """Mobility, stretches and the trunk, gently."""
        loose = self._loose()
        trunk = self._several(1, lambda exercise: group(exercise) == "core" and is_timed(exercise), _trains)
        chosen = [*loose, *trunk] or self._several(_LOOSENING, lambda exercise: True, lambda exercise: True)
        main = [doses.mobility_dose(exercise, PRESCRIPTIONS["mobility"].main) for exercise in chosen]
        recovery = self.writer.prescription is not PRESCRIPTIONS["mobility"]
        return self._around("Mobility and recovery" if recovery else _titled("Mobility", chosen), chosen, main)

    def _loose(self) -> list[Exercise]:
        """Some stretches are left for the end of the day."""
        stretches = self._free(_stretches)
        kept = min(_STRETCHES, len(stretches) // 2)
        taken: list[Exercise] = []
        while len(taken) < _LOOSENING:
            ends = len(self._free(_stretches)) <= kept
            candidates = [exercise for exercise in self._free(self.writer.loosens) if not (ends and _stretches(exercise))]
            if not candidates:
                break
            taken.append(self._take(candidates, rotates=True))
        return taken

    def _own(self, focus: Focus) -> Iterator[Exercise]:
        most = _OWN[self.writer.level]
        for place, slot in enumerate(SLOTS[focus][:most]):
            candidates = self._for_slot(slot, focus)
            if candidates:
                yield self._take(candidates, rotates=place > 0)

    def _for_slot(self, slot: Slot, focus: Focus) -> list[Exercise]:
        """For its muscles; else of its group, where the day is about that."""
        group_of = [exercise for exercise in self._free(_trains) if group(exercise) == slot.group]
        fit = [exercise for exercise in group_of if muscle(exercise) in slot.muscles]
        return fit or (group_of if slot.group == focus or focus.startswith("full body") else [])

    def _fill(self, count: int) -> list[Exercise]:
        """Others, so that a day with little of its own is a day all the same."""
        return self._several(max(0, _FEWEST - count), lambda exercise: True, _trains)

    def _free(self, wanted: Callable[[Exercise], bool]) -> list[Exercise]:
        return [exercise for exercise in self.writer.pool if exercise.slug not in self.slugs and wanted(exercise)]

    def _take(self, candidates: Sequence[Exercise], *, rotates: bool) -> Exercise:
        """The plainest of those least used in this week, of another kind than the day has already; later blocks take turns."""
        fewest = min(self.used[exercise.slug] for exercise in candidates)
        ranked = sorted(
            (exercise for exercise in candidates if self.used[exercise.slug] == fewest),
            key=lambda exercise: (classic(exercise) in self.classics, plainness(exercise, self.writer.level)),
        )
        taken = ranked[self.cycle % min(_ROTATED, len(ranked)) if rotates else 0]
        self.slugs.append(taken.slug)
        self.classics.add(classic(taken))
        return taken

    def _several(self, most: int, prefer: Callable[[Exercise], bool], wanted: Callable[[Exercise], bool]) -> list[Exercise]:
        taken: list[Exercise] = []
        while len(taken) < most and (candidates := [exercise for exercise in self._free(wanted) if prefer(exercise)]):
            taken.append(self._take(candidates, rotates=True))
        return taken

    def _around(self, name: str, chosen: Sequence[Exercise], main: Sequence[PlannedExercise]) -> Day:
        """With a warm-up before and a cool-down after it."""
        warm, cool = self._warm_up(chosen), self._cool_down(chosen)
        exercises = (*map(doses.warm_up_dose, warm), *main, *map(doses.cool_down_dose, cool))
        return Day(name[:120], exercises, tuple(self.lacks))

    def _warm_up(self, chosen: Sequence[Exercise]) -> list[Exercise]:
        moving = self._several(1, lambda exercise: not is_hard(exercise), _is_cardio)
        loose = self._for_muscles(chosen, 3 - len(moving), lambda exercise: role(exercise) == "mobility")
        light = [] if moving or loose else self._several(1, lambda exercise: needed(exercise) is None and not is_timed(exercise), _trains)
        warm = [*moving, *loose, *light]
        if not warm:
            self.lacks.append("warm_up: no exercise fits; begin with five minutes of easy walking and a light first set")
        return warm

    def _cool_down(self, chosen: Sequence[Exercise]) -> list[Exercise]:
        found = self._for_muscles(chosen, _STRETCHES, lambda exercise: _stretches(exercise) and not is_rolled(exercise))
        found = found or self._for_muscles(chosen, _STRETCHES, _stretches)
        if not found and not any(map(_stretches, chosen)):
            self.lacks.append("cool_down: no stretch fits; end with some minutes of easy walking")
        return found

    def _for_muscles(self, chosen: Iterable[Exercise], most: int, wanted: Callable[[Exercise], bool]) -> list[Exercise]:
        """First those for the muscles of the day; the first of the day counts most."""
        trained = [muscle(exercise) for exercise in chosen]
        free = sorted(self._free(wanted), key=lambda exercise: _nearness(exercise, trained))
        near = [exercise for exercise in free if _nearness(exercise, trained)[0] < len(trained)]
        start = self.turn * most % len(near) if len(near) > most else 0
        taken = [*near[start:], *near[:start], *free[len(near) :]][:most]
        self.slugs += [exercise.slug for exercise in taken]
        return taken

    def _complain(self, focus: Focus, own: Sequence[Exercise], bout: Sequence[Exercise]) -> None:
        """Say what the day is missing."""
        for wanted in dict.fromkeys(slot.group for slot in SLOTS[focus]):
            found = sum(group(exercise) == wanted for exercise in own)
            if not found:
                self.lacks.append(f"{wanted}: no exercise fits the level, the equipment and what to avoid; others take its place")
            elif found == 1 and focus == wanted:
                self.lacks.append(f"{wanted}: only one exercise fits the level, the equipment and what to avoid; others fill the day")
        if self.writer.prescription.cardio and not bout:
            self.lacks.append("cardio: no exercise fits the level, the equipment and what to avoid")

    def _name(self, focus: Focus, own: Sequence[Exercise], further: Sequence[Exercise]) -> str:
        """E.g. "Push: chest, shoulders, triceps"."""
        title = _SHORT.get(focus, focus).capitalize()
        if further and focus in ("push", "pull", "legs", "upper body"):
            title = f"{title} and full body" if own else "Full body"
        return _titled(title, [*own, *further])


def _titled(title: str, chosen: Iterable[Exercise]) -> str:
    muscles = dict.fromkeys(filter(None, map(muscle, chosen)))
    return f"{title}: {', '.join(muscles)}" if muscles else title


def _trains(exercise: Exercise) -> bool:
    """Necks are for stretches: with a load they are nobody's to train unasked."""
    return role(exercise) == "strength" and muscle(exercise) != "neck"


def _stretches(exercise: Exercise) -> bool:
    return role(exercise) == "stretch"


def _is_cardio(exercise: Exercise) -> bool:
    return role(exercise) == "cardio"


def _nearness(exercise: Exercise, trained: Sequence[str]) -> tuple[int, int, str]:
    """The place among what is trained of the first muscle it is for, plain names first."""
    places = [trained.index(each.lower()) for each in exercise.muscles if each.lower() in trained]
    return min(places, default=len(trained)), len(exercise.name.split()), exercise.slug
