"""Japanese as it is read: kana for characters whose reading depends on the words around them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import Any

_PARTICLES = {"は": "ワ", "へ": "エ", "を": "オ"}
"""Written as they were once said."""
_WAVES = frozenset("〜～")
"""Of a range: "600万円〜900万円"."""
_UNITS = str.maketrans({"百": "ヒャク", "千": "セン", "万": "マン", "億": "オク", "兆": "チョウ"})
_KANA = re.compile(r"[\u3041-\u30ff]+")
HAN = re.compile(r"[\u3400-\u9fff々]")


def kana(words: Sequence[str]) -> list[str] | None:
    """The words with kana for what is written otherwise, numbers and Latin words as they are; None unless the extra "japanese" is there."""
    analyser = _analyser()
    if analyser is None:
        return None
    ends = list(accumulate(map(len, words)))
    read = [""] * len(words)
    for morpheme in analyser.tokenize("".join(words)):
        read[min(bisect_right(ends, morpheme.begin()), len(words) - 1)] += _reading(morpheme)
    return [word if word.isascii() else reading for word, reading in zip(words, read, strict=True)]


def _reading(morpheme: Any) -> str:
    surface, reading, kind = str(morpheme.surface()), str(morpheme.reading_form()), str(morpheme.part_of_speech()[0])
    if kind == "助詞" and surface in _PARTICLES:
        return _PARTICLES[surface]
    if kind.endswith("記号"):
        return "カラ" if surface in _WAVES else surface
    if surface[0].isdecimal():  # the analyser would name the digits one by one
        return surface.translate(_UNITS)
    if surface.startswith("私"):  # the analyser reads it as a lady at court would
        return reading.replace("ワタクシ", "ワタシ")
    return reading if _KANA.fullmatch(reading) else HAN.sub("", surface)


@cache
def _analyser() -> Any:
    try:
        import sudachipy
    except ImportError:
        return None
    return sudachipy.Dictionary(dict="small").tokenizer()
