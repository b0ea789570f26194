"""PURE: the base forms a word may stand for, and the parts of a German compound."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Literal

Language = Literal["de", "es", "fr"]

_SHORTEST = 3  # letters of a compound's part
_LINKS = ("", "s", "n", "en", "es", "er", "e")


def forms(word: str, language: Language) -> Iterator[str]:
    """The folded word as it is, then base forms it may stand for, likeliest first. Words of three letters have none."""
    yield word
    if len(word) > 3:
        yield from {"de": _german, "es": _spanish, "fr": _french}[language](word)


def _german(word: str) -> Iterator[str]:
    for written in dict.fromkeys((word, word.replace("ae", "a").replace("oe", "o").replace("ue", "u"))):
        yield written
        for ending in ("innen", "in", "n", "en", "s", "es", "e", "er", "em", "ern"):
            if written.endswith(ending) and len(written) - len(ending) >= 4:
                yield written.removesuffix(ending)
                yield written.removesuffix(ending) + "er"  # Angestellte: Angestellter


def _spanish(word: str) -> Iterator[str]:
    for singular in dict.fromkeys((word, word.removesuffix("s"), word.removesuffix("es"))):
        yield singular
        if singular.endswith("a"):
            yield from (singular[:-1] + "o", singular[:-1] + "e", singular[:-1])
        yield singular + "o"


_FRENCH_FEMININE = (("trice", "teur"), ("euse", "eur"), ("iere", "ier"), ("ienne", "ien"), ("enne", "en"), ("onne", "on"), ("ive", "if"))


def _french(word: str) -> Iterator[str]:
    elided = re.sub(r"^[ldjnsmt]['’]", "", word)
    for singular in dict.fromkeys((elided, elided.removesuffix("s"), elided.removesuffix("x"))):
        yield singular
        for feminine, masculine in _FRENCH_FEMININE:
            if singular.endswith(feminine):
                yield singular.removesuffix(feminine) + masculine
        if singular.endswith("e"):
            yield singular[:-1]
        if singular.endswith("aux"):
            yield singular[:-3] + "al"
    if elided.endswith("aux"):
        yield elided[:-3] + "al"


def stem(word: str) -> str:
    """For words within a phrase, of any of the languages: gender, number and case taken off, roughly."""
    word = re.sub(r"(?<=\w{3})(innen|in)$", "", word)
    return re.sub(r"(?<=\w{3})(e[nrsm]?|n|s|os|as|a|o)$", "", word)


def parts(word: str, entries: Mapping[str, str]) -> list[str] | None:
    """What the fewest entries mean that make up a German compound, in their order; None where none do.

    A key that ends with a hyphen only begins a word, one that starts with it only ends one; all others may stand anywhere.
    """

    @cache
    def best(start: int) -> tuple[str, ...] | None:
        if start and (last := _meaning_of_last(word[start:], entries)):
            return (last,)
        found = [
            (meaning, *rest)
            for end in range(start + _SHORTEST, len(word) - _SHORTEST + 1)
            for meaning, after in _beginnings(word, start, end, entries)
            if (rest := best(after)) is not None
        ]
        return min(found, key=len, default=None)

    fewest = best(0)
    return list(fewest) if fewest else None


def _meaning_of_last(word: str, entries: Mapping[str, str]) -> str | None:
    return next((meaning for form in forms(word, "de") if (meaning := entries.get(f"-{form}") or entries.get(form))), None)


def _beginnings(word: str, start: int, end: int, entries: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """What word[start:end] means, with each place where the next part may start after a linking sound."""
    part = word[start:end]
    meaning = entries.get(f"{part}-") or entries.get(part) or entries.get(f"{part}e")  # Schul-: Schule
    if meaning:
        for link in _LINKS:
            if word.startswith(link, end) and end + len(link) <= len(word) - _SHORTEST:
                yield meaning, end + len(link)
