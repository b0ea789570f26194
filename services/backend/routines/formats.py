"""PURE: the shape of the picture a sentence asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.schemas.routines import RoutineFormat

_NOT = r"(?P<turned>(?:not|no|nicht|kein) (?:in |a |im )?)?"
_WORDS: dict[RoutineFormat, str] = {
    "vertical": r"(?:vertical(?:ly)?|vertikal)(?! (?:jumps?|leaps?|press\w*|rows?|pulls?|push\w*))|portrait|hochkant|hochformat"
    r"|upright video|9:16|(?:for|on) (?:my )?(?:phone|tiktok)",
    "square": r"square(?! (?:one|shoulders?|off|hips?|up|dance|stance|met\w+|feet|foot|m\b|your))|quadrat\w*|cuadrad[oa]|1:1",
}
_SHAPE = re.compile(rf"\b{_NOT}(?:{'|'.join(f'(?P<{name}>{words})' for name, words in _WORDS.items())})(?!\w)")
_WIDE = re.compile(r"\b(?:landscape|horizontal|querformat|16:9|wide ?screen|apaisado)\b(?! (?:row|press|pull|push|abduction))")


@dataclass(frozen=True)
class Shape:
    format: RoutineFormat
    note: str | None = None


def shape_of(text: str) -> Shape | None:
    """What folded text asks for; None: nothing, or both."""
    asked = {_asked(match) for match in _SHAPE.finditer(text)}
    if len(asked) == 1:
        return Shape(asked.pop())
    if not asked and _WIDE.search(text):
        return Shape("vertical", "format: there is vertical and square, nothing wide")
    return None


def _asked(match: re.Match[str]) -> RoutineFormat:
    square = bool(match["square"]) != bool(match["turned"])
    return "square" if square else "vertical"
