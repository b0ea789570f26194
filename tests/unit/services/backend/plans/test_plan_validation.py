"""What claims to be a plan is read strictly, every problem has a place, and nothing crashes the reader."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.backend.plans.orders import Limits
from services.backend.plans.validation import FIELDS, PlanInvalid, PlanProblem, read_plan, validate_ai_plan_response, without
from shared.errors import InvalidInput
from shared.schemas.plans import WorkoutPlan
from tests.planning import exercise, plan_json, samples

DAY = ("weeks", 0, "days", 0)
FIRST = (*DAY, "exercises", 0)


def changed(path: tuple[str | int, ...], value: Any) -> str:
    """A good plan with one thing put in another's place."""
    made = json.loads(json.dumps(plan_json()))  # nothing in it is shared
    at: Any = made
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = value
    return json.dumps(made)


def refusal(text: str | bytes, *args: Any, **more: Any) -> str:
    with pytest.raises(PlanInvalid) as caught:
        validate_ai_plan_response(text, *args, **more)
    return caught.value.message


def test_a_good_plan_is_read() -> None:
    plan = validate_ai_plan_response(json.dumps(plan_json(weeks=2)))
    assert isinstance(plan, WorkoutPlan)
    assert [week.week for week in plan.weeks] == [1, 2]


@pytest.mark.parametrize("around", ["```json\n{}\n```", "```\n{}```", "Here is your plan:\n```json\r\n{}\n```\nHave fun!", "  {}\n"])
def test_a_fence_is_taken_off(around: str) -> None:
    assert validate_ai_plan_response(around.replace("{}", json.dumps(plan_json()))).duration_weeks == 1


@pytest.mark.parametrize("text", [None, {}, 5, ["{}"], object()])
def test_what_is_no_text_is_refused_as_a_plan_is(text: Any) -> None:
    assert refusal(text) == f"plan: it is no text but {type(text).__name__}"


def test_a_byte_order_mark_is_no_fault() -> None:
    text = "\ufeff" + json.dumps(plan_json())
    assert validate_ai_plan_response(text) == validate_ai_plan_response(text.encode()) == validate_ai_plan_response(text[1:])


def test_one_length_may_be_given_as_a_number() -> None:
    text = json.dumps(plan_json(weeks=2))
    assert validate_ai_plan_response(text, weeks=2) == validate_ai_plan_response(text, weeks=(2, 4))
    assert refusal(text, weeks=3) == "duration_weeks: it is 2, asked for were 3"


def test_the_plan_without_weeks_is_refused_readably() -> None:
    text = '{"plan_name":"Test","duration_weeks":4,"goal":"Test goal","weeks":[]}'
    assert refusal(text) == "weeks: there are 0, at least 1 is needed"


def test_the_refusal_is_one_of_ours_with_the_field() -> None:
    with pytest.raises(InvalidInput) as caught:
        validate_ai_plan_response("{}")
    assert (caught.value.status, caught.value.field) == (422, "plan_name")


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("duration_weeks",), 4, "weeks: there are 1, but duration_weeks is 4"),
        (("weeks", 0, "week"), 2, "weeks.0.week: it is 2, but the weeks are 1 to 1"),
        ((*DAY, "day"), 4, "weeks.0.days.1.day: 4 is there already"),
        ((*DAY, "day"), 8, "weeks.0.days.0.day: Input should be less than or equal to 7"),
        ((*DAY, "exercises"), [], "weeks.0.days.0.exercises: there are 0, at least 1 is needed"),
        ((*FIRST, "sets"), 11, "weeks.0.days.0.exercises.0.sets: Input should be less than or equal to 10"),
        ((*FIRST, "sets"), "3", "weeks.0.days.0.exercises.0.sets: Input should be a valid integer"),
        ((*FIRST, "sets"), True, "weeks.0.days.0.exercises.0.sets: Input should be a valid integer"),
        ((*FIRST, "rest_seconds"), 601, "weeks.0.days.0.exercises.0.rest_seconds: Input should be less than or equal to 600"),
        ((*FIRST, "seconds"), 30, "weeks.0.days.0.exercises.0.reps: either reps or seconds, one of the two"),
        ((*FIRST, "reps"), None, "weeks.0.days.0.exercises.0.reps: either reps or seconds, one of the two"),
        ((*FIRST, "block"), "cool_down", 'weeks.0.days.0.exercises: none of them is in the block "main"'),
        ((*FIRST, "weight"), 20, "weeks.0.days.0.exercises.0.weight: a plan has no such field"),
        (("plan_name",), "See http://evil.example", "plan_name: it has a link or markup in it"),
        (("plan_name",), "a\nb", "plan_name: it is not one clean line: no line breaks, control characters or spaces around it"),
        (("goal",), "\u200b", "goal: it is empty"),
        (("weeks", 0, "focus"), "<b>go</b>", "weeks.0.focus: it has a link or markup in it"),
        (("extra",), 1, "extra: a plan has no such field"),
    ],
)
def test_every_problem_has_its_place(path: tuple[str | int, ...], value: Any, told: str) -> None:
    assert refusal(changed(path, value)) == told


def test_weeks_come_once_each() -> None:
    plan = plan_json(weeks=2)
    plan["weeks"][1]["week"] = 1
    assert refusal(json.dumps(plan)) == "weeks.1.week: 1 is there already"


