"""A company's name from its board's address, as the posting itself writes it."""

import pytest

from text_to_video.markup import as_in_text


@pytest.mark.parametrize(
    ("company", "text", "name"),
    [
        ("first-bakery", "First Bakery bakes. At First Bakery, we rise.", "First Bakery"),
        ("ovenco", "Join OvenCo. OvenCo bakes; ovenco@mail is no name.", "OvenCo"),
        ("eightloaves", "Eight Loaves is a bakery.", "Eight Loaves"),
        ("kruste.com", "Kruste bakes for you at kruste.com", "Kruste"),
        ("telli", "telli bakes. Telli rises. At telli we knead.", "telli"),
        ("base", "Our database is baseless.", "base"),
        ("kruste", "See https://kruste.example/kruste", "kruste"),
        ("kruste", "", "kruste"),
        ("Korn & Kruste", "korn & kruste", "Korn & Kruste"),
        ("ACME", "Acme acme Acme", "ACME"),
        ("パン屋", "パン屋です", "パン屋"),
        ("c++", "C++ is what we do", "C++"),
        ("a.b(c", "A.B(C", "A.B(C"),
    ],
)
def test_as_the_text_writes_it_most_often(company: str, text: str, name: str) -> None:
    assert as_in_text(company, text) == name
