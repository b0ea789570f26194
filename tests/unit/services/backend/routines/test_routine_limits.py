"""What may be in a routine, and which of its clips shows an exercise."""

from __future__ import annotations

from typing import Any

import pytest

from services.backend.routines.catalogue import Catalogue
from services.backend.routines.limits import Limits
from tests.planning import exercise
from tests.routining import catalogue_of, clip, parameters

SQUAT = exercise("jump-squat", name="Jump Squat", level="intermediate", muscles=("quadriceps",), category="plyometrics")
ROW = exercise("row", name="Dumbbell Row", level="beginner", equipment="dumbbell", muscles=("middle back",))
STRETCH = exercise("stretch", name="Hamstring Stretch", category="stretching", muscles=("hamstrings",))
EXPERT = exercise("planche", name="Planche", level="advanced", muscles=("shoulders",))


def fitting(catalogue: Catalogue | None = None, **wanted: Any) -> tuple[set[str], dict[str, int]]:
    over = catalogue or catalogue_of([SQUAT, ROW, STRETCH, EXPERT])
    found = Limits(parameters(**wanted), over).fitting()
    return {over.known[row].slug for row in found.rows}, {name: count for name, count in found.fallen.items() if count}


@pytest.mark.parametrize(
    ("wanted", "slugs", "fallen"),
    [
        ({"intensity_level": "advanced"}, {"jump-squat", "row", "stretch", "planche"}, {}),
        ({"intensity_level": "intermediate"}, {"jump-squat", "row", "stretch"}, {"level": 1}),
        ({"intensity_level": "beginner"}, {"row", "stretch"}, {"level": 2}),
        ({"equipment": ()}, {"jump-squat", "stretch"}, {"level": 1, "equipment": 1}),
        ({"equipment": ("Dumbbells",)}, {"jump-squat", "row", "stretch"}, {"level": 1}),
        ({"equipment": ("gym",)}, {"jump-squat", "row", "stretch"}, {"level": 1}),
        ({"equipment": None}, {"jump-squat", "row", "stretch"}, {"level": 1}),
        ({"limits": ("no jumping",)}, {"row", "stretch"}, {"level": 1, "limits": 1}),
        ({"limits": ("bad knees", "hamstring")}, {"row"}, {"level": 1, "limits": 2}),
    ],
)
def test_what_falls_at_which_filter(wanted: dict[str, Any], slugs: set[str], fallen: dict[str, int]) -> None:
    assert fitting(**wanted) == (slugs, fallen)


def test_only_exercises_with_a_required_clip_that_may_be_played_count() -> None:
    clips = [
        clip("row", available=None),
        clip("stretch", available=False),
        clip("stretch", clip_id="m", kind="mistake"),
        clip("planche", fitness_level="advanced"),
        clip("jump-squat", kind="instruction", fitness_level="advanced"),
    ]
    catalogue = catalogue_of([SQUAT, ROW, STRETCH, EXPERT, exercise("gone", active=False)], clips)
    assert fitting(catalogue) == ({"row"}, {"clips": 1, "level": 1, "clip_level": 1})
    assert fitting(catalogue, intensity_level="advanced")[0] == {"row", "planche", "jump-squat"}


def test_the_clip_that_shows_an_exercise() -> None:
    clips = [
        clip("row", clip_id="unknown", available=None, format="vertical"),
        clip("row", clip_id="square", format="square"),
        clip("row", clip_id="german", format="vertical", locale="de"),
        clip("row", clip_id="instruction", format="vertical", kind="instruction"),
        clip("row", clip_id="plain"),
        clip("row", clip_id="best", format="vertical"),
        clip("row", clip_id="hard", format="vertical", fitness_level="advanced"),
    ]
    order: list[str] = []
    for _ in range(6):
        limits = Limits(parameters(), catalogue_of([ROW], clips))
        chosen = limits.clip(catalogue_of([ROW], reversed(clips)).known[0], without=order)
        assert chosen
        order.append(chosen.clip_id)
    assert order == ["best", "instruction", "german", "plain", "square", "unknown"]
    assert Limits(parameters(format="square"), catalogue_of([ROW], clips)).clip(catalogue_of([ROW], clips).known[0]) == clips[1]
