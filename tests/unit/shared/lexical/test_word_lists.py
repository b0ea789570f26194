"""The word lists themselves: well formed, and none of their words takes English for its own."""

from __future__ import annotations

from pathlib import Path

import pytest

import shared.lexical.word_lists as word_lists
from shared.embeddings.minilm import MINILM_ID, english_words
from shared.lexical.english import is_english
from shared.lexical.glossary import glossaries
from shared.lexical.word_lists import digest, function_words, lines, meanings

WORDS = Path(word_lists.__file__).parent / "words"
TAKEN = 110
"""Words of the tokenizer's vocabulary a list may take for its own: names ("Schneider") and what English hardly has ("bahn")."""


@pytest.mark.parametrize("name", ["de", "es", "fr", "en", "function"])
def test_every_line_has_both_sides(name: str) -> None:
    for english, terms in lines(name):
        assert english
        assert terms
        assert all(term.strip() for term in terms.split(",")), english
        assert "\t" not in terms
        assert not set(english) & set(";/"), english


@pytest.mark.parametrize("language", ["de", "es", "fr"])
def test_a_list_is_large_and_its_english_is_plain(language: str) -> None:
    words, phrases = meanings(language)
    assert len(words) > 600
    assert len(phrases) > 30
    assert all(english.isascii() and english == english.lower() for english in (*words.values(), *phrases.values()))


def test_few_words_of_english_texts_are_taken_for_another_language() -> None:
    for glossary in glossaries():
        taken = sorted(word for word in english_words() if not is_english(word) and glossary.meaning(word))
        assert len(taken) <= TAKEN, taken


def test_homographs_are_words_of_some_list() -> None:
    """Others would be left behind by a change of the lists: they tell nothing either way, and are noise."""
    assert function_words()["homographs"]
    assert not function_words()["homographs"] & function_words()["en"]


def test_changed_lists_are_new_vectors() -> None:
    """Whoever changes a list raises minilm.VERSION (and WordLlama's) before a release, then writes the lists' new digest here."""
    assert (MINILM_ID, digest()) == ("minilm-l6-int8-v2", "b4c7caa4dae3baec93e0a6165aac09bd")
