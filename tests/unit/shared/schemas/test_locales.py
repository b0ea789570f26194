"""Languages by their tags: one spelling for each, and who stands in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.schemas.locales import LOCALE_PATTERN, canonical, fallbacks, language


@pytest.mark.parametrize(
    ("told", "tag", "spoken"),
    [
        ("EN", "en", ("en",)),
        ("en_us", "en-US", ("en-US", "en")),
        ("zh-hant-tw", "zh-Hant-TW", ("zh-Hant-TW", "zh", "en")),
        ("de-1996", "de-1996", ("de-1996", "de", "en")),
    ],
)
def test_one_spelling_and_its_fallbacks(told: str, tag: str, spoken: tuple[str, ...]) -> None:
    assert (canonical(told), fallbacks(told), language(told)) == (tag, spoken, tag.partition("-")[0])


@given(st.from_regex(LOCALE_PATTERN, fullmatch=True))
def test_the_canonical_form_stays_as_it_is(tag: str) -> None:
    assert canonical(canonical(tag)) == canonical(tag)
    assert canonical(tag).lower() == tag.lower().replace("_", "-")
