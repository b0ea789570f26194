"""Exercises from files: a brief of ours, or a catalogue's entry; and what is no exercise."""

import json
from typing import Any

import pytest

from shared.errors import InvalidInput
from shared.schemas.clips import ClipBrief
from shared.schemas.reels import ReelBrief
from text_to_video.briefs import check_template, drafted, name_of, without_html
from text_to_video.exercise_file import clip_brief, is_exercise
from text_to_video.posting_file import Order, order_from_json

ENTRY: dict[str, Any] = {
    "name": "Kneeling reach",
    "force": "pull",
    "level": "expert",
    "mechanic": None,
    "equipment": "body only",
    "primaryMuscles": ["lower back"],
    "secondaryMuscles": ["glutes", "shoulders"],
    "instructions": [
        "Kneel on all fours with your back flat.",
        "Reach one arm forward and the opposite leg back.",
        "Hold for a slow breath.",
    ],
    "category": "strength",
    "images": ["a/0.jpg"],
    "id": "Kneeling_reach",
}


def test_an_entry_of_a_catalogue_is_read() -> None:
    brief = clip_brief(ENTRY)
    assert (brief.exercise, brief.level, brief.equipment) == ("Kneeling reach", "advanced", "body only")
    assert brief.muscles == ("lower back", "glutes", "shoulders")
    assert (brief.kind, brief.archetype) == ("instruction", "professional")
    assert clip_brief({**ENTRY, "archetype": "peer", "kind": "technique"}).archetype == "peer"


def test_instructions_may_be_one_text_and_muscles_one_name() -> None:
    brief = clip_brief({"name": "Plank", "instructions": "Lie down.\nRise on your toes.", "muscles": "core"})
    assert brief.instructions == ("Lie down.", "Rise on your toes.")
    assert brief.muscles == ("core",)


def test_an_order_of_a_clip_is_read_as_it_was_written() -> None:
    brief = ClipBrief(
        exercise="Plank", kind="technique", archetype="mentor", instructions=("Hold still.",), level="beginner", muscles=("core",)
    )
    order = Order(brief, drafted(clip_brief(ENTRY)))
    assert order_from_json(order.as_json().decode()) == order
    assert order_from_json(json.dumps(ENTRY)) == Order(clip_brief(ENTRY))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": None}, "name"),
        ({"instructions": 3}, "instructions"),
        ({"instructions": [1]}, "instructions.0"),
        ({"archetype": "drill sergeant"}, "archetype"),
        ({"level": ["beginner"]}, "level"),
        ({"name": "x" * 300}, "exercise"),
    ],
)
def test_what_is_wrong_is_named(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clip_brief({**ENTRY, **wrong})
    assert refused.value.field == field


@pytest.mark.parametrize(
    "given", [{"title": "Coach", "content": "<p>x</p>", "instructions": "none"}, {"description": "x", "instructions": []}, {}]
)
def test_a_posting_is_no_exercise(given: dict[str, Any]) -> None:
    assert not is_exercise(given)


def test_an_exercise_takes_no_template_that_speaks_of_jobs() -> None:
    brief = clip_brief(ENTRY)
    check_template(brief, "coach")
    with pytest.raises(InvalidInput) as refused:
        check_template(brief, "ticket")
    assert refused.value.field == "template"
    check_template(ReelBrief(title="Coach", company="Gym", description=""), "coach")


def test_names_are_plain_words() -> None:
    brief = without_html(clip_brief({**ENTRY, "name": "<b>Push</b> &amp; pull", "instructions": ["Push &gt; pull."]}))
    assert isinstance(brief, ClipBrief)
    assert brief.exercise == "Push & pull"
    assert brief.instructions == ("Push > pull.",)
    assert name_of(brief) == "Push & pull"
