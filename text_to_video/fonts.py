"""Type: faces, what they can draw, how wide text is, and drawing it with tracking, in any script."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any

from text_to_video.font_files import SCRIPT_FONTS, Family, ScriptFont
from text_to_video.glyphs import UNIT, Glyph, Raster, has_glyph, open_font, shape

_NEVER_SHOWN = re.compile("[\u00ad\u200b\u200e\u200f\u2060\ufe0e\ufe0f]|(?<![\u0600-\u08ff\u0900-\u0dff])[\u200c\u200d]")
"""Hints at layout, and joiners but for the scripts they shape: Arabic and those of India."""
_JOINERS = "\u200c\u200d"
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")


@dataclass(frozen=True)
class Face:
    """A family at one size (px) and weight. `tracking` is extra space between letters in em, `axes` what else departs from AXES.

    `language` (BCP 47) chooses among the forms that a font has of one character, as Chinese and Japanese have of many.
    """

    family: Family
    size: int
    weight: int
    tracking: float = 0.0
    axes: tuple[tuple[str, float], ...] = ()
    language: str = ""

    def down_to(self, smallest: int) -> tuple[Face, ...]:
        """This face and smaller ones, in steps of 4 px."""
        return tuple(replace(self, size=size) for size in range(self.size, smallest - 1, -4))

    @cached_property
    def _own(self) -> Any:
        return open_font(self.family, self.size, self.weight, self.axes)

    @cached_property
    def cap_height(self) -> float:
        """Height of a capital, in px."""
        return float(self._own.get_glyph_extents(self._own.get_nominal_glyph(ord("H"))).y_bearing) / UNIT

    def baseline(self, top: float, line: float) -> float:
        """The baseline that centres capitals in a line of this height; whole px, for crisp feet."""
        return round(top + (line + self.cap_height) / 2)

    def visible(self, text: str) -> str:
        """The text as it is set: without what no font can draw (emoji, scripts we have no font for), with a curved apostrophe."""
        plain = _APOSTROPHE.sub("’", _NEVER_SHOWN.sub("", unicodedata.normalize("NFC", text)))
        kept = (c for c in _clusters(plain) if c.isspace() or (not unicodedata.category(c[0]).startswith("M") and _font_of(self, c)))
        return " ".join("".join(kept).split())

    def width(self, text: str) -> float:
        """Advance of the text in px."""
        return self.glyphs(text)[1] / UNIT

    def glyphs(self, text: str, *, rtl: bool | None = None) -> tuple[tuple[Glyph, ...], float]:
        """The glyphs of text of one direction, from left to right, and its advance, in units. `rtl` None: as its script runs."""
        return _set(self, text, rtl)

    def ink(self, text: str, *, rtl: bool | None = None) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of what is drawn, in px from the pen and from the baseline down; zeros where that is nothing."""
        boxes = [(glyph, glyph.font.get_glyph_extents(glyph.number)) for glyph in self.glyphs(text, rtl=rtl)[0]]
        edges = [
            (g.x + box.x_bearing, -g.y - box.y_bearing, g.x + box.x_bearing + box.width, -g.y - box.y_bearing - box.height)
            for g, box in boxes
            if box and box.width
        ]
        if not edges:
            return 0.0, 0.0, 0.0, 0.0
        left, top, right, bottom = zip(*edges, strict=True)
        return min(left) / UNIT, min(top) / UNIT, max(right) / UNIT, max(bottom) / UNIT

    def draw(self, raster: Raster, x: float, baseline: float, text: str, *, rtl: bool | None = None) -> None:
        """Draw text with the pen at `x`, its left end, in px; `rtl` as of `glyphs`."""
        for glyph in self.glyphs(text, rtl=rtl)[0]:
            raster.draw(glyph, x, baseline)


def _clusters(text: str) -> Iterator[str]:
    """Each character with the combining marks and joiners that follow it."""
    cluster = ""
    for char in text:
        if cluster and (char in _JOINERS or unicodedata.category(char) in ("Mn", "Me", "Mc")):
            cluster += char
            continue
        if cluster:
            yield cluster
        cluster = char
    if cluster:
        yield cluster


@dataclass(frozen=True)
class _Font:
    """A font of a face, how far it stands above the baseline in units, and whether it may be tracked: script letters join."""

    font: Any
    rise: float = 0.0
    tracked: bool = True


@lru_cache(maxsize=8192)
def _font_of(face: Face, cluster: str) -> _Font | None:
    """The face's own font, that of the cluster's script, or Inter: the first that has it all."""
    return next((each for each in _fonts(face, ord(cluster[0])) if all(c in _JOINERS or has_glyph(each.font, c) for c in cluster)), None)


def _fonts(face: Face, code: int) -> Iterator[_Font]:
    yield _Font(open_font(face.family, face.size, face.weight, face.axes))
    script = _script_font(code)
    if script:
        yield _Font(open_font(script.family, face.size * script.scale, face.weight), script.rise * face.size * UNIT, tracked=False)
    if face.family != "Inter":
        yield _Font(open_font("Inter", face.size, face.weight))


_FIRST = [font.first for font in SCRIPT_FONTS]


def _script_font(code: int) -> ScriptFont | None:
    found = SCRIPT_FONTS[max(0, bisect_right(_FIRST, code) - 1)]
    return found if found.first <= code <= found.last else None


@lru_cache(maxsize=8192)
def _set(face: Face, text: str, rtl: bool | None) -> tuple[tuple[Glyph, ...], float]:
    """The glyphs of text and its advance, in units. Neighbouring clusters that share a font are shaped together."""
    fonts = groupby(
        _clusters(text), lambda cluster: _font_of(face, cluster) or _Font(open_font(face.family, face.size, face.weight, face.axes))
    )
    runs = [(font, "".join(clusters)) for font, clusters in fonts]
    glyphs: list[Glyph] = []
    x = 0.0
    for font, part in reversed(runs) if rtl else runs:
        tracking = face.tracking * face.size * UNIT if font.tracked else 0.0
        shaped, advance = shape(font.font, part, rtl=rtl, language=face.language, ligatures=not tracking)
        clusters_before = 0
        for i, glyph in enumerate(shaped):
            clusters_before += i > 0 and glyph.cluster != shaped[i - 1].cluster
            glyphs.append(glyph._replace(x=x + glyph.x + tracking * clusters_before, y=glyph.y + font.rise))
        x += advance + tracking * (clusters_before + 1)
    return tuple(glyphs), x - (tracking if runs else 0.0)
