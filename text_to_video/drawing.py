"""Inks of text and of simple shapes with smooth edges. All positions are px of the frame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PIL import Image, ImageDraw

from text_to_video.colour import Rgb
from text_to_video.fonts import Face
from text_to_video.glyphs import Raster
from text_to_video.layout import Line, label_line
from text_to_video.picture import FRAME, Box, Ink

FINE = 4
"""Shapes are drawn this many times larger and then reduced, for smooth edges."""


def lettering(lines: Iterable[Line], face: Face, left: float, top: float, line_height: float, colour: Rgb) -> Ink:
    """Lines of text as one ink; the first line's box starts at (left, top), capitals stand centred in their line.

    Every line's first stroke, not its pen, stands at the edge it is set to: side bearings grow with size and would leave a ragged edge.
    """
    lines = tuple(_flush(line, face) for line in lines)
    box = _text_box(lines, face, left, top, line_height)
    return Ink.through(text_mask(lines, face, box, left, top, line_height), box.x, box.y, colour)


def _flush(line: Line, face: Face) -> Line:
    """Moved by the bearing of its outermost letter: to the left, or to the right where it is set to the right."""
    first, last = line[0], line[-1]
    shift = -face.ink(first.text, rtl=first.rtl)[0] if first.x == 0 else last.width - face.ink(last.text, rtl=last.rtl)[2]
    return tuple(replace(piece, x=piece.x + shift) for piece in line)


def _text_box(lines: tuple[Line, ...], face: Face, left: float, top: float, line_height: float) -> Box:
    right = left + max(line[-1].right for line in lines)
    overhang = 0.4 * face.size
    return Box.around(left - overhang, top - overhang, right + overhang, top + line_height * len(lines) + overhang).meet(FRAME)


def text_mask(lines: tuple[Line, ...], face: Face, box: Box, left: float, top: float, line_height: float) -> Image.Image:
    """An "L" mask of the box's size with these lines."""
    raster = Raster(box.width, box.height)
    for number, line in enumerate(lines):
        baseline = face.baseline(top + number * line_height, line_height) - box.y
        for piece in line:
            face.draw(raster, left + piece.x - box.x, baseline, piece.text, rtl=piece.rtl)
    return raster.mask()


def label(words: str, face: Face, left: float, top: float, line_height: float, colour: Rgb) -> Ink:
    """One line of text whose line box starts at (left, top)."""
    return lettering([label_line(words, face.width)], face, left, top, line_height, colour)


def rounded(left: float, top: float, right: float, bottom: float, radius: float, colour: Rgb, *, border: float = 0) -> Ink:
    """A rounded rectangle, filled or (with `border` px) as an outline."""
    box = Box.around(left, top, right, bottom)
    return Ink.through(rounded_mask(box, (left, top, right, bottom), radius, border=border), box.x, box.y, colour)


def rounded_mask(box: Box, edges: tuple[float, float, float, float], radius: float, *, border: float = 0) -> Image.Image:
    """An "L" mask of the box's size with a rounded rectangle whose left, top, right and bottom edges are `edges`."""
    mask, canvas = fine_canvas(box)
    left, top, right, bottom = ((edge - offset) * FINE for edge, offset in zip(edges, (box.x, box.y) * 2, strict=True))
    canvas.rounded_rectangle((left, top, right - 1, bottom - 1), radius * FINE, fill=255)
    if border:
        inset = border * FINE
        canvas.rounded_rectangle((left + inset, top + inset, right - 1 - inset, bottom - 1 - inset), max(0, radius * FINE - inset), fill=0)
    return mask.reduce(FINE)


def fine_canvas(box: Box) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """An "L" mask for the box, FINE times larger, to be reduced once drawn."""
    mask = Image.new("L", (box.width * FINE, box.height * FINE))
    return mask, ImageDraw.Draw(mask)
