"""PURE: the base forms a word may stand for, and the parts of a German compound."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache, lru_cache
from typing import Literal

Language = Literal["de", "es", "fr"]

_SHORTEST = 3  # letters of a compound's part
_PART = 10  # what one more part costs in linking letters
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
                base = written.removesuffix(ending)
                yield from (base, f"{base}er", f"{base}e")  # Angestellte: Angestellter, Pädagogin: Pädagoge


def _spanish(word: str) -> Iterator[str]:
    for singular in dict.fromkeys((word, word.removesuffix("s"), word.removesuffix("es"))):
        yield singular
        if singular.endswith("a"):
            yield from (singular[:-1] + "o", singular[:-1] + "e", singular[:-1])
        yield singular + "o"


_FRENCH_FEMININE = (("trice", "teur"), ("euse", "eur"), ("iere", "ier"), ("ienne", "ien"), ("enne", "en"), ("onne", "on"), ("ive", "if"))


def _french(word: str) -> Iterator[str]:
    for singular in dict.fromkeys((word, word.removesuffix("s"), word.removesuffix("x"))):
        yield singular
        for feminine, masculine in _FRENCH_FEMININE:
            if singular.endswith(feminine):
                yield singular.removesuffix(feminine) + masculine
        if singular.endswith("e"):
            yield singular[:-1]
    if word.endswith("aux"):
        yield word[:-3] + "al"


_COGNATES: dict[Language, tuple[tuple[re.Pattern[str], str], ...]] = {
    "de": (
        (re.compile(r"olog(e|en|in|innen)$"), "ologist"),
        (re.compile(r"ologie$"), "ology"),
        (re.compile(r"graf(en|in|innen)$"), "grapher"),
        (re.compile(r"itat(en)?$"), "ity"),
    ),
    "es": (
        (re.compile(r"olog[oa]s?$"), "ologist"),
        (re.compile(r"ologias?$"), "ology"),
        (re.compile(r"grafias?$"), "graphy"),
        (re.compile(r"cion(es)?$"), "tion"),
        (re.compile(r"idad(es)?$"), "ity"),
    ),
    "fr": (),
}


def cognate(word: str, language: Language) -> str | None:
    """The English of a learned word, by how it ends: "Hydrologin" is a hydrologist."""
    return next((found for ending, english in _COGNATES[language] if (found := ending.sub(english, word)) != word), None)


@lru_cache(65_536)
def stem(word: str) -> str:
    """For words within a phrase, of any of the languages: gender, number and case taken off, roughly."""
    word = re.sub(r"(?<=\w{3})(innen|in)$", "", word)
    for feminine, masculine in _FRENCH_FEMININE:
        if word.removesuffix("s").endswith(feminine):
            word = word.removesuffix("s").removesuffix(feminine) + masculine
    return re.sub(r"(?<=\w{3})(e[nrsm]?|n|s|os|as|a|o)$", "", word)


def parts(word: str, entries: Mapping[str, str], english: Collection[str] = ()) -> tuple[str, ...]:
    """What the fewest entries mean that make up a German compound, in their order, as few linking sounds between them as can be; nothing
    where none do. A key that ends with a hyphen only begins a word, one that starts with it only ends one; all others may stand anywhere.
    English words of four letters and more may stand before the last part.
    """

    @cache
    def best(start: int) -> tuple[int, tuple[str, ...]] | None:
        if start and (last := _meaning_of_last(word[start:], entries)):
            return _PART, (last,)
        found = [
            (_PART + after - end + rest[0], (meaning, *rest[1]))
            for end in range(start + _SHORTEST, len(word) - _SHORTEST + 1)
            for meaning, after in _beginnings(word, start, end, entries, english)
            if (rest := best(after)) is not None
        ]
        return min(found, default=None)

    cheapest = best(0)
    return cheapest[1] if cheapest else ()


def _meaning_of_last(word: str, entries: Mapping[str, str]) -> str | None:
    return next((meaning for form in forms(word, "de") if (meaning := entries.get(f"-{form}") or entries.get(form))), None)


def _beginnings(word: str, start: int, end: int, entries: Mapping[str, str], english: Collection[str]) -> Iterator[tuple[str, int]]:
    """What word[start:end] means, with each place where the next part may start after a linking sound."""
    part = word[start:end]
    meaning = entries.get(f"{part}-") or entries.get(part) or entries.get(f"{part}e")  # Schul-: Schule
    if not meaning and len(part) > _SHORTEST and part in english:
        meaning = part
    if meaning:
        for link in _LINKS:
            if word.startswith(link, end) and end + len(link) <= len(word) - _SHORTEST:
                yield meaning, end + len(link)