def test_a_day_has_an_end() -> None:
    plan = plan_json(slugs=("a", "b", "c"))
    for each in plan["weeks"][0]["days"][0]["exercises"]:
        each |= {"sets": 10, "rest_seconds": 600}
    assert "weeks.0.days.0.exercises: they take about 315 minutes, 240 at most" in refusal(json.dumps(plan))


def test_a_goal_is_the_users_own_words() -> None:
    assert validate_ai_plan_response(changed(("goal",), "weigh <80 kg")).goal == "weigh <80 kg"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "plan: it is not JSON: Expecting value at line 1, column 1"),
        ("null", "plan: Input should be an object"),
        ('{"a": NaN}', "plan: it is not JSON: NaN is no number of JSON"),
        ('{"a": 1, "a": 2}', 'plan: it is not JSON: the name "a" comes twice in one object'),
        ("[" * 100_000, "plan: it is nested too deep"),
        (b"\xff\xfe", "plan: it is not UTF-8 (byte 0)"),
        ("1" * 5000, "plan: it is not JSON: a number has 5000 digits"),
    ],
)
def test_what_is_no_plan_at_all(text: str | bytes, told: str) -> None:
    assert refusal(text) == told


def test_a_name_that_comes_twice_deep_inside_is_told() -> None:
    assert 'the name "sets" comes twice' in refusal(json.dumps(plan_json()).replace('"sets": 3', '"sets": 3, "sets": 4', 1))


def test_the_size_is_looked_at_before_anything_is_read() -> None:
    text = json.dumps(plan_json())
    assert validate_ai_plan_response(text, max_bytes=len(text)).weeks
    assert refusal(text, max_bytes=len(text) - 1) == f"plan: it has {len(text)} bytes, {len(text) - 1} at most are read"
    assert "bytes" in refusal("[" * 300_000), "not: nested too deep"


def test_slugs_are_checked_where_there_is_a_list() -> None:
    text = json.dumps(plan_json(slugs=("bodyweight-squat", "x")))
    assert validate_ai_plan_response(text).weeks
    told = refusal(text, {"bodyweight-squat"})
    assert 'weeks.0.days.0.exercises.1.slug: "x" is not an exercise that can be played' in told
    assert "weeks.0.days.1.exercises.1.slug" in told


def test_what_was_asked_for_is_held_against_it() -> None:
    allowed = {one.slug: one for one in samples()}
    slugs = ("burpee", "band-row", "reverse-lunge", "wall-push-up")
    told = refusal(
        json.dumps(plan_json(slugs=slugs, days=(1,))), allowed, limits=Limits("beginner", (), ("knee",)), weeks=(2, 8), days_per_week=3
    ).split("; ")
    assert told == [
        "duration_weeks: it is 1, asked for were 2 or 8",
        "weeks.0.days: there are 1, asked for were 3 a week",
        'weeks.0.days.0.exercises.0.slug: "burpee" is for the level advanced',
        'weeks.0.days.0.exercises.1.slug: "band-row" needs equipment that is not there: band',
        'weeks.0.days.0.exercises.2.slug: "reverse-lunge" is left out because of what to avoid: knee',
    ]


def test_what_to_avoid_holds_for_slugs_nobody_knows() -> None:
    told = refusal(json.dumps(plan_json(slugs=("jump-lunge",))), limits=Limits("advanced", (), ("knee",)))
    assert '"jump-lunge" is left out because of what to avoid: knee' in told


def test_only_the_first_problems_are_told() -> None:
    with pytest.raises(PlanInvalid) as caught:
        validate_ai_plan_response(json.dumps(plan_json(weeks=10, days=(1, 2, 3))), ())
    assert len(caught.value.problems) == 30
    assert caught.value.told[-1] == "… and 10 more"


def test_what_is_refused_can_be_taken_out_but_not_a_whole_day() -> None:
    plan = read_plan(json.dumps(plan_json(slugs=("a", "b"))))
    kept = without(plan, {"a"}.__contains__)
    assert [each.slug for day in kept.weeks[0].days for each in day.exercises] == ["b", "b"]
    with pytest.raises(PlanInvalid, match=r"weeks\.0\.days\.0: nothing in it may be done"):
        without(plan, {"a", "b"}.__contains__)


@pytest.mark.parametrize(
    ("path", "label"),
    [
        (("weeks", 3, "days", 1, "exercises", 2, "slug"), "weeks.*.days.*.exercises.*.slug"),
        (("weeks", 3), "weeks.*"),
        ((), "plan"),
        (("weeks", 0, "hack\nme"), "other"),
    ],
)
def test_a_counter_has_few_labels(path: tuple[str | int, ...], label: str) -> None:
    assert PlanProblem(path, "").label == label
    assert label == "other" or label in FIELDS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
PATHS = st.sampled_from(
    [("plan_name",), ("weeks",), ("weeks", 0), ("weeks", 0, "days"), (*DAY, "day"), FIRST, (*FIRST, "slug"), (*FIRST, "sets")]
)


@given(text=st.text() | st.binary() | JSON.map(json.dumps) | st.builds(changed, PATHS, JSON))
@settings(max_examples=300, deadline=None)
def test_nothing_but_a_plan_or_a_refusal_comes_out(text: str | bytes) -> None:
    try:
        plan = validate_ai_plan_response(text, {"bodyweight-squat": exercise("bodyweight-squat")}, limits=Limits("beginner"))
    except PlanInvalid as error:
        assert error.message  # noqa: PT017 - either is right
    else:
        assert plan.weeks
