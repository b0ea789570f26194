"""Plans of real exercises hold nothing that an injury rules out, by level and for a whole gym."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest

from services.backend.catalogue.exercise_file import as_exercise, read_exercise
from services.backend.plans.movements import group
from services.backend.plans.orders import Limits, PlanOrder, select
from services.backend.plans.rules import write_plan
from shared.injuries import excluded, jumps
from shared.schemas.clips import Level
from shared.schemas.exercises import Exercise
from shared.schemas.plans import PlannedExercise

pytestmark = pytest.mark.data
REAL = Path(__file__).parents[6] / "shared" / "data" / "exercises" / "free_exercise_db.json"

SHOULDER = (
    "mixed-grip-chin london-bridges side-to-side-chins overhead-triceps overhead-stretch overhead-lat seated-overhead-stretch"
    " upward-stretch triceps-stretch tricep-side-stretch standing-dumbbell-triceps-extension one-handed-hang upright-cable-row"
)
PRONE = (
    "reverse-hyperextension dumbbell-incline-row on-your-back-quad-stretch seated-head-harness-neck-resistance lying-prone-quadriceps"
    " lying-face-down-plate-neck-resistance prone-manual-hamstring looking-at-ceiling mixed-grip-chin"
)
UNSAFE = {
    "broken arm": "barbell-deadlift deficit-deadlift bent-over-barbell-row london-bridges kettlebell-sumo-high-pull barbell-shrug"
    " inverted-row goblet-squat one-handed-hang plank rowing-stationary seated-cable-rows lunge-sprint",
    "tennis elbow": "mixed-grip-chin london-bridges bent-over-barbell-row barbell-shrug barbell-deadlift inverted-row incline-bench-pull",
    "shoulder impingement": SHOULDER,
    "rotator cuff tear": SHOULDER,
    "pregnant": PRONE,
    "third trimester pregnancy": PRONE,
    "hernia": "seated-head-harness-neck-resistance plyo-kettlebell-pushups barbell-shrug",
    "vertigo": "inchworm looking-at-ceiling standing-toe-touches decline-push-up handstand-push-ups",
    "hip replacement": "inchworm hug-knees-to-chest one-knee-to-chest standing-toe-touches reverse-hyperextension",
    "osteoporosis": "inchworm standing-toe-touches hug-knees-to-chest lower-back-curl crunches",
    "bad knees": "knee-circles frog-hops",
    "bad kness": "knee-circles frog-hops barbell-squat",
    "ACL tear": "knee-circles frog-hops",
    "lower back pain": "looking-at-ceiling barbell-step-ups barbell-shrug barbell-lunge frog-hops",
    "sciatica": "looking-at-ceiling barbell-step-ups barbell-shrug",
    "no jumping": "frog-hops",
    "core": "plank crunches superman flutter-kicks",
}


@pytest.fixture(scope="module")
def real() -> dict[str, Exercise]:
    if not REAL.exists():
        pytest.skip(f"no real exercises at {REAL}")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    made = (as_exercise(read_exercise(row), None, now) for row in json.loads(REAL.read_text()))
    return {exercise.slug: exercise for exercise in made}


def planned(real: dict[str, Exercise], limits: Limits) -> Iterator[PlannedExercise]:
    fitting = select(real.values(), limits).fitting
    for day in write_plan(PlanOrder("build muscle", 1, 3, limits), fitting).plan.weeks[0].days:
        yield from day.exercises


@pytest.mark.parametrize("said", UNSAFE)
def test_what_an_injury_rules_out_is_left_out(real: dict[str, Exercise], said: str) -> None:
    assert [slug for slug in UNSAFE[said].split() if not excluded(real[slug], (said,))] == []


@pytest.mark.parametrize("said", UNSAFE)
def test_there_is_still_something_to_plan(real: dict[str, Exercise], said: str) -> None:
    """Careful, but not of everything."""
    for level in get_args(Level):
        assert sum(each.block == "main" for each in planned(real, Limits(level, ("gym",), (said,)))) >= 9


def test_necks_are_no_trunks_and_hops_no_stretches(real: dict[str, Exercise]) -> None:
    for said in ((), ("hernia",), ("pregnant",), ("core",)):
        for level in get_args(Level):
            chosen = [(each.block, real[each.slug]) for each in planned(real, Limits(level, ("gym",), said))]
            assert [one.slug for block, one in chosen if block == "main" and "neck" in one.muscles] == []
            assert [one.slug for block, one in chosen if block == "cool_down" and jumps(one.name)] == []


def test_who_begins_without_equipment_needs_no_bar_and_lifts_no_legs_for_legs(real: dict[str, Exercise]) -> None:
    slugs = {each.slug for each in planned(real, Limits("beginner"))}
    assert not slugs & {"pullups", "chin-up", "inverted-row", "scapular-pull-up", "v-bar-pullup"}
    assert group(real["flutter-kicks"]) == "core"
    assert "pullups" in {one.slug for one in select(real.values(), Limits("beginner", ("pull-up bar",))).fitting}
