"""PURE: what a model is asked for a plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest

from services.backend.plans.movements import group, is_timed, plainness, role
from services.backend.plans.orders import PlanOrder
from shared.llm.base import Prompt
from shared.schemas.clips import Archetype
from shared.schemas.exercises import Exercise
from shared.text import clean_line

MOST_LISTED = 120
"""Exercises a prompt offers: enough for variety, few enough to be read."""
_VOICES: dict[Archetype, str] = {
    "professional": "a professional trainer: factual and precise",
    "mentor": "an experienced mentor: calm and encouraging",
    "peer": "a training partner: friendly and down to earth",
}


def plan_prompt(order: PlanOrder, exercises: Sequence[Exercise], weeks: int) -> Prompt:
    """For a plan of so many weeks of these exercises, which all fit the order."""
    offered = "\n".join(map(_line, offer(exercises, order.limits.level)))
    avoided = {"to-avoid": "\n".join(order.limits.avoid)} if order.limits.avoid else {}
    return Prompt(_instructions(order, weeks), {"goal": order.goal, **avoided, "exercises": offered})


def offer(exercises: Iterable[Exercise], level: str, most: int = MOST_LISTED) -> list[Exercise]:
    """The plainest of every kind, in turns, so that no kind is missing where there are too many."""
    kinds: dict[tuple[str, str], list[Exercise]] = {}
    for exercise in sorted(exercises, key=lambda each: plainness(each, level)):
        kinds.setdefault((role(exercise), group(exercise)), []).append(exercise)
    turns = zip_longest(*(kinds[kind] for kind in sorted(kinds)))
    return [exercise for exercise in chain.from_iterable(turns) if exercise is not None][:most]


def _line(exercise: Exercise) -> str:
    told = (exercise.slug, role(exercise), ", ".join(exercise.muscles) or group(exercise), "seconds" if is_timed(exercise) else "reps")
    return clean_line(" | ".join(told))


def _instructions(order: PlanOrder, weeks: int) -> str:
    days = f"{order.days_per_week} day" + ("s" if order.days_per_week > 1 else "")
    lines = (
        f"You write workout plans, in the voice of {_VOICES[order.archetype]}. Write one for this goal and the level {order.limits.level}.",
        f"duration_weeks is {weeks}: the weeks are 1 to {weeks}. Each has {days}; `day` is that of the week, 1 to 7, with rest between.",
        "Use only exercises of the list, by their slugs exactly as written (slug | kind | muscles | what is counted). All of them will do.",
        'Each day begins with exercises of the block "warm_up", then "main", then "cool_down", which are stretches where there are some.',
        "Of reps and seconds give the one that is counted, and null for the other.",
        "sets are 1 to 10, reps 1 to 100, seconds 5 to 3600, rest_seconds 0 to 600. No day takes longer than 90 minutes.",
        "One or two days a week train the whole body; three or more take turns with push, pull and legs.",
        "It gets harder from week to week, and every fourth week is lighter.",
        f'plan_name, focus and name are one short line each, in the language "{order.locale}": no links, no markup, no medical promises.',
    )
    return "\n- ".join(lines)
