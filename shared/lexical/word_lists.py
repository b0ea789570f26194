"""The hand-written word lists, as they lie in words/."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from shared.fingerprint import content_hash
from shared.lexical.forms import stem
from shared.lexical.plain import fold, plain_words

_FOLDER = Path(__file__).parent / "words"
_LANGUAGES = ("de", "es", "fr")
_LISTS = (*_LANGUAGES, "en", "function")

Meanings = tuple[dict[str, str], dict[str, str]]
"""English by folded word, and by phrase: the stems of its words, a space between them."""


@cache
def digest() -> str:
    """Of all lists: what was made with them is out of date once they change."""
    return content_hash(*((_FOLDER / f"{name}.txt").read_text("utf-8") for name in _LISTS))


@cache
def function_words() -> Mapping[str, frozenset[str]]:
    """By language; under "homographs" the words of the lists that are English words, too."""
    return {language: frozenset(map(fold, words.split())) for language, words in lines("function")}


@cache
def meanings(language: str) -> Meanings:
    """Of two lines that explain one word the first counts."""
    words: dict[str, str] = {}
    phrases: dict[str, str] = {}
    for english, terms in lines(language):
        for term in terms.split(","):
            folded = [fold(part) for part in re.split(r"(?<=\w)[\s'’-]+(?=\w)", term.strip())]
            if len(folded) > 1:
                phrases.setdefault(" ".join(map(stem, folded)), english)
            else:
                words.setdefault(folded[0], english)
                words.setdefault(folded[0].strip("-"), english)
    return words, phrases


@cache
def english_words() -> frozenset[str]:
    """All of the lists' English sides, function words and homographs."""
    sides = (english for language in _LANGUAGES for english, _ in lines(language))
    return frozenset(plain_words(" ".join(sides))) | function_words()["en"] | function_words()["homographs"]


def lines(name: str) -> Iterator[tuple[str, str]]:
    """What stands before the colon of each line of a list, and what after it."""
    for line in (_FOLDER / f"{name}.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            before, _, after = line.partition(":")
            yield before.strip(), after.strip()
