"""Terms: stems, English beside the own words, CJK by pairs, trigrams."""

from __future__ import annotations

from shared.lexical.tokens import terms, trigrams


def test_words_are_stemmed_and_function_words_left_out() -> None:
    assert terms("The Engineers of Engineering") == ["engin", "engin"]


def test_a_text_of_function_words_alone_still_has_terms() -> None:
    assert terms("to be or not to be") == ["to", "be", "or", "not", "to", "be"]


def test_signs_keep_languages_apart() -> None:
    assert terms("C C++ C# .NET net") == ["c", "c++", "c#", ".net", "net"]


def test_other_languages_have_their_own_words_and_english_ones() -> None:
    assert terms("Krankenschwester (m/w/d)") == ["krankenschwest", "nurs"]
    assert set(terms("Enfermera")) & set(terms("Krankenpfleger")) == {"nurs"}


def test_short_forms_are_found_by_the_full_words() -> None:
    assert {"human", "resourc", "manag"} <= set(terms("HR Mgr"))


def test_cjk_goes_by_pairs() -> None:
    assert terms("看護師募集") == ["看護", "護師", "師募", "募集"]
    assert set(terms("看護師")) <= set(terms("看護師募集"))


def test_trigrams_are_of_words() -> None:
    assert trigrams("ab c") == {" ab", "ab ", " c "}
    assert trigrams("") == set()
