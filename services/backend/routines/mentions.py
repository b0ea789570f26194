"""PURE: what a sentence mentions, before anything is made of how."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from services.backend.routines import vocabulary
from services.backend.routines.vocabulary import Kind

Stance = Literal["wished", "avoided", "allowed", "lacked", "denied"]
"""`lacked`: there is none of it ("I have no dumbbells"). `denied`: a complaint that somebody has not ("not pregnant")."""

_ENDS = r"(?!(?!schmerz|problem|verletz|weh|beschwerd)\w)"
"""Of a word, or of the first of a German compound that tells of a complaint."""


@dataclass(frozen=True)
class Mention:
    """`value`: what it is called here. `hurts`: an area somebody complains of. `cue`: the words that turned it, "" for none."""

    start: int
    end: int
    kind: Kind
    value: str
    stance: Stance = "wished"
    hurts: bool = False
    cue: str = ""


def found_in(text: str) -> list[Mention]:
    """Habits and places may stand within others, of the rest the first and longest counts."""
    everything = sorted((each for kind in _patterns() for each in _of_kind(text, kind)), key=lambda each: (each.start, -each.end))
    taken: list[Mention] = []
    end = 0
    for each in everything:
        aside = each.kind == "habit" or each.value == "place"
        if aside or each.start >= end:
            taken.append(each)
            end = end if aside else each.end
    return taken


def _of_kind(text: str, kind: Kind) -> Iterator[Mention]:
    for value, pattern in _patterns()[kind]:
        for match in pattern.finditer(text):
            yield Mention(match.start(), match.end(), kind, value)


@cache
def _patterns() -> dict[Kind, list[tuple[str, re.Pattern[str]]]]:
    habits = {"|".join(parts): pattern for parts, pattern in vocabulary.HABITS.items()}
    tables: dict[Kind, dict[str, str]] = {
        "condition": dict(vocabulary.CONDITIONS),
        "care": dict(vocabulary.CARE),
        "movement": dict(vocabulary.MOVEMENTS),
        "equipment": dict(vocabulary.EQUIPMENT),
        "bare": dict(vocabulary.BARE),
        "area": dict(vocabulary.AREAS),
        "habit": habits,
        "goal": {str(name): pattern for name, pattern in vocabulary.GOALS.items()},
    }
    return {kind: [(value, re.compile(rf"(?<!\w)(?:{words}){_ENDS}")) for value, words in table.items()] for kind, table in tables.items()}
