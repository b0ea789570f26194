"""What is searched for: warm-up and cool-down where there is time, the parts that are named, nothing that is to be avoided."""

from __future__ import annotations

import pytest

from services.backend.routines.parameters import read
from services.backend.routines.schemas import RoutineRequest
from services.backend.routines.stories import FEWEST, MOST, stories_of
from shared.schemas.routines import Story


def stories(sentence: str) -> tuple[Story, ...]:
    return stories_of(read(RoutineRequest(user_id="ann", user_requirements=sentence)))


def main(sentence: str) -> str:
    return " | ".join(story.text for story in stories(sentence) if story.block == "main")


def test_the_sentence_of_the_seed() -> None:
    assert stories("20 minutes, tight hips from sitting all day, beginner, no equipment") == (
        Story(text="dynamic warm-up for hips, upper back, neck: circles, swings and easy marching", block="warm_up"),
        Story(text="hip flexor stretch, hip opener, pigeon stretch after long sitting", block="main"),
        Story(text="upper back stretch, thoracic mobility after long sitting", block="main"),
        Story(text="neck stretch, chin tuck after long sitting", block="main"),
        Story(text="relaxing cool down stretch for hips, upper back, neck", block="cool_down"),
    )


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("20 minutes of strength for the legs with dumbbells", "squat, lunge, step-up with dumbbell"),
        ("20 minutes of legs, bodyweight", "step-up, bodyweight"),
        ("20 minutes to relax", "calm relaxing stretch"),
        ("20 minutes cardio", "cardio to raise the heart rate"),
        ("20 minutes, posture", "upright posture"),
        ("20 minutes, deadlifts", "deadlifts"),
        ("15 minutes for my sore calves", "calf"),
        ("20 minutes", "squat, lunge"),
    ],
)
def test_what_somebody_needs(sentence: str, said: str) -> None:
    assert said in main(sentence)


@pytest.mark.parametrize(
    ("sentence", "unsaid"),
    [
        ("20 minutes of legs, no squats and lunges", ("squat", "lunge")),
        ("20 minutes, bad knees", ("squat", "lunge", "step-up")),
        ("20 minutes, everything except legs", ("squat", "lunge", "calf")),
        ("20 minutes of cardio without jumping", ("jump", "skater")),
        ("20 minutes of core, no planks", ("plank",)),
    ],
)
def test_nobody_is_searched_what_they_avoid(sentence: str, unsaid: tuple[str, ...]) -> None:
    assert not [word for word in unsaid if word in main(sentence)]


@pytest.mark.parametrize(
    ("sentence", "blocks"),
    [
        ("2 minutes of neck", {"main"}),
        ("10 minutes of neck", {"warm_up", "main", "cool_down"}),
        ("10 minutes of abs, skip the warm-up", {"main", "cool_down"}),
        ("10 minutes of abs, no stretching", {"warm_up", "main"}),
        ("10 minutes of abs, no stretching, no warm-up", {"main"}),
    ],
)
def test_warm_up_and_cool_down_where_there_is_time_and_nobody_refuses_them(sentence: str, blocks: set[str]) -> None:
    found = stories(sentence)
    assert {story.block for story in found} == blocks
    assert FEWEST <= len(found) <= MOST


def test_more_time_looks_beyond_the_part_that_is_named() -> None:
    assert len(stories("10 minutes for my chest")) == 3
    assert main("30 minutes for my chest").count("|") == 2
    assert "shoulder" not in main("30 minutes for my chest, bad shoulders")


def test_even_who_avoids_everything_is_searched_for() -> None:
    everything = "no squats, lunges, step-ups, bridges, raises, push-ups, rows, presses, curls, planks, crunches, twisting, floor"
    assert len(stories(f"1 minute, {everything}, pregnant, bad knees, bad back, bad shoulders, bad wrists, no stretching")) >= FEWEST
