"""PURE: what an exercise is good for in a plan, by its category, force and muscles."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from services.backend.plans.equipment import needed
from shared.injuries import jumps
from shared.schemas.clips import LEVELS
from shared.schemas.exercises import Exercise

Role = Literal["strength", "power", "cardio", "mobility", "stretch"]
Group = Literal["push", "pull", "legs", "core"]

ARMS = frozenset({"biceps", "triceps", "forearms"})
_SMALL = ARMS | {"calves", "traps", "abdominals", "adductors", "abductors"}
"""Muscles that are trained well by themselves."""

LEGS = frozenset({"quadriceps", "hamstrings", "glutes", "calves", "adductors", "abductors", "hip flexors"})
CORE = frozenset({"abdominals", "obliques", "core", "lower back"})
_PUSH = frozenset({"chest", "triceps", "shoulders"})
_PULL = frozenset({"lats", "middle back", "upper back", "biceps", "traps", "forearms", "rear deltoids", "neck"})
_ROLES: dict[str, Role] = {
    "stretching": "stretch",
    "flexibility": "stretch",
    "cool-down": "stretch",
    "mobility": "mobility",
    "warm-up": "mobility",
    "yoga": "mobility",
    "cardio": "cardio",
    "plyometrics": "power",
    "olympic weightlifting": "power",
    "strongman": "power",
}
_TRUNK = re.compile(r"flutter|scissors? kicks?", re.IGNORECASE)
"""For the trunk, whatever muscle they are filed under."""
_MOVING_STRETCH = re.compile(
    r"\b(circles?|swings?|dynamic|arm drill|inchworm|raises?|windmills?|squats?|lunges?|groiners?|kicks?)\b", re.IGNORECASE
)
_ROLLED = re.compile(r"\bsmr\b", re.IGNORECASE)
_TIMED = re.compile(
    r"\b(planks?|holds?|hangs?|carry|carries|walk|walking|march(ing)?|wall ?sit|bridge hold|jumping jacks?|mountain climbers?|ropes?"
    r"|hollow)\b",
    re.IGNORECASE,
)
_HARD = re.compile(r"burpee|sprint|jump|climber|prowler|skipping|step ?mill|stairmaster", re.IGNORECASE)
_ODD = re.compile(
    r"behind|neck|guillotine|chains?|\bbands?\b.*\b(press|bench)|partials|drag|advanced|isometric|one[ -]?(arm|leg)|single|alternat\w+"
    r"|smith|kneeling|chair|gorilla|handstand|get-?up|balance|circus|clock|jefferson|zercher|hack|reverse grip|\bpin\b|board|anti|speed"
    r"|rack|box squat|janda|wipers",
    re.IGNORECASE,
)
_CLASSICS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bsquats?$|goblet squat",
        r"deadlift",
        r"bench press",
        r"\brows?\b",
        r"push-?ups?$",
        r"pull-?ups?$|chin-?ups?$|pull-?down",
        r"(shoulder|military|overhead|dumbbell) press",
        r"(floor|chest) press",
        r"leg press|lunge|step-?ups?|hip thrust|bridge",
        r"\bdips?\b",
        r"leg curl|leg extension|back extension|hyperextension",
        r"(dumbbell|barbell|hammer|biceps?|cable|ez-bar) curls?$|triceps? (push-?down|extension)|skull ?crusher",
        r"lateral raise|face pull|reverse fly|rear delt|shrug",
        r"calf raise",
        r"plank|dead bug|bird dog|crunch|leg raise|pallof|ab roller",
    )
)
"""What everybody knows how to do, or finds shown everywhere, the most useful first."""
_GEAR = ("barbell", "dumbbell", "kettlebell", "machine", "cable", "ez bar", "band")
_BEGINNERS_GEAR = ("dumbbell", "machine", "kettlebell", "cable", "band", "barbell", "ez bar")


def role(exercise: Exercise) -> Role:
    found = _ROLES.get(exercise.category.lower(), "strength")
    if found in ("stretch", "mobility") and jumps(exercise.name):
        return "power"
    return "mobility" if found == "stretch" and _MOVING_STRETCH.search(exercise.name) else found


def group(exercise: Exercise) -> Group:
    """By the muscle it is for; shoulders go with what they do. Without muscles, by its force."""
    if _TRUNK.search(exercise.name):
        return "core"
    first = exercise.muscles[0].lower() if exercise.muscles else ""
    if first in LEGS or (first == "lower back" and exercise.mechanic == "compound" and exercise.force == "pull"):
        return "legs"
    if first == "shoulders":
        return "pull" if exercise.force == "pull" else "push"
    if first in _PUSH:
        return "push"
    if first in _PULL:
        return "pull"
    return "core" if first in CORE or exercise.force not in ("push", "pull") else exercise.force


def muscle(exercise: Exercise) -> str:
    return exercise.muscles[0].lower() if exercise.muscles else ""


def is_timed(exercise: Exercise) -> bool:
    """Whether it is done for a time rather than counted."""
    return role(exercise) in ("cardio", "stretch") or exercise.force == "static" or bool(_TIMED.search(exercise.name))


def is_rolled(exercise: Exercise) -> bool:
    return bool(_ROLLED.search(exercise.name))


def is_hard(exercise: Exercise) -> bool:
    """Cardio that is no way to warm up."""
    return bool(_HARD.search(exercise.name))


@lru_cache(4096)
def _classic(name: str) -> int:
    return next((rank for rank, pattern in enumerate(_CLASSICS) if pattern.search(name)), len(_CLASSICS))


def classic(exercise: Exercise) -> int:
    """Which of the classics it is, 0 the most useful; those that are none share a number."""
    return _classic(exercise.name)


def plainness(exercise: Exercise, level: str) -> tuple[int | str, ...]:
    """A sort key: what a trainer would take first. Movements of several joints, nothing odd, the classics, the usual equipment for the
    level, without equipment rather the harder, the plainest name."""
    gear = _BEGINNERS_GEAR if level == "beginner" else _GEAR
    tool = needed(exercise)
    place = gear.index(tool) if tool in gear else len(gear)
    return (
        1 if exercise.mechanic == "isolation" and muscle(exercise) not in _SMALL else 0,
        1 if _ODD.search(exercise.name) else 0,
        classic(exercise),
        place // 2,
        -LEVELS.index(exercise.level) if tool is None else 0,
        len(re.findall(r"\w+", exercise.name)),
        place,
        exercise.slug,
    )
