"""Titles of other languages in English words, and English left alone."""

from __future__ import annotations

import pytest

from shared.lexical.english import in_english, told
from shared.lexical.plain import plain_words


@pytest.mark.parametrize(
    ("title", "english"),
    [
        ("Krankenschwester", "nurse"),
        ("Gesundheits- und Krankenpfleger/in (m/w/d)", "nurse"),
        ("Aerztin", "doctor"),  # ä written as ae
        ("Koch/Köchin", "cook"),
        ("Leiter der Buchhaltung", "accounting head"),
        ("Ingenieure für Maschinenbau", "mechanical engineer"),
        ("Medizinischer Fachangestellter", "medical assistant"),
        ("Serviceleiter Gefahrgut", "service head hazardous goods"),
        ("Papiermaschinenführer", "paper machine operator"),  # by its parts
        ("Qualitätsprüferinnen", "quality inspector"),
        ("Desarrolladora de aplicaciones móviles", "mobile software developer"),
        ("Técnicos en mantenimiento de aviones", "aircraft maintenance technician"),
        ("Enfermero/a", "nurse"),
        ("ENFERMERA DE URGENCIAS", "emergency nurse"),
        ("Desarrollador Java Cloud senior", "Java Cloud senior developer"),  # what is English keeps its order
        ("Infirmière de nuit", "night nurse"),
        ("Chauffeur routier", "truck driver"),
        ("Conductrice d'engins", "excavator operator"),
    ],
)
def test_words_compounds_and_phrases(title: str, english: str) -> None:
    assert in_english(title) == english


@pytest.mark.parametrize(
    "title",
    [
        *("Director of Operations", "Chef de Partie", "Sous Chef", "Art Director", "Land Surveyor", "Marketing Manager", "Legal Counsel"),
        *("Animal Control Officer", "Motor Vehicle Inspector", "Wellness Coach", "Staff Engineer, Payments", "Radio Producer"),
    ],
)
def test_english_stays_as_it_is(title: str) -> None:
    assert in_english(title) == title


def test_text_in_english_that_names_german_things_is_english() -> None:
    text = "We are looking for a manager of the Kindergarten at the Bahnhof, who will be part of our team in Germany."
    assert told(plain_words(text)) is None


@pytest.mark.parametrize("text", ["", " ", "()", "12 345", "日本語の求人", "Разработчик", "🚀", "a" * 5_000, "/in /in (m/w/d)"])
def test_whatever_comes_is_no_error(text: str) -> None:
    in_english(text)


def test_words_of_a_sentence_keep_their_order() -> None:
    text = "Wir suchen für unser Krankenhaus eine Krankenschwester und einen Koch mit Erfahrung in der Küche und im Lager"
    english = in_english(text)
    assert (
        english.index("hospital") < english.index("nurse") < english.index("cook") < english.index("kitchen") < english.index("warehouse")
    )


@pytest.mark.parametrize(
    ("title", "full"), [("Sr. HR Mgr", "senior human resources manager"), ("R&D co-ordinator", "research and development coordinator")]
)
def test_short_forms_are_written_out(title: str, full: str) -> None:
    assert in_english(title) == full
