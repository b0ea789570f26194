"""How long a routine is to be, as people write it; and the times of a sentence that are not its own."""

from __future__ import annotations

import pytest

from services.backend.routines.durations import LONG_S, QUICK_S, Length, bounded, length_of
from services.backend.routines.sentence import fold

MINUTES: dict[str, float] = {
    "20 minutes": 20, "20min": 20, "20 mins": 20, "20m": 20, "20'": 20, "20′": 20, "a 7 minute workout": 7, "15-minute": 15,
    "30-ish minutes": 30, "90 minutes": 90, "900 seconds": 15, "300s": 5, "45 sec": 0.75, "1h": 60, "2 hours": 120, "1.5 hours": 90,
    "1,5 Stunden": 90, "1h15": 75, "1 h 15 min": 75, "1 hour and 15 minutes": 75, "1:30 h": 90, "7:30 minutes": 7.5,
    "2 min 30 sec": 2.5, "twenty minutes": 20, "twenty-five minutes": 25, "forty five min": 45, "ninety minutes": 90,
    "20 easy minutes": 20, "half an hour": 30, "a half hour": 30, "½ hour": 30, "1½ hours": 90, "quarter of an hour": 15,
    "a quarter hour": 15, "three quarters of an hour": 45, "3/4 hour": 45, "an hour": 60, "one hour": 60, "hour-long session": 60,
    "an hour and a half": 90, "one and a half hours": 90, "two hours and a half": 150, "an hour and a quarter": 75,
    "a couple of minutes": 2, "zwanzig Minuten": 20, "20-minütig": 20, "eine halbe Stunde": 30, "eine Viertelstunde": 15,
    "anderthalb Stunden": 90, "veinte minutos": 20, "media hora": 30, "hora y media": 90,
}  # fmt: skip
RANGES = {
    "45-60 minutes": 52.5, "20 to 30 min": 25, "between 20 and 30 minutes": 25, "10 or 15 minutes": 12.5,
    "ten to fifteen minutes": 12.5, "five-ten minutes": 7.5, "20–30 min": 25, "half an hour to an hour": 45, "30 minutes to 1 hour": 45,
}  # fmt: skip
OF_SEVERAL: dict[str, float | None] = {
    "I sit 8 hours a day. 10 minutes for my neck": 10,
    "8 hours a day at a desk, 12 minutes": 12,
    "I worked 10 hours, 20 minutes": 20,
    "sitting for nine hours": None,
    "an hour ago I ate; 20 minutes please": 20,
    "20 minutes with 30 seconds rest": 20,
    "hold each stretch for 30 seconds, 12 minutes": 12,
    "40 seconds on, 20 seconds off, 24 minutes": 24,
    "every 2 hours I get up; 3 minutes": 3,
    "20 minutes a day": 20,
    "work out 20 minutes": 20,
    "I want to work on my hips for 20 minutes": 20,
    "I have an hour but only 15 minutes today": 15,
    "30 minutes, no wait, make it 20 minutes": 20,
    "not 40 minutes, 20 minutes": 20,
    "not more than 20 minutes": 20,
    "no longer than 20 minutes": 20,
    "5 min warm-up, 10 min core, 5 min stretch": 20,
    "30 minutes in all: 5 minutes warm-up and then legs": 30,
    "train 5 times a week": None,
    "3 sets of 10 reps": None,
    "run 400m": None,
    "24/7": None,
    "rush hour": None,
    "minutes": None,
}


def minutes(sentence: str) -> float | None:
    length = length_of(fold(sentence))
    return None if length is None else length.seconds / 60


@pytest.mark.parametrize("sentence", MINUTES)
def test_times_in_digits_and_words(sentence: str) -> None:
    assert minutes(sentence) == MINUTES[sentence]
    assert minutes(f"Please, {sentence}, hips and back") == MINUTES[sentence]


@pytest.mark.parametrize("sentence", RANGES)
def test_of_a_range_the_middle(sentence: str) -> None:
    length = length_of(fold(sentence))
    assert length is not None
    assert length.seconds == RANGES[sentence] * 60
    assert "the middle of" in (length.note or "")


@pytest.mark.parametrize("sentence", OF_SEVERAL)
def test_which_time_is_the_routines(sentence: str) -> None:
    assert minutes(sentence) == OF_SEVERAL[sentence]


@pytest.mark.parametrize(
    ("sentence", "seconds"),
    [
        ("a quick core session", QUICK_S),
        ("something short", QUICK_S),
        ("short on time", QUICK_S),
        ("a long yoga session", LONG_S),
        ("a long day, my back", None),
        ("all day long", None),
        ("a quick question", None),
        ("no longer", None),
    ],
)
def test_hints_are_weak(sentence: str, seconds: int | None) -> None:
    length = length_of(fold(sentence))
    assert (length.seconds if length else None) == seconds
    assert length is None or length.weak


def test_a_time_goes_before_a_hint() -> None:
    assert length_of(fold("a quick session of 12 minutes")) == Length(720, "12 minutes")


@pytest.mark.parametrize(("said", "seconds"), [("30 seconds", 60), ("3 hours", 7200), ("999999999 hours", 7200), ("0 minutes", 60)])
def test_what_no_routine_lasts_is_brought_within_bounds_and_told(said: str, seconds: int) -> None:
    length = length_of(said)
    assert length is not None
    within, note = bounded(length)
    assert within == seconds
    assert note is not None
    assert said in note
    assert f"{seconds} s" in note
