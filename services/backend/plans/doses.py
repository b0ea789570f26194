"""PURE: how much of an exercise, by goal, level and place in the day."""

from __future__ import annotations

from services.backend.plans.goals import Dose, Prescription
from services.backend.plans.movements import ARMS, group, is_timed, muscle, role
from shared.schemas.clips import LEVELS, Level
from shared.schemas.exercises import Exercise
from shared.schemas.plans import PlannedExercise

_BOUTS = {"beginner": (3, 30, 30), "intermediate": (4, 40, 30), "advanced": (5, 45, 20)}
"""Of cardio without a machine: how many, and seconds of work and of rest."""
_STEADY_S = {"beginner": 480, "intermediate": 600, "advanced": 900}
_FEWEST_WITHOUT_WEIGHT = 8


def main_dose(exercise: Exercise, prescription: Prescription, level: Level, *, first: bool) -> PlannedExercise:
    """`first`: among the movements that carry the day."""
    if role(exercise) == "cardio":
        return _cardio(exercise, level)
    heavy = first and exercise.mechanic != "isolation" and group(exercise) != "core" and muscle(exercise) not in ARMS
    dose = prescription.core if group(exercise) == "core" else prescription.main if heavy else prescription.accessory
    sets = max(2, dose.sets + (LEVELS.index(level) - 1 if heavy else min(0, LEVELS.index(level) - 1)))
    if is_timed(exercise):
        return _planned(exercise, sets, seconds=dose.seconds, rest=min(dose.rest_s, 60))
    return _planned(exercise, sets, reps=_reps(exercise, dose, level), rest=dose.rest_s)


def warm_up_dose(exercise: Exercise) -> PlannedExercise:
    if role(exercise) == "cardio":
        return _planned(exercise, 1, block="warm_up", seconds=180 if exercise.equipment else 60, rest=0)
    if is_timed(exercise):
        return _planned(exercise, 1, block="warm_up", seconds=30, rest=0)
    return _planned(exercise, 1, block="warm_up", reps=10, rest=0)


def cool_down_dose(exercise: Exercise) -> PlannedExercise:
    return _planned(exercise, 1, block="cool_down", seconds=40, rest=10)


def mobility_dose(exercise: Exercise, dose: Dose) -> PlannedExercise:
    if is_timed(exercise):
        return _planned(exercise, dose.sets, seconds=dose.seconds, rest=dose.rest_s)
    return _planned(exercise, dose.sets, reps=dose.reps, rest=dose.rest_s)


def _reps(exercise: Exercise, dose: Dose, level: Level) -> int:
    return max(dose.reps, _FEWEST_WITHOUT_WEIGHT) if exercise.equipment is None or level == "beginner" else dose.reps


def _cardio(exercise: Exercise, level: Level) -> PlannedExercise:
    if exercise.equipment:
        return _planned(exercise, 1, seconds=_STEADY_S[level], rest=60)
    bouts, work_s, rest_s = _BOUTS[level]
    return _planned(exercise, bouts, seconds=work_s, rest=rest_s)


def _planned(
    exercise: Exercise, sets: int, *, rest: int, block: str = "main", reps: int | None = None, seconds: int | None = None
) -> PlannedExercise:
    fields = {"slug": exercise.slug, "block": block, "sets": sets, "reps": reps, "seconds": seconds, "rest_seconds": rest}
    return PlannedExercise.model_validate(fields)
