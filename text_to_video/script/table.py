"""What a writer makes of many postings, as one table: what was found, how long it is, what was refused and why."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from shared.schemas.reels import ReelBrief
from text_to_video.script.base import Script, weight
from text_to_video.script.claims import Source, inventions
from text_to_video.script.phrases import phrases_for

_PERCENTILES = (10, 50, 90)
_WHOLE = 3
"""Duties that a script should tell."""


@dataclass(frozen=True)
class Row:
    """One posting: its script with the seconds it takes to say, or the code of the refusal. `invented`: what the posting does not state."""

    name: str
    script: Script | None = None
    seconds: float = 0.0
    refusal: str | None = None
    invented: tuple[str, ...] = ()


def row_of(name: str, brief: ReelBrief, script: Script, seconds: float) -> Row:
    source = Source.of(brief, script.language)
    said = (problem for line in script.lines for problem in inventions(line.text, source))
    return Row(name, script, seconds, invented=tuple(said))


@dataclass(frozen=True)
class Spread:
    p10: float
    p50: float
    p90: float


@dataclass(frozen=True)
class Table:
    """Shares are of the scripts, from 0 to 1. `in_time`: said in 20–40 s."""

    postings: int
    scripts: int
    refused: dict[str, int]
    languages: dict[str, int]
    own_hook: float
    a_duty: float
    three_duties: float
    requirement: float
    place: float
    pay: float
    in_time: float
    inventing: int
    words: Spread
    seconds: Spread

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def table(rows: Sequence[Row], within_s: tuple[float, float]) -> Table:
    """PURE."""
    written = [row for row in rows if row.script]
    scripts = [row.script for row in rows if row.script]

    def share(holds: Callable[[Script], bool]) -> float:
        return sum(map(holds, scripts)) / max(1, len(scripts))

    shortest, longest = within_s
    return Table(
        postings=len(rows),
        scripts=len(scripts),
        refused=dict(Counter(row.refusal for row in rows if row.refusal).most_common()),
        languages=dict(Counter(script.language for script in scripts).most_common()),
        own_hook=share(_has_own_hook),
        a_duty=share(lambda script: _count(script, "duty") > 0),
        three_duties=share(lambda script: _count(script, "duty") >= _WHOLE),
        requirement=share(lambda script: _count(script, "requirement") > 0),
        place=share(lambda script: _count(script, "place") > 0),
        pay=share(lambda script: _count(script, "pay") > 0),
        in_time=sum(shortest <= row.seconds <= longest for row in written) / max(1, len(written)),
        inventing=sum(bool(row.invented) for row in rows),
        words=_spread([weight(script.text) for script in scripts]),
        seconds=_spread([row.seconds for row in written]),
    )


def _count(script: Script, role: str) -> int:
    return sum(line.role == role for line in script.lines)


def _has_own_hook(script: Script) -> bool:
    """Whether it opens with something of the posting, not with the question that fits every job."""
    hook = next((line.text for line in script.lines if line.role == "hook"), "")
    return hook not in ("", phrases_for(script.language).hook)


def _spread(values: Sequence[float]) -> Spread:
    """Percentiles by nearest rank; zeros of nothing."""
    ordered = sorted(values) or [0.0]
    p10, p50, p90 = (round(ordered[max(0, math.ceil(p / 100 * len(ordered)) - 1)], 1) for p in _PERCENTILES)
    return Spread(p10, p50, p90)
