"""Caption pages as ink: all words of a page at once, and for every word what marks it while it is spoken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

from text_to_video.drawing import rounded, text_mask
from text_to_video.layout import CAPTIONS_TOP, MAX_LINES, Line, Piece, balanced, set_lines, shortened
from text_to_video.picture import Box, Ink
from text_to_video.templates.base import Captions

TOP = round(CAPTIONS_TOP) + 12


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
    visible = _visible(style, words)
    shown = [word for word in visible if word]
    if not shown:
        return None
    kept = shortened(shown, lambda some: len(_lines(style, some, set_lines)) <= MAX_LINES)
    lines = _lines(style, kept, balanced)
    box = Box.around(style.left - 16, TOP - 4, style.right + 16, TOP + style.pitch * len(lines) + 16)
    mask = text_mask(lines, style.face, box, style.left, TOP, style.pitch)
    bright = Ink.through(mask, box.x, box.y, style.marked)
    marks: list[list[Marked]] = [[] for _ in words]
    indices = [index for index, word in enumerate(visible) if word]
    for number, line in enumerate(lines):
        for piece in line:
            marks[indices[piece.word]].append(_marked(style, piece, TOP + number * style.pitch, bright))
    return PageArt(Ink.through(mask, box.x, box.y, style.ink), tuple(map(tuple, marks)))


def _visible(style: Captions, words: Sequence[str]) -> list[str]:
    return [style.face.visible(word) for word in words]


def _lines(style: Captions, words: Sequence[str], setter: Callable[..., tuple[Line, ...]]) -> tuple[Line, ...]:
    return setter([word for word in words if word], style.right - style.left, style.face.width, style.space)


def _marked(style: Captions, piece: Piece, top: float, bright: Ink) -> Marked:
    left, right = style.left + piece.x, style.left + piece.right
    shapes = _shapes(style, left, right, top)
    word = bright.within(Box.around(left - 3, top, right + 3, top + style.pitch))
    return Marked(reduce(Box.join, [shape.box for shape in shapes], word.box), (*shapes, word))


def _shapes(style: Captions, left: float, right: float, top: float) -> tuple[Ink, ...]:
    size, baseline = style.face.size, style.face.baseline(top, style.pitch)
    if style.mark == "underline":
        line = round(baseline + 0.13 * size)
        return (rounded(left, line, right, line + 4, 0, style.mark_colour),)
    pad, height = 0.18 * size, 1.18 * size
    middle = baseline - style.face.cap_height / 2 + 0.03 * size
    radius = min(style.radius, height / 2, (right - left) / 2 + pad)
    box = rounded(left - pad, middle - height / 2, right + pad, middle + height / 2, radius, style.mark_colour)
    if style.mark == "box":
        return (box,)
    # Yellow on paper is hardly darker than paper: the stroke is for eyes that tell brightness better than hue.
    bottom = round(middle + height / 2)
    return box, rounded(left - pad, bottom - 5, right + pad, bottom, 0, style.ink)
