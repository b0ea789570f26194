"""Which alphabet a text is written in, and whether our voices and fonts know it."""

from __future__ import annotations

import unicodedata
from collections import Counter

_KNOWN = frozenset({"LATIN", "CYRILLIC", "GREEK"})
_NAMES = {"CJK": "Chinese", "HANGUL": "Korean", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "BOPOMOFO": "Chinese"}
_LETTERS_A_SIGN = 2
"""What a sign for a syllable or a word stands for, so that "APIの設計" counts as Japanese."""


def foreign_alphabet(text: str) -> str | None:
    """The name of the writing system that most of `text` stands in, if our fonts lack it and our voices spell it; else None."""
    if text.isascii():
        return None
    signs = Counter(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) in ("Lu", "Ll", "Lt", "Lo"))
    letters = Counter[str]()
    for sign, count in signs.items():
        letters[_alphabet(sign)] += count * (_LETTERS_A_SIGN if _alphabet(sign) in _NAMES else 1)
    foreign = Counter({alphabet: count for alphabet, count in letters.items() if alphabet not in _KNOWN})
    if 2 * foreign.total() <= letters.total() or not foreign:
        return None
    if foreign["HIRAGANA"] + foreign["KATAKANA"] > foreign["CJK"] / 10:  # no Japanese text goes without them
        return "Japanese"
    return _name(foreign.most_common(1)[0][0])


def _alphabet(letter: str) -> str:
    """The first word of a letter's name: "LATIN" of "LATIN SMALL LETTER A"; of signs like "ª", which alphabets share, Latin."""
    word = unicodedata.name(letter, "UNKNOWN").split()[0]
    return "LATIN" if word in ("FEMININE", "MASCULINE", "MICRO") else word


def _name(alphabet: str) -> str:
    return _NAMES.get(alphabet, alphabet.capitalize())
