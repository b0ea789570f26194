"""Numbers as texts state them: digits, words, scales, units, in several countries' ways."""

import pytest

from text_to_video.script.numerals import numbers_in


def stated(claim: str, source: str, language: str = "en") -> bool:
    """Whether every number of `claim` is in `source`; there has to be one."""
    claimed, known = tuple(numbers_in(claim, language)), tuple(numbers_in(source, language))
    assert claimed, "there is no number to look for"
    return all(number.stated_in(known) for number in claimed)


@pytest.mark.parametrize(
    ("claim", "source", "language"),
    [
        ("40,000 messages", "40.000 Nachrichten", "de"),
        ("40 000 messages", "40,000 messages", "en"),
        ("three shops", "3 shops", "en"),
        ("3 shops", "three shops", "en"),
        ("twenty-five people", "a team of 25", "en"),
        ("two hundred and ten loaves", "210 loaves", "en"),
        ("$95k", "$95,000", "en"),
        ("95 thousand dollars", "$95,000 a year", "en"),
        ("1.5 million users", "1,500,000 users", "en"),
        ("1.5 million users", "1.5M users", "en"),
        ("$80,000", "$80–95k", "en"),
        ("5 years", "5+ years of baking", "en"),
        ("five years", "at least five (5) full years", "en"),
        ("20 %", "20 percent", "en"),
        ("24/7", "24/7", "en"),
        ("drei Läden", "3 Läden", "de"),
        ("trois magasins", "3 magasins", "fr"),
        ("tres tiendas", "3 tiendas", "es"),
        ("две смены", "2 смены", "ru"),
        ("三年", "3年以上", "ja"),
        ("600万円", "年収600万円〜900万円", "ja"),
        ("35人", "三十五人のチーム", "ja"),
        ("٣ سنوات", "3 سنوات", "ar"),
        ("３０日", "30日", "ja"),
    ],
)
def test_one_number_in_two_ways(claim: str, source: str, language: str) -> None:
    assert stated(claim, source, language)


@pytest.mark.parametrize(
    ("claim", "source", "language"),
    [
        ("50 people", "40 people", "en"),
        ("95 people", "$95,000", "en"),
        ("twenty people", "twenty-five people", "en"),
        ("20%", "20 people", "en"),
        ("$20", "20 people", "en"),
        ("€20", "$20", "en"),
        ("12 years", "a team of 12 people who bake bread, cakes and rolls for the town", "en"),
        ("2 million users", "2 users", "en"),
        ("4 Läden", "3 Läden", "de"),
        ("vier Läden", "3 Läden", "de"),
        ("五年", "三年", "ja"),
        ("two and three", "5", "en"),
    ],
)
def test_two_numbers(claim: str, source: str, language: str) -> None:
    assert not stated(claim, source, language)


def test_one_may_be_anybody() -> None:
    assert not [*numbers_in("One of them is the one for you.", "en")]


def test_words_are_numbers_only_in_their_language() -> None:
    assert not [*numbers_in("une once de pain", "en")]
    assert [number.text for number in numbers_in("las once tiendas", "es")] == ["once"]
