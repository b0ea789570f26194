"""PURE: the terms by which texts are found: stems of words, pairs of CJK characters, and letters three by three."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from Stemmer import Stemmer  # type: ignore[import-not-found]

from shared.lexical.english import told, written_out
from shared.lexical.plain import plain_words, without_gender
from shared.lexical.word_lists import function_words

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
_TITLE = 30  # words at most: longer texts have no short forms of titles
_stemmer = Stemmer("english")
# Of all languages: stemmers of their own were no better once terms are English as well (docs/search.md).


def terms(text: str) -> list[str]:
    """The terms of a text, in order, repeated as often as they stand there: its own, and those of its English that are not among them.
    Function words are left out unless there is nothing else."""
    text = without_gender(text)
    own = plain_words(text)
    glossary = told(own)
    english = plain_words(written_out(glossary.translated(text) if glossary else text)) if glossary or len(own) <= _TITLE else []
    found = _terms(own)
    known = set(found)
    return found + [term for term in _terms(english) if term not in known]


def _terms(words: Sequence[str]) -> list[str]:
    return [term for word in words if word not in _unsaid() for term in _of_word(word)] or [
        term for word in words for term in _of_word(word)
    ]


@lru_cache(65_536)
def _of_word(word: str) -> tuple[str, ...]:
    if not _CJK.search(word):
        return (_stemmer.stemWord(word),)
    runs: list[str] = _CJK.findall(word)
    return tuple(pair for run in runs for pair in ([run] if len(run) < 3 else map("".join, pairwise(run))))


def trigrams(text: str) -> set[str]:
    """Three letters each of every word, with a space before and after it."""
    padded = (f" {word} " for word in plain_words(text))
    return {word[start : start + 3] for word in padded for start in range(len(word) - 2)}


@lru_cache(1)
def _unsaid() -> frozenset[str]:
    lists = function_words()
    return lists["en"] | lists["de"] | lists["es"] | lists["fr"]
