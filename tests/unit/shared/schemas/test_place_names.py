"""Places of postings are found by the names people look for."""

import pytest

from shared.schemas.postings import place_key, place_keys


@pytest.mark.parametrize(
    ("place", "looked_for"),
    [
        ("Munich Office", "München"),
        ("München", "munich"),
        ("NYC Office - 307 7th Ave", "New York"),
        ("New York, NY (HQ)", "nyc"),
        ("New York City", "NEW YORK"),
        ("San Francisco Bay Area", "San Francisco"),
        ("Hybrid in Toronto", "toronto"),
        ("Remote within US and Canada", "United States"),
        ("Remote within US and Canada", "canada"),
        ("EU & US", "USA"),
        ("Berlin, Deutschland", "Germany"),
        ("Portland, OR", "Portland, OR"),
        ("Portland, OR", "or"),
        ("Remote", "remote"),
    ],
)
def test_it_is_found(place: str, looked_for: str) -> None:
    assert place_key(looked_for) in place_keys([place])


@pytest.mark.parametrize(("place", "looked_for"), [("New Mexico", "Mexico"), ("Berlin", "Munich"), ("Office", "Berlin")])
def test_it_is_not(place: str, looked_for: str) -> None:
    assert place_key(looked_for) not in place_keys([place])


def test_keys_are_names_each_once() -> None:
    assert place_keys(["Berlin, Germany", "Berlin"]) == ("berlin germany", "berlin", "germany")
    assert place_keys(["", "- ()"]) == ()
