"""Which writing system a text stands in, whether we can draw it, and which of the languages that share one it is."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

_DRAWN = frozenset(
    "LATIN CYRILLIC GREEK ARABIC HEBREW DEVANAGARI TAMIL THAI CJK HIRAGANA KATAKANA KATAKANA-HIRAGANA HANGUL BOPOMOFO".split()
)
"""Those our fonts have."""
_JAPANESE = ("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA")
_SYLLABLES = frozenset({"CJK", "HANGUL", "BOPOMOFO", *_JAPANESE})
_LETTERS_A_SIGN = 2
"""What a sign for a syllable or a word stands for, so that "APIの設計" counts as Japanese."""
_NAMES = {"CJK": "Chinese", "BOPOMOFO": "Chinese", "HANGUL": "Korean", **dict.fromkeys(_JAPANESE, "Japanese")}
_READ_CHARACTERS = 4000


def alphabet_of(text: str) -> str | None:
    """The name of the writing system that most letters of `text` belong to: "Latin", "Arabic", "Japanese"; None without a letter."""
    letters = _letters(text[:_READ_CHARACTERS])
    for block in _SYLLABLES & letters.keys():
        letters[block] *= _LETTERS_A_SIGN
    kana = sum(letters[block] for block in _JAPANESE)
    if kana > letters["CJK"] / 10:  # no Japanese text goes without them
        letters["HIRAGANA"] += letters.pop("CJK", 0)
    names = Counter[str]()
    for block, count in letters.items():
        names[_NAMES.get(block, block.capitalize())] += count
    return names.most_common(1)[0][0] if names else None


def foreign_alphabet(text: str) -> str | None:
    """The name of the writing system that most of `text` stands in, if no font of ours has it; else None."""
    if text.isascii():
        return None
    letters = _letters(text)
    foreign = Counter({block: count for block, count in letters.items() if block not in _DRAWN})
    return foreign.most_common(1)[0][0].capitalize() if 2 * foreign.total() > letters.total() else None


def _letters(text: str) -> Counter[str]:
    """How many letters of `text` each block has."""
    letters = Counter[str]()
    for sign, count in Counter(unicodedata.normalize("NFKC", text)).items():
        if unicodedata.category(sign) in ("Lu", "Ll", "Lt", "Lo"):
            letters[_block(sign)] += count
    return letters


def _block(letter: str) -> str:
    """The first word of a letter's name: "LATIN" of "LATIN SMALL LETTER A"; of signs like "ª", which alphabets share, Latin."""
    word = unicodedata.name(letter, "UNKNOWN").split()[0]
    return "LATIN" if word in ("FEMININE", "MASCULINE", "MICRO") else word


def is_traditional(language: str) -> bool:
    """Whether a BCP 47 language is Chinese in traditional characters."""
    tag = language.lower()
    return tag.startswith("zh-hant") or tag in ("zh-tw", "zh-hk", "zh-mo", "yue")


def han_language(text: str) -> str:
    """The language whose forms the Chinese characters of `text` should take: "ja", "ko", "zh-Hans", "zh-Hant"; "" if they do not tell.

    Kana and Hangul tell at once. Else each country's old character set does: it holds the characters that are in use there.
    """
    if re.search(r"[\u3041-\u30fa\uff66-\uff9f]", text):
        return "ja"
    if re.search(r"[\u1100-\u11ff\uac00-\ud7a3]", text):
        return "ko"
    han = set(re.findall(r"[\u3400-\u9fff]", text))
    lacking = {language: sum(not _is_in(char, codec) for char in han) for language, codec in _IN_USE.items()}
    simplified, japanese, traditional = lacking["zh-Hans"], lacking["ja"], lacking["zh-Hant"]
    if not (simplified or japanese or traditional):
        return ""
    if simplified < min(japanese, traditional):
        return "zh-Hans"
    long_without_kana = len(han) >= _TELLING and simplified and traditional <= japanese
    return "zh-Hant" if traditional < japanese or long_without_kana else ""


_TELLING = 8
"""So many characters in a row are no Japanese name or title any more."""
_IN_USE = {"zh-Hans": "gb2312", "zh-Hant": "big5", "ja": "shift_jis"}


def _is_in(char: str, codec: str) -> bool:
    try:
        char.encode(codec)
    except UnicodeEncodeError:
        return False
    return True
