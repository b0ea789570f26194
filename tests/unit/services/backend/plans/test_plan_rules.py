"""The plan as rules write it: whole days, the right split, harder every week, and always valid."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.backend.plans.movements import group, role
from services.backend.plans.orders import Limits, PlanOrder, select, unfit
from services.backend.plans.progression import progressed
from services.backend.plans.rules import Drafted, write_plan
from services.backend.plans.split import WEEKDAYS
from services.backend.plans.validation import problems
from shared.injuries import excluded
from shared.schemas.clips import LEVELS
from shared.schemas.exercises import Exercise
from shared.schemas.plans import PlannedDay, PlannedExercise
from tests.planning import exercise, samples

SAMPLES = samples()
BY_SLUG = {one.slug: one for one in SAMPLES}
ALL_KINDS = ("dumbbell", "kettlebell", "band", "barbell", "mat", "pull-up bar")


def order(goal: str = "get stronger", weeks: int = 4, days: int = 3, level: Any = "intermediate", **limits: Any) -> PlanOrder:
    return PlanOrder(goal, weeks, days, Limits(level, limits.get("equipment", ALL_KINDS), limits.get("avoid", ())))


def drafted(asked: PlanOrder, among: list[Any] = SAMPLES) -> Drafted:
    return write_plan(asked, select(among, asked.limits).fitting)


def first_week(asked: PlanOrder, among: list[Any] = SAMPLES) -> tuple[PlannedDay, ...]:
    return drafted(asked, among).plan.weeks[0].days


def _trains(one: Exercise) -> bool:
    return role(one) == "strength"


def groups(day: PlannedDay) -> Counter[str]:
    return Counter(group(BY_SLUG[each.slug]) for each in day.exercises if each.block == "main")


def test_three_days_take_turns_with_push_pull_and_legs() -> None:
    push, pull, legs = first_week(order())
    assert [groups(day).most_common(1)[0][0] for day in (push, pull, legs)] == ["push", "pull", "legs"]
    assert [push.name.split(":")[0], pull.name.split(":")[0], legs.name.split(":")[0]] == ["Push", "Pull", "Legs"]


@pytest.mark.parametrize("days", [1, 2])
def test_one_or_two_days_train_the_whole_body(days: int) -> None:
    for day in first_week(order(days=days)):
        assert {"push", "pull", "legs", "core"} <= set(groups(day))


@pytest.mark.parametrize("days", range(1, 8))
def test_as_many_days_as_asked_with_rest_between(days: int) -> None:
    assert tuple(day.day for day in first_week(order(days=days))) == WEEKDAYS[days]


def test_who_begins_recovers_on_further_days() -> None:
    names = [day.name for day in first_week(order(days=7, level="beginner"))]
    assert names.count("Mobility and recovery") == 3


@pytest.mark.parametrize("goal", ["strength", "muscle", "fat loss", "endurance", "mobility", "whatever"])
def test_every_day_warms_up_and_cools_down_in_that_order(goal: str) -> None:
    for day in first_week(order(goal)):
        blocks = [each.block for each in day.exercises]
        assert blocks == sorted(blocks, key=["warm_up", "main", "cool_down"].index)
        assert set(blocks) == {"warm_up", "main", "cool_down"}
        assert blocks.count("main") >= 4


def test_what_tires_most_comes_before_the_trunk() -> None:
    for day in first_week(order()):
        mains = [group(BY_SLUG[each.slug]) for each in day.exercises if each.block == "main"]
        assert mains.index("core") >= 2


def test_the_goal_decides_how_often_and_how_long_the_rest() -> None:
    def heaviest(goal: str) -> PlannedExercise:
        return next(each for each in first_week(order(goal))[0].exercises if each.block == "main")

    strong, lean, lasting = heaviest("strength"), heaviest("lose fat"), heaviest("stamina")
    assert strong.reps is not None
    assert lean.reps is not None
    assert lasting.reps is not None
    assert strong.reps < lean.reps < lasting.reps
    assert strong.rest_seconds > lean.rest_seconds > lasting.rest_seconds
    assert strong.sets > lean.sets


def test_mobility_is_stretches_and_mobility() -> None:
    for day in first_week(order("flexibility", level="beginner", equipment=())):
        mains = [BY_SLUG[each.slug].category for each in day.exercises if each.block == "main"]
        assert Counter(mains)["strength"] <= 1
        assert day.name.startswith("Mobility: ")


def test_weeks_get_harder_and_every_fourth_is_lighter() -> None:
    weeks = drafted(order(weeks=8)).plan.weeks
    work = [sum(each.sets * (each.reps or each.seconds or 0) for day in week.days for each in day.exercises) for week in weeks]
    assert work[0] < work[1] < work[2]
    assert work[3] < work[0]
    assert work[7] < work[4]
    assert [week.focus.startswith("Deload") for week in weeks] == [False, False, False, True] * 2


def test_a_block_keeps_its_exercises_and_the_next_changes_some() -> None:
    weeks = drafted(order(weeks=8)).plan.weeks
    slugs = [[each.slug for day in week.days for each in day.exercises] for week in weeks]
    assert slugs[0] == slugs[1] == slugs[3]
    assert slugs[0] != slugs[4]


@pytest.mark.parametrize("week", range(1, 53))
def test_progression_stays_within_what_a_plan_may_say(week: int) -> None:
    for base in ({"reps": 100, "sets": 10}, {"seconds": 3600, "rest_seconds": 600}, {"reps": 1}, {"seconds": 5}):
        planned = PlannedExercise.model_validate({"slug": "x", "sets": 1, "rest_seconds": 0, **base})
        PlannedExercise.model_validate(progressed(planned, week).model_dump())


@pytest.mark.parametrize("avoid", [(), ("bad knees",), ("lower back",), ("pregnant",)], ids=str)
@pytest.mark.parametrize(
    ("level", "equipment"),
    [("beginner", ()), ("beginner", ("dumbbells",)), ("intermediate", ()), ("advanced", ("barbell", "dumbbells"))],
)
def test_the_samples_give_whole_days_to_everybody(level: Any, equipment: tuple[str, ...], avoid: tuple[str, ...]) -> None:
    """Those of recovery too; and enough of each kind that no day has to do without."""
    fitting = select(SAMPLES, Limits(level, equipment, avoid)).fitting
    assert all(Counter(map(group, filter(_trains, fitting)))[kind] >= 2 for kind in ("push", "pull", "legs"))
    for goal in ("strength", "lose fat", "flexibility"):
        for days in (2, 3, 5, 7):
            made = drafted(order(goal, 8, days, level, equipment=equipment, avoid=avoid))
            assert made.degraded == ()
            for day in (day for week in made.plan.weeks[::4] for day in week.days):
                assert {each.block for each in day.exercises} == {"warm_up", "main", "cool_down"}, (goal, days, day)


def test_the_last_stretches_are_for_the_end_of_the_day() -> None:
    stretches = [exercise(f"stretch-{n}", category="stretching", muscles=["chest"]) for n in range(2)]
    (day,) = first_week(order("flexibility", days=1), [*stretches, exercise("arm-circles", category="mobility", muscles=["shoulders"])])
    assert sorted((each.block, each.slug) for each in day.exercises)[0][0] == "cool_down"


def test_what_one_level_must_not_do_is_in_no_plan_of_it() -> None:
    slugs = {each.slug for day in first_week(order(level="beginner", days=6)) for each in day.exercises}
    assert {BY_SLUG[slug].level for slug in slugs} == {"beginner"}


def test_a_catalogue_without_pulling_says_so() -> None:
    among = [one for one in SAMPLES if group(one) != "pull"]
    made = drafted(order(equipment=()), among)
    assert any(lack.startswith("pull: no exercise fits") for lack in made.degraded)
    assert made.plan.weeks[0].days[1].name.startswith("Full body")
    assert len(made.degraded) == len(set(made.degraded)), "each is said once"


def test_a_day_with_little_of_its_own_is_filled() -> None:
    made = drafted(order(level="beginner", equipment=()), [one for one in SAMPLES if group(one) != "push" or one.slug == "wall-push-up"])
    assert any(lack.startswith("push: only one exercise fits") for lack in made.degraded)
    assert made.plan.weeks[0].days[0].name.startswith("Push and full body")


def test_one_exercise_is_a_plan_that_says_what_it_lacks() -> None:
    made = drafted(order(), [exercise("wall-sit", muscles=["quadriceps"], force="static")])
    assert problems(made.plan) == []
    assert {lack.split(":")[0] for lack in made.degraded} >= {"push", "pull", "warm_up", "cool_down"}


def test_mobility_without_a_stretch_is_the_whole_body_and_says_so() -> None:
    made = drafted(order("flexibility"), [one for one in SAMPLES if one.category == "strength"])
    assert any(lack.startswith("mobility:") for lack in made.degraded)


def test_rules_know_no_language_but_english_and_say_so() -> None:
    assert drafted(replace(order(), locale="de")).degraded == ("locale: the words of the plan are English, not de",)
    assert drafted(replace(order(), locale="en-GB")).degraded == ()


def test_an_unknown_goal_is_told() -> None:
    assert drafted(order("be happy")).notes == ('goal: no word of "be happy" is known, so it is a plan for general fitness',)
    assert drafted(order("strength")).notes == ()


def test_the_order_of_the_catalogue_does_not_matter() -> None:
    assert drafted(order(weeks=12), SAMPLES) == drafted(order(weeks=12), SAMPLES[::-1])


ORDERS = st.builds(
    PlanOrder,
    goal=st.sampled_from(["strength", "muscle", "lose fat", "endurance", "mobility", "x"]),
    weeks=st.integers(1, 24),
    days_per_week=st.integers(1, 7),
    limits=st.builds(
        Limits,
        level=st.sampled_from(LEVELS),
        equipment=st.lists(st.sampled_from([*ALL_KINDS, "gym", "spoon"]), max_size=4).map(tuple),
        avoid=st.lists(st.sampled_from(["knee", "shoulder", "back", "pregnant", "wrist", "burpees", "hip", "quux"]), max_size=4).map(tuple),
    ),
)


@given(asked=ORDERS, kept=st.sets(st.sampled_from(sorted(BY_SLUG)), min_size=1))
@settings(max_examples=60, deadline=None)
def test_any_order_gives_a_valid_plan_within_its_limits(asked: PlanOrder, kept: set[str]) -> None:
    """Whatever the catalogue: half of it, or a single exercise."""
    selection = select([one for one in SAMPLES if one.slug in kept], asked.limits)
    if not selection.fitting:
        return
    plan = write_plan(asked, selection.fitting).plan
    found = problems(plan, selection.allowed, limits=asked.limits, weeks=(asked.weeks,), days_per_week=asked.days_per_week)
    assert found == []
    for slug in {each.slug for week in plan.weeks for day in week.days for each in day.exercises}:
        assert unfit(BY_SLUG[slug], asked.limits) is None
        assert excluded(BY_SLUG[slug], asked.limits.avoid) is None
