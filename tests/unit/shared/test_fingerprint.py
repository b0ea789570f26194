"""The query fingerprint: the seed's digest where the seed is right, and its wishes kept apart where it is not."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.fingerprint import compute_query_fingerprint, content_hash

ASCII_WITHOUT_OPERATORS = st.text(st.characters(max_codepoint=126, blacklist_characters="+#.", blacklist_categories=["Cc"]))


def seed_fingerprint(query: str) -> str:
    """As the user's document has it."""
    kept = "".join(c for c in query.lower().strip() if c.isalnum() or c.isspace())
    return hashlib.sha256(" ".join(sorted(kept.split())).encode()).hexdigest()[:16]


@given(ASCII_WITHOUT_OPERATORS)
def test_equals_the_seed_for_plain_ascii(query: str) -> None:
    assert compute_query_fingerprint(query) == seed_fingerprint(query)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Python developer", "developer  PYTHON"),
        ("C++, Berlin", "berlin c++"),
        ("café", "cafe\u0301"),
        ("Straße", "STRASSE"),
        ("end.", "end"),
    ],
)
def test_same_wish(one: str, other: str) -> None:
    assert compute_query_fingerprint(one) == compute_query_fingerprint(other)


def test_languages_named_by_signs_stay_apart() -> None:
    wishes = ["C", "C++", "C#", "F#", "F", ".NET", "net", "node.js", "nodejs"]
    assert len({compute_query_fingerprint(wish) for wish in wishes}) == len(wishes)


@given(st.lists(st.text(), min_size=1))
def test_word_order_never_matters(words: list[str]) -> None:
    assert compute_query_fingerprint(" ".join(words)) == compute_query_fingerprint(" ".join(reversed(words)))


def test_content_hash_sees_boundaries() -> None:
    assert content_hash("ab", "c") != content_hash("a", "bc")
