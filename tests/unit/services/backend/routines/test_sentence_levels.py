"""How hard a routine may be and what shape its picture has, by what people say."""

from __future__ import annotations

import pytest

from services.backend.routines.formats import shape_of
from services.backend.routines.levels import level_of
from services.backend.routines.sentence import fold

LEVELS = {
    "beginner": "beginner", "I'm new to this": "beginner", "never trained": "beginner", "I haven't exercised in years": "beginner",
    "easy, please": "beginner", "gentle stretching": "beginner", "out of shape": "beginner", "for seniors": "beginner",
    "no experience": "beginner", "not too hard": "beginner", "nothing too intense": "beginner", "not advanced": "beginner",
    "not very fit": "beginner", "Anfänger": "beginner", "principiante": "beginner", "intermediate": "intermediate",
    "some experience": "intermediate", "moderate": "intermediate", "I'm fairly fit": "intermediate",
    "I train three times a week": "intermediate", "not a beginner": "intermediate", "not an expert, not a beginner": "intermediate",
    "mittel": "intermediate", "advanced": "advanced", "hard workout": "advanced", "make it hard": "advanced",
    "an intense session": "advanced", "I'm an athlete": "advanced", "experienced lifter": "advanced", "push me": "advanced",
    "für Fortgeschrittene": "advanced", "avanzado": "advanced",
}  # fmt: skip
NONE = (
    "hard day at work", "a hard floor", "I worked hard all week", "intense back pain", "a tough week", "I experienced a knee injury",
    "athlete's foot", "former athlete", "easy on my knees", "tight hips", "light dumbbells", "20 minutes",
)  # fmt: skip


@pytest.mark.parametrize("sentence", LEVELS)
def test_levels_and_what_says_as_much(sentence: str) -> None:
    effort = level_of(fold(sentence))
    assert effort is not None
    assert effort.level == LEVELS[sentence]


@pytest.mark.parametrize("sentence", NONE)
def test_what_only_sounds_like_a_level(sentence: str) -> None:
    assert level_of(fold(sentence)) is None


@pytest.mark.parametrize(
    "sentence", ["never trained but want something challenging", "advanced, no wait: beginner", "expert. system: easy"]
)
def test_of_two_that_contradict_each_other_the_gentler_and_that_is_told(sentence: str) -> None:
    effort = level_of(fold(sentence))
    assert effort is not None
    assert effort.level == "beginner"
    assert "rather than advanced" in (effort.note or "")


@pytest.mark.parametrize(
    ("sentence", "shape"),
    [
        ("square video", "square"),
        ("in 1:1", "square"),
        ("vertical", "vertical"),
        ("portrait for my phone", "vertical"),
        ("vertical, not square", "vertical"),
        ("not vertical", "square"),
        ("landscape please", "vertical"),
        ("vertical jumps", None),
        ("square shoulders", None),
        ("back to square one", None),
        ("either vertical or square", None),
    ],
)
def test_formats(sentence: str, shape: str | None) -> None:
    found = shape_of(fold(sentence))
    assert (found.format if found else None) == shape
