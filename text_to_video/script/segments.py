"""Words where a script writes none apart: Chinese, Japanese and Thai cut into the phrases that captions show at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files

import budoux

from text_to_video.script.alphabets import han_language, is_traditional
from text_to_video.script.base import JOINT
from text_to_video.script.phrases import primary

_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_LONGEST = 10
"""Signs of Japanese that fit a line: a longer phrase, as of compounds in katakana, is cut into words."""
_SHORT_THAI = 8
_NEVER_FIRST = "、。，．・：；？！」』）】〕〉》ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々…‥–—〜～~%％ๆฯ,.:;?!)]}’”"
_NEVER_LAST = "「『（【〔〈《([{‘“$€£¥₹#"
_CHINESE_ENDINGS = "的了吗嗎呢吧们們个個着著过過地得者等"
_LATIN_END, _LATIN_START = re.compile(r"[\w.+#&'’-]$", re.ASCII), re.compile(r"[\w.+#&'’-]", re.ASCII)


def segmented(text: str, language: str) -> str:
    """`text` with a JOINT wherever a line of it may break though there is no space; unchanged where the script has spaces.

    `language`: BCP 47; for another than Chinese, Japanese and Thai the characters themselves tell which of them it is.
    """
    if not _UNSPACED.search(text):
        return text
    key = _key(text, language)
    return " ".join(JOINT.join(_kept_together(_CUTTERS[key](word), key)) if _UNSPACED.search(word) else word for word in text.split(" "))


def _key(text: str, language: str) -> str:
    named = primary(language)
    if named in ("zh", "yue"):
        return "zh-hant" if is_traditional(language) or han_language(text) == "zh-Hant" else "zh"
    if named in _CUTTERS:
        return named
    if re.search(r"[\u0e00-\u0e7f]", text):
        return "th"
    return "ja" if re.search(r"[\u3040-\u30ff]", text) else "zh-hant" if han_language(text) == "zh-Hant" else "zh"


@lru_cache(maxsize=4)
def _parser(model: str) -> budoux.Parser:
    return budoux.Parser(json.loads((files("budoux") / f"models/{model}.json").read_text(encoding="utf-8")))


def _japanese(word: str) -> list[str]:
    """Phrases; the long ones cut into words."""
    parts = _parser("ja").parse(word)
    return [piece for part in parts for piece in (_parser("ja_word").parse(part) if len(part) > _LONGEST else [part])]


def _simplified(word: str) -> list[str]:
    import rjieba  # its dictionary takes 20 MB: only where it is needed

    parts: list[str] = rjieba.cut(word)
    return parts


_CUTTERS: dict[str, Callable[[str], list[str]]] = {
    "ja": _japanese,
    "th": lambda word: _parser("th").parse(word),
    "zh": _simplified,
    "zh-hant": lambda word: _parser("zh-hant").parse(word),
}


def _kept_together(parts: list[str], key: str) -> list[str]:
    """Without breaks that readers do not expect."""
    kept: list[str] = []
    for part in parts:
        if kept and (_never_broken(kept[-1], part) or _belongs[key](kept[-1], part)):
            kept[-1] += part
        else:
            kept.append(part)
    if len(kept) > 1 and len(kept[-1]) == 1:
        kept[-2:] = ["".join(kept[-2:])]
    return kept


def _never_broken(before: str, part: str) -> bool:
    """Before closing marks and small kana, after opening marks, inside a Latin word or a number and before what it counts."""
    if part[0] in _NEVER_FIRST or before[-1] in _NEVER_LAST or before[-1].isdigit() or re.search(r"\d[–—~〜～-]$", before):
        return True
    return bool(_LATIN_END.search(before) and _LATIN_START.match(part))


def _is_hiragana(sign: str) -> bool:
    return "ぁ" <= sign <= "ゟ"


def _in_one_word(before: str, part: str) -> bool:
    return part in _CHINESE_ENDINGS or (len(before) == 1 and before not in _NEVER_FIRST)


_belongs: dict[str, Callable[[str, str], bool]] = {
    "ja": lambda before, part: _is_hiragana(part[0]) and not _is_hiragana(before[-1]),
    "th": lambda before, part: len(before) + len(part) <= _SHORT_THAI,
    "zh": _in_one_word,
    "zh-hant": _in_one_word,
}
"""What else goes with the part before it: endings, and of scripts whose words are short, short words."""
