"""A vendor's letters and our words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_to_video.speech.base import Letter
from text_to_video.speech.spelling import spread, starts_of


def letters(*words: tuple[str, float]) -> list[Letter]:
    """Words with their starts, each half a second long."""
    return [letter for word, start in words for letter in spread(word, start, start + 0.5)]


@pytest.mark.parametrize(
    ("words", "vendor", "expected"),
    [
        (["You'll", "bake", "bread."], [("Youll", 0.0), ("bake", 0.5), ("bread", 1.0)], [0.0, 0.5, 1.0]),
        (["don’t", "STOP,", "café!"], [("dont", 0.1), ("stop", 0.6), ("CAFÉ", 1.1)], [0.1, 0.6, 1.1]),
        (["95", "thousand", "reasons"], [("ninety", 0.0), ("five", 0.5), ("thousand", 1.0), ("reasons", 1.5)], [None, 1.0, 1.5]),
        (["a", "–", "b"], [("a", 0.0), ("b", 0.5)], [0.0, None, 0.5]),
        (["面包", "很好"], [("面", 0.0), ("包", 0.2), ("很", 0.4), ("好", 0.6)], [0.0, 0.4]),
        (["bake", "bread"], [("um", 0.0), ("bake", 0.5), ("bread", 1.0), ("yeah", 1.5)], [0.5, 1.0]),
    ],
)
def test_words_get_the_time_of_their_first_letter(words: list[str], vendor: list[tuple[str, float]], expected: list[float | None]) -> None:
    assert starts_of(words, letters(*vendor)) == expected


@pytest.mark.parametrize("vendor", [[], [("something", 0.0), ("quite", 0.5), ("different", 1.0)], [("…", 0.0)]])
def test_letters_of_something_else_are_no_help(vendor: list[tuple[str, float]]) -> None:
    assert starts_of(["Knead", "dough", "early"], letters(*vendor)) is None


def test_a_word_is_spread_over_its_letters() -> None:
    assert spread("ab", 1.0, 2.0) == [Letter("a", 1.0, 1.5), Letter("b", 1.5, 2.0)]
    assert spread("", 1.0, 2.0) == []


@given(st.lists(st.text(max_size=8), max_size=8), st.lists(st.tuples(st.text(max_size=8), st.floats(0, 60)), max_size=8))
def test_any_spelling_is_borne(words: list[str], vendor: list[tuple[str, float]]) -> None:
    starts = starts_of(words, letters(*vendor))
    assert starts is None or len(starts) == len(words)
