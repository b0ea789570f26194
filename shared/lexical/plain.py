"""PURE: text brought to plain words: case and accents folded, marks of gender taken away."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TITLE = 200  # characters
_OF_ALL_GENDERS = re.compile(  # (m/w/d), f/m/x, (all genders)
    r"[(\[]?(?<![\w/])(?:[mwfdxh*]\s?[/|]\s?[mwfdxh*](?:\s?[/|]\s?(?:div|[mwfdxhi*]))?|mwd|gn|all genders|alle geschlechter)"
    r"(?![\w/])[)\]]?",
    re.IGNORECASE,
)
_EITHER_GENDER = re.compile(  # Entwickler/in, Entwickler*innen, Kaufmann/-frau, enfermero/a, técnico(a), vendeur/euse, employé·e
    r"(?<=[^\W\d_]{3})(?:/-?|[*:_·]|\()-?(?:innen|in|frau|as?|os?|or(?:as?|es)|ras?|es?|ne|ère|ière|rice|trice|euse)\b\)?", re.IGNORECASE
)
_CAPITAL_IN = re.compile(r"(?<=[a-zß]{2}[rtlnsg])In(?:nen)?\b(?<!LinkedIn)")  # EntwicklerIn
_AT = re.compile(r"(?<=[^\W\d_]{2})@(?=s?(?:\W|$))")  # técnic@
_HYPHEN = re.compile(r"(?<=\w)[-‐‑]")
_ELISION = re.compile(r"(?<![^\W_])([dl])['’](?=[^\W_])", re.IGNORECASE)
WORD = re.compile(r"\.?[^\W_]+[+#]*(?:['’][^\W_]+)?|&")
""""C++", "C#" and ".NET" are words, too."""


@lru_cache(65_536)
def fold(word: str) -> str:
    """Case and accents taken away: "Ärztin" → "arztin", "Straße" → "strasse"."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if unicodedata.category(c) != "Mn"))


def without_gender(text: str) -> str:
    """Marks of gender taken away where titles have them, at the beginning: "Entwickler/in (m/w/d)" → "Entwickler"."""
    title = _OF_ALL_GENDERS.sub(" ", text[:_TITLE])
    return _CAPITAL_IN.sub("", _AT.sub("o", _EITHER_GENDER.sub("", title))).strip() + text[_TITLE:]


def parted(text: str) -> str:
    """What is joined by a hyphen or an elision stands apart: "LKW-Fahrer", "agent d'accueil"."""
    return _ELISION.sub(r"\1 ", _HYPHEN.sub(" ", text))


def plain_words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return [fold(word) for word in WORD.findall(parted(text))]
