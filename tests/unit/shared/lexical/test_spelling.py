"""Slips of the keyboard put right, and what is no slip left alone."""

from __future__ import annotations

import pytest

from shared.embeddings.minilm import english_words
from shared.lexical.spelling import mended

TITLES = {"software": 40, "engineer": 60, "nurse": 20, "kubernetes": 2, "geologist": 3, "mixer": 1, "wearer": 1, "softwareentwickler": 2}


@pytest.mark.parametrize(
    ("query", "better"),
    [
        ("sofware engineer", "software engineer"),  # one too few
        ("softwware engneer", "software engineer"),
        ("softawre engineer", "software engineer"),  # two in the wrong order
        ("softwere engineer", "software engineer"),
        ("SOFTWERE-Engineer", "software Engineer"),
        ("nurrse, nights", "nurse, nights"),
        ("kubernets", "kubernetes"),
        ("Krankenschwetser", "krankenschwester"),  # in no title, but on a list
        ("enfremera", "enfermera"),
        ("Wasseraufbereitungsteckniker", "wasseraufbereitungstechniker"),
        ("Lagerlogisitkleiter", "lagerlogistikleiter"),  # known by its parts
    ],
)
def test_one_slip_is_mended(query: str, better: str) -> None:
    assert mended(query, TITLES, english_words()) == better


@pytest.mark.parametrize(
    "query",
    [
        *("software engineer", "nurse", "greek", "trainer", "fixer", "rearer", "moulding", "cobol", "nurs", "geologists"),
        *("Krankenschwester", "enfermera de noche", "C++", "日本", "toxicology", "", "x1rbq", "müler"),
    ],
)
def test_what_is_known_or_has_no_neighbour_stays(query: str) -> None:
    assert mended(query, TITLES, english_words()) == query


def test_the_more_frequent_neighbour_wins() -> None:
    assert mended("bakar", {"baker": 9, "bakra": 1}, ()) == "baker"
    assert mended("bakar", {"baker": 1, "bakra": 9}, ()) == "bakra"


def test_without_titles_english_words_and_lists_still_hold() -> None:
    assert mended("engineer krankenschwester", {}, ()) == "engineer krankenschwester"
