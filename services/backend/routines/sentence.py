"""PURE: what a sentence mentions, and whether each is wished for, to be avoided, allowed all the same, or hurting."""

from __future__ import annotations

import re
import unicodedata

from services.backend.routines.complaints import with_complaints
from services.backend.routines.mentions import Mention, found_in
from services.backend.routines.stances import with_stances
from services.backend.routines.vocabulary import IDIOMS

_SHORT_FORMS = (
    (r"\b(ca|wo|do|does|did|is|are|was|were|have|has|had|would|could|should|must|might|need)n'?t\b", r"\1 not"),
    (r"\bca not\b|\bcannot\b", "can not"),
    (r"\bwo not\b", "will not"),
    (r"\bw/o\b", "without"),
    (r"\bw/", "with "),
    (r"\bi'm\b|\bim\b", "i am"),
    (r"\b(i|we|you|they)'ve\b", r"\1 have"),
    (r"\b(i|we|you|they)'d\b", r"\1 would"),
)
_WRITTEN = tuple((re.compile(pattern), instead) for pattern, instead in _SHORT_FORMS)
_LIKE_ASCII = str.maketrans(
    {"½": " 1/2", "¼": " 1/4", "¾": " 3/4", "—": ", ", "\n": ". ", "•": ". "}
    | dict.fromkeys("’‘ʼ′´`", "'")
    | dict.fromkeys("″“”„", '"')
    | dict.fromkeys("–‒‐‑−", "-")
)


def fold(text: str) -> str:
    """Lower case without accents, short forms written out, quotes and dashes in ASCII, single spaces; punctuation stays."""
    plain = unicodedata.normalize("NFKD", text.translate(_LIKE_ASCII).casefold())
    folded = " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())
    for pattern, instead in _WRITTEN:
        folded = pattern.sub(instead, folded)
    return folded


def mentions(text: str) -> tuple[Mention, ...]:
    """All that folded text mentions, in its order, each with its stance."""
    plain = IDIOMS.sub(lambda idiom: " " * len(idiom.group()), text)
    return tuple(with_stances(plain, with_complaints(plain, found_in(plain))))
