"""Caption pages as ink: all words of a page at once, and for every word what marks it while it is spoken."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import groupby

from text_to_video.drawing import rounded, text_mask
from text_to_video.layout import MAX_LINES, Line, balanced, set_lines, shortened
from text_to_video.picture import Box, Ink
from text_to_video.script.alphabets import han_language
from text_to_video.script.base import JOINT
from text_to_video.templates.base import Captions


@dataclass(frozen=True)
class Marked:
    """One spoken word (or its part on a line): what to restore of the page, then what to draw there, in order."""

    box: Box
    inks: tuple[Ink, ...]


@dataclass(frozen=True)
class PageArt:
    """`marks[i]` belongs to word i of the page; it is empty where no font can draw the word."""

    plain: Ink
    marks: tuple[tuple[Marked, ...], ...]


def fits(style: Captions) -> Callable[[Sequence[str]], bool]:
    """Whether words fill no more than a caption page: three lines."""
    return lambda words: len(_lines(style, _visible(style, words), set_lines)) <= MAX_LINES


def page_art(style: Captions, words: Sequence[str]) -> PageArt | None:
    """The page of these words; None when no font can draw any of them."""
    style = replace(style, face=replace(style.face, language=han_language("".join(words))))
    visible = _visible(style, words)
    shown = [word for word in visible if word]
    if not shown:
        return None
    kept = shortened(shown, lambda some: len(_lines(style, some, set_lines)) <= MAX_LINES)
    lines = _lines(style, kept, balanced)
    box = Box.around(style.left - 16, style.top - 8, style.right + 16, style.top + style.pitch * len(lines) + 16)
    mask = text_mask(lines, style.face, box, style.left, style.top, style.pitch)
    bright = Ink.through(mask, box.x, box.y, style.marked)
    marks: list[list[Marked]] = [[] for _ in words]
    indices = [index for index, word in enumerate(visible) if word]
    reach = _reach(style, shown)
    for number, line in enumerate(lines):
        for word, spot in _spots(style, line, style.top + number * style.pitch):
            marks[indices[word]].append(_marked(style, spot, reach, bright))
    return PageArt(Ink.through(mask, box.x, box.y, style.ink), tuple(map(tuple, marks)))


def _visible(style: Captions, words: Sequence[str]) -> list[str]:
    """The words as they are set; a JOINT stays at its word."""
    shown = [style.face.visible(word) for word in words]
    return [word + JOINT if word and whole.endswith(JOINT) else word for word, whole in zip(shown, words, strict=True)]


def _lines(style: Captions, words: Sequence[str], setter: Callable[..., tuple[Line, ...]]) -> tuple[Line, ...]:
    return setter([word for word in words if word], style.right - style.left, style.face.width, style.space, rtl=style.rtl)


@dataclass(frozen=True)
class _Spot:
    """Where a word stands on its line, and how far its mark may reach out to both sides; px of the frame."""

    left: float
    right: float
    top: float
    room: tuple[float, float]


def _spots(style: Captions, line: Line, top: float) -> Iterator[tuple[int, _Spot]]:
    """Each word of the line with its spot. A mark takes less than the gap to a neighbour, and next to nothing of none."""
    parts = [list(pieces) for _, pieces in groupby(line, key=lambda piece: piece.word)]
    edges = [-math.inf, *(edge for part in parts for edge in (part[0].x, part[-1].right)), math.inf]
    for number, part in enumerate(parts):
        gaps = part[0].x - edges[2 * number], edges[2 * number + 3] - part[-1].right
        before, after = (min(_PAD * style.face.size, 0.65 * gap + 1) for gap in gaps)
        yield part[0].word, _Spot(style.left + part[0].x, style.left + part[-1].right, top, (before, after))


_PAD = 0.18
"""What a mark adds to a word on either side, in em."""


def _reach(style: Captions, words: Sequence[str]) -> tuple[float, float]:
    """How far marks reach above and below the baseline, in px: alike on a page, and enough for scripts that stand high or hang low."""
    size = style.face.size
    middle = style.face.cap_height / 2 - 0.03 * size
    boxes = [style.face.ink(word.rstrip(JOINT)) for word in words]
    above, below = max(-top for _, top, _, _ in boxes), max(bottom for _, _, _, bottom in boxes)
    return max(middle + 0.59 * size, above + 0.03 * size), max(0.59 * size - middle, below + 0.05 * size)


def _marked(style: Captions, spot: _Spot, reach: tuple[float, float], bright: Ink) -> Marked:
    shapes = _shapes(style, spot, reach)
    baseline = style.face.baseline(spot.top, style.pitch)
    before, after = (min(3, reach_out - 1) for reach_out in spot.room)
    word = bright.within(Box.around(spot.left - before, baseline - reach[0], spot.right + after, baseline + reach[1]))
    return Marked(reduce(Box.join, [shape.box for shape in shapes], word.box), (*shapes, word))


def _shapes(style: Captions, spot: _Spot, reach: tuple[float, float]) -> tuple[Ink, ...]:
    size, baseline = style.face.size, style.face.baseline(spot.top, style.pitch)
    if style.mark == "underline":
        line = round(baseline + max(0.13 * size, reach[1] - 0.13 * size))
        return (rounded(spot.left, line, spot.right, line + 6, 0, style.mark_colour),)
    left, right = spot.left - spot.room[0], spot.right + spot.room[1]
    top, bottom = baseline - reach[0], baseline + reach[1]
    radius = min(style.radius, (bottom - top) / 2, (right - left) / 2)
    box = rounded(left, top, right, bottom, radius, style.mark_colour)
    if style.mark == "box":
        return (box,)
    # Yellow on paper is hardly darker than paper: the stroke is for eyes that tell brightness better than hue.
    bottom = round(bottom)
    return box, rounded(left, bottom - 5, right, bottom, 0, style.ink)
