"""The independent checker: a routine that obeys has no violation, and each rule sees what breaks it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from services.backend.routines.check import Checker, Expectation, breaks, counted
from services.backend.routines.check_command import stand_ins
from services.backend.routines.compiler import compile_routine
from services.backend.routines.keeping import new_routine
from services.backend.routines.planner import plan_by_rules
from services.backend.routines.schemas import RoutineRequest
from shared.schemas.routines import StoredRoutine
from shared.settings import Routines
from tests.planning import exercise, samples
from tests.routining import WordEmbedder, catalogue_of

SENTENCE = "20 minutes, hips and core, beginner, no equipment, no jumping"
EXPECTED = Expectation(sentence=SENTENCE, duration=1200, level="beginner", equipment=(), exclusions=("jumping",), areas=("hips", "core"))
EXERCISES = {one.slug: one for one in samples()}
CLIPS = {clip.clip_id: clip for one in EXERCISES.values() for clip in stand_ins(one)}
CHECKER = Checker(EXERCISES, CLIPS, frozenset(EXERCISES))


async def compiled(sentence: str) -> StoredRoutine:
    request = RoutineRequest(user_id="ann", user_requirements=sentence)
    catalogue = catalogue_of(EXERCISES.values(), CLIPS.values())
    made = await compile_routine(plan_by_rules(request), catalogue, WordEmbedder(), Routines(routine_score_threshold=0))
    return new_routine(request, "ann", made, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
async def routine() -> StoredRoutine:
    return await compiled(SENTENCE)


def with_first(routine: StoredRoutine, **changes: Any) -> StoredRoutine:
    first, *others = routine.routine_data.exercises
    data = routine.routine_data.model_copy(update={"exercises": (first.model_copy(update=changes), *others)})
    return routine.model_copy(update={"routine_data": data})


def with_exercise(slug: str) -> Callable[[StoredRoutine], StoredRoutine]:
    return lambda routine: with_first(routine, exercise_id=slug)


def lasting(routine: StoredRoutine, seconds: float) -> StoredRoutine:
    metadata = routine.routine_data.metadata.model_copy(update={"total_duration": seconds})
    return routine.model_copy(update={"routine_data": routine.routine_data.model_copy(update={"metadata": metadata})})


def backwards(routine: StoredRoutine) -> StoredRoutine:
    items = tuple(reversed(routine.routine_data.exercises))
    return routine.model_copy(update={"routine_data": routine.routine_data.model_copy(update={"exercises": items})})


def test_one_that_obeys(routine: StoredRoutine) -> None:
    assert CHECKER.violations(routine, EXPECTED) == []


BROKEN: dict[str, tuple[str, Callable[[StoredRoutine], StoredRoutine]]] = {
    "too long and silent": ("duration", lambda routine: lasting(routine, 1500)),
    "another duration than the sentence's": ("understood", lambda routine: routine.model_copy(update={"target_duration": 900})),
    "another level": ("understood", lambda routine: routine.model_copy(update={"intensity_level": "intermediate"})),
    "too hard": ("level", with_exercise("pull-up")),
    "with a barbell": ("equipment", with_exercise("barbell-romanian-deadlift")),
    "jumps": ("exclusions", with_exercise("jumping-jacks")),
    "one twice": ("unique", lambda routine: with_first(routine, exercise_id=routine.routine_data.exercises[1].exercise_id)),
    "an unknown exercise": ("allowed", with_exercise("moon-walk")),
    "an unknown clip": ("clips", lambda routine: with_first(routine, clip_id="gone")),
    "another's clip": ("clips", lambda routine: with_first(routine, clip_id="push-up:technique:peer")),
    "a clip that lies elsewhere": ("clips", lambda routine: with_first(routine, video_path="elsewhere.mp4")),
    "a late beginning": ("timeline", lambda routine: with_first(routine, starts_at=1.0)),
    "a gap": ("timeline", lambda routine: with_first(routine, rest_seconds=99.0)),
    "sets that do not add up": ("timeline", lambda routine: with_first(routine, sets=9)),
    "a clip cut to nothing": ("timeline", lambda routine: with_first(routine, start_time=5.0, end_time=5.0)),
    "the cool-down first": ("order", backwards),
    "a story of nobody": ("stories", lambda routine: with_first(routine, requirement_story="another")),
    "one story": ("stories", lambda routine: routine.model_copy(update={"requirement_stories": routine.requirement_stories[:1]})),
}


@pytest.mark.parametrize("name", BROKEN)
def test_each_rule_sees_what_breaks_it(routine: StoredRoutine, name: str) -> None:
    rule, broken = BROKEN[name]
    found = CHECKER.violations(broken(routine), EXPECTED)
    assert rule in counted(found), found


def test_a_routine_may_be_short_where_it_says_why(routine: StoredRoutine) -> None:
    told = lasting(routine, 600).model_copy(update={"notes": ("duration: 600 of 1200 seconds, as …",)})
    assert "duration" not in counted(CHECKER.violations(told, EXPECTED))


def test_a_clip_that_cannot_be_played(routine: StoredRoutine) -> None:
    first = routine.routine_data.exercises[0].clip_id
    away = Checker(EXERCISES, {**CLIPS, first: CLIPS[first].model_copy(update={"available": False})}, frozenset(EXERCISES))
    assert counted(away.violations(routine, EXPECTED)) == {"clips": 1}


async def test_an_area_nothing_is_for() -> None:
    found = CHECKER.violations(await compiled("5 minutes of calves"), Expectation(sentence="x", areas=("calves", "elbows")))
    assert [each.told for each in found if each.rule == "areas"] == ["nothing is for the elbows"]


@pytest.mark.parametrize(
    ("fields", "exclusion", "breaking"),
    [
        ({"slug": "box-jump"}, "jumping", True),
        ({"slug": "squat", "category": "plyometrics"}, "no impact", True),
        ({"slug": "squat"}, "jumping", False),
        ({"slug": "reverse-lunge"}, "bad knees", True),
        ({"slug": "neck-stretch", "category": "stretching"}, "nothing for the neck", False),
        ({"slug": "neck-stretch", "category": "stretching", "muscles": ["neck"]}, "nothing for the neck", True),
        ({"slug": "leg-curl", "muscles": ["hamstrings"]}, "legs", True),
        ({"slug": "row", "muscles": ["middle back"]}, "legs", False),
        ({"slug": "good-morning"}, "lower back", True),
        ({"slug": "side-raise", "muscles": ["shoulders"]}, "shoulder", True),
        ({"slug": "fly", "instructions": ["Lie down on the floor."]}, "floor", True),
        ({"slug": "press", "instructions": ["Lie on a bench. Keep your feet on the floor."]}, "floor", False),
        ({"slug": "bird", "instructions": ["Begin on hands and knees."]}, "kneeling", True),
        ({"slug": "push-ups", "name": "Push-Ups"}, "pushups", True),
        ({"slug": "walking-lunges"}, "lunges", True),
        ({"slug": "jogging", "category": "cardio"}, "cardio", True),
        ({"slug": "leg-press", "equipment": "machine"}, "machine", True),
        ({"slug": "leg-press", "equipment": "machine"}, "cable", False),
    ],
)
def test_exclusions(fields: dict[str, Any], exclusion: str, breaking: bool) -> None:
    assert bool(breaks(exercise(**fields), exclusion)) == breaking
