"""In which order mixed left-to-right and right-to-left text stands on a line: Unicode's bidirectional algorithm.

Source: Unicode Standard Annex #9, without what our clean text cannot hold: embeddings, overrides, isolates and paragraph breaks.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

_PAIRS = dict(zip("([{«‹（［｛「『【〈《〔", ")]}»›）］｝」』】〉》〕", strict=True))
_BRACKETS = {opening: closing for opening, closing in _PAIRS.items() if opening not in "«‹"}
"""Quotation marks are mirrored but, unlike brackets, not paired by the algorithm."""
_DEEPEST = 63  # BD16


class Run(NamedTuple):
    """Characters `start` to `end` of a line, which read in one direction."""

    start: int
    end: int
    rtl: bool


def has_rtl(text: str) -> bool:
    """Whether a letter or number of `text` reads from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in text)


def leans_rtl(text: str) -> bool:
    """Whether most letters of `text` are of a script written from right to left."""
    if text.isascii():
        return False
    strong = [c in ("R", "AL") for c in map(unicodedata.bidirectional, text) if c in ("L", "R", "AL")]
    return 2 * sum(strong) > len(strong)


def visual_runs(level_of: Sequence[int]) -> list[Run]:
    """The runs of one line from left to right (rule L2), by the levels of its characters."""
    runs: list[tuple[int, int, int]] = []
    for level, places in groupby(range(len(level_of)), key=level_of.__getitem__):
        indices = list(places)
        runs.append((indices[0], indices[-1] + 1, level))
    for least in range(max(level_of, default=0), 0, -1):
        runs = _reversed(runs, least)
    return [Run(start, end, rtl=level % 2 == 1) for start, end, level in runs]


def _reversed(runs: list[tuple[int, int, int]], least: int) -> list[tuple[int, int, int]]:
    """With every stretch of levels from `least` up turned round."""
    turned: list[tuple[int, int, int]] = []
    for is_deep, stretch in groupby(runs, key=lambda run: run[2] >= least):
        level_runs = list(stretch)
        turned += reversed(level_runs) if is_deep else level_runs
    return turned


def levels(text: str, *, rtl: bool) -> list[int]:
    """The embedding level of every character in a paragraph whose own direction is `rtl`; odd ones run from right to left."""
    kinds = [unicodedata.bidirectional(c) or "L" for c in text]
    seen = [i for i, kind in enumerate(kinds) if kind != "BN"]
    own = "R" if rtl else "L"
    resolved = _neutrals([text[i] for i in seen], _weak([kinds[i] for i in seen], own), own)
    base = int(rtl)
    found = dict(zip(seen, (_level(kind, base) for kind in resolved), strict=True))
    for i in range(len(text.rstrip()), len(text)):  # L1
        found[i] = base
    level, filled = base, []
    for i in range(len(text)):  # what is ignored goes with what stands before it
        level = found.get(i, level)
        filled.append(level)
    return filled


def _level(kind: str, base: int) -> int:
    """Rules I1 and I2."""
    if base % 2:
        return base + (kind != "R")
    return base + {"L": 0, "R": 1}.get(kind, 2)


def _weak(kinds: list[str], own: str) -> list[str]:
    """Rules W1–W7: marks, numbers and what belongs to numbers."""
    out: list[str] = []
    strong = before = own
    for kind in kinds:
        kind = before if kind == "NSM" else kind  # W1
        kind = "AN" if kind == "EN" and strong == "AL" else kind  # W2
        strong = kind if kind in ("L", "R", "AL") else strong
        before = kind
        out.append("R" if kind == "AL" else kind)  # W3
    for i in range(1, len(out) - 1):
        around = out[i - 1], out[i + 1]
        if (out[i] in ("ES", "CS") and around == ("EN", "EN")) or (out[i] == "CS" and around == ("AN", "AN")):  # W4
            out[i] = around[0]
    for start, end in _stretches(out, frozenset({"ET"})):  # W5
        if "EN" in (*out[start - 1 : start], *out[end : end + 1]):
            out[start:end] = ["EN"] * (end - start)
    out = ["ON" if kind in ("ES", "ET", "CS") else kind for kind in out]  # W6
    strong = own
    for i, kind in enumerate(out):  # W7
        strong = kind if kind in ("L", "R") else strong
        out[i] = "L" if kind == "EN" and strong == "L" else kind
    return out


def _stretches(kinds: list[str], of: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Start and end of every stretch of these kinds, from what they are when it is reached."""
    i = 0
    while i < len(kinds):
        end = i
        while end < len(kinds) and kinds[end] in of:
            end += 1
        if end > i:
            yield i, end
        i = max(end, i + 1)


def _neutrals(text: list[str], kinds: list[str], own: str) -> list[str]:
    """Rules N0–N2: brackets, then spaces and punctuation, take the direction of what is around them."""
    for opening, closing in _bracket_pairs(text, kinds):
        inside = {_strong(kind) for kind in kinds[opening + 1 : closing]} - {None}
        if own in inside:
            kinds[opening] = kinds[closing] = own
        elif inside:
            kinds[opening] = kinds[closing] = next((s for kind in reversed(kinds[:opening]) if (s := _strong(kind))), own)
    for start, end in list(_stretches(kinds, _NEUTRAL)):
        before = _strong(kinds[start - 1]) if start else own
        after = _strong(kinds[end]) if end < len(kinds) else own
        kinds[start:end] = [before if before == after and before else own] * (end - start)
    return kinds


_NEUTRAL = frozenset({"ON", "WS", "S", "B", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def _strong(kind: str) -> str | None:
    """Numbers count as right to left here."""
    return "R" if kind in ("R", "EN", "AN") else "L" if kind == "L" else None


def _bracket_pairs(text: list[str], kinds: list[str]) -> list[tuple[int, int]]:
    """BD16: indices of brackets that belong together, by the opening one."""
    pairs: list[tuple[int, int]] = []
    open_: list[tuple[str, int]] = []
    for i, (char, kind) in enumerate(zip(text, kinds, strict=True)):
        if kind != "ON":
            continue
        if char in _BRACKETS:
            if len(open_) == _DEEPEST:
                break
            open_.append((_BRACKETS[char], i))
        depth = next((d for d in range(len(open_) - 1, -1, -1) if open_[d][0] == char), None)
        if depth is not None:
            pairs.append((open_[depth][1], i))
            del open_[depth:]
    return sorted(pairs)
