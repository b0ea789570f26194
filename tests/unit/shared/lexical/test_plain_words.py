"""Words brought to plain form: case, accents and marks of gender."""

from __future__ import annotations

import pytest

from shared.lexical.plain import fold, plain_words, without_gender


@pytest.mark.parametrize(
    ("word", "folded"), [("Ärztin", "arztin"), ("Straße", "strasse"), ("ＦＩＲＭＡ", "firma"), ("日本", "日本"), ("가", "가")]
)
def test_case_and_accents_are_folded(word: str, folded: str) -> None:
    assert fold(word) == folded


def test_signs_that_belong_to_a_word_stay() -> None:
    assert plain_words("C++/C# dev, .NET (R&D) LKW-Fahrer d'atelier") == [
        *("c++", "c#", "dev", ".net", "r", "&", "d", "lkw", "fahrer", "d", "atelier"),
    ]


@pytest.mark.parametrize(
    ("title", "without"),
    [
        ("Entwickler/in (m/w/d)", "Entwickler"),
        ("Entwickler*innen", "Entwickler"),
        ("Entwickler:in", "Entwickler"),
        ("Entwickler_in", "Entwickler"),
        ("EntwicklerIn", "Entwickler"),
        ("Pfleger/-in [w/m/x]", "Pfleger"),
        ("Bürokaufmann/-frau", "Bürokaufmann"),
        ("Arzt (m/w/div)", "Arzt"),
        ("Nurse (f/m/x)", "Nurse"),
        ("Nurse (all genders)", "Nurse"),
        ("Enfermero/a", "Enfermero"),
        ("Desarrollador(a)", "Desarrollador"),
        ("Técnic@ de calidad", "Técnico de calidad"),
        ("Vendeur/euse H/F", "Vendeur"),
        ("Employé·e", "Employé"),
    ],
)
def test_marks_of_gender_go(title: str, without: str) -> None:
    assert without_gender(title) == without


@pytest.mark.parametrize(
    "title",
    ["LinkedIn Manager", "Sales and/or Marketing", "I/O Engineer", "QA/QC Inspector", "jobs@acme.example", "Plug-In Developer", "C++ (Qt)"],
)
def test_what_only_looks_like_one_stays(title: str) -> None:
    assert without_gender(title) == title
