"""Type: variable fonts from packages, their glyph coverage, widths and drawing with tracking."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Literal

import fontpkg_archivo
import fontpkg_bricolage_grotesque
import fontpkg_fraunces
import fontpkg_inter
import fontpkg_jetbrains_mono
import fontpkg_space_grotesk
from PIL import ImageDraw, ImageFont

Family = Literal["Archivo", "Bricolage Grotesque", "Fraunces", "Inter", "JetBrains Mono", "Space Grotesk"]

FILES: dict[Family, Path] = {
    "Archivo": fontpkg_archivo.ROOT / "files/Archivo[wdth,wght].ttf",
    "Bricolage Grotesque": fontpkg_bricolage_grotesque.ROOT / "files/BricolageGrotesque[opsz,wdth,wght].ttf",
    "Fraunces": fontpkg_fraunces.ROOT / "files/Fraunces[SOFT,WONK,opsz,wght].ttf",
    "Inter": fontpkg_inter.ROOT / "files/Inter[opsz,wght].ttf",
    "JetBrains Mono": fontpkg_jetbrains_mono.ROOT / "files/JetBrainsMono[wght].ttf",
    "Space Grotesk": fontpkg_space_grotesk.ROOT / "files/SpaceGrotesk[wght].ttf",
}

AXES: dict[Family, tuple[tuple[str, float], ...]] = {
    "Archivo": (("weight", 600), ("width", 100)),
    "Bricolage Grotesque": (("optical", 96), ("weight", 700), ("width", 100)),
    "Fraunces": (("optical", 144), ("weight", 500), ("soft", 0), ("wonk", 0)),
    "Inter": (("optical", 32), ("weight", 600)),
    "JetBrains Mono": (("weight", 600),),
    "Space Grotesk": (("weight", 600),),
}
"""Each font's axes in its own order, with what we take where a face does not say."""

FINE = 4
"""Text is set and drawn this many times larger and then reduced: the font engine places glyphs on whole pixels only."""

_JOINERS = re.compile("[\u200b-\u200f\u2060\ufe0e\ufe0f\u00ad]")
"""Of use to emoji and to scripts that are dropped."""

_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")

_NO_GLYPH = "\U0010fffe"  # a noncharacter: every font answers with .notdef


@dataclass(frozen=True)
class Face:
    """A family at one size (px) and weight. `tracking` is extra space between glyphs in em, `axes` what else departs from AXES."""

    family: Family
    size: int
    weight: int
    tracking: float = 0.0
    axes: tuple[tuple[str, float], ...] = ()

    def down_to(self, smallest: int) -> tuple[Face, ...]:
        """This face and smaller ones, in steps of 4 px."""
        return tuple(replace(self, size=size) for size in range(self.size, smallest - 1, -4))

    @cached_property
    def fonts(self) -> tuple[ImageFont.FreeTypeFont, ...]:
        """This font, then Inter for the glyphs it lacks; FINE times the size."""
        own = _font(self.family, FINE * self.size, self.weight, self.axes)
        return (own,) if self.family == "Inter" else (own, _font("Inter", FINE * self.size, self.weight))

    @cached_property
    def cap_height(self) -> float:
        """Height of a capital, in px."""
        return -float(self.fonts[0].getbbox("H", anchor="ls")[1]) / FINE

    def baseline(self, top: float, line: float) -> float:
        """The baseline that centres capitals in a line of this height; whole px, for crisp feet."""
        return round(top + (line + self.cap_height) / 2)

    def bearing(self, text: str) -> float:
        """Px from the pen to the first ink of the text: what to move it left by, so that edges line up."""
        return float(self.fonts[0].getbbox(text[:1], anchor="ls")[0]) / FINE

    def visible(self, text: str) -> str:
        """The text as it is set: without what no font can draw (emoji, scripts we have no font for), with a curved apostrophe."""
        plain = _APOSTROPHE.sub("’", _JOINERS.sub("", unicodedata.normalize("NFC", text)))
        kept = (c for c in _clusters(plain) if c.isspace() or (not unicodedata.combining(c[0]) and self._font_of(c) is not None))
        return " ".join("".join(kept).split())

    def width(self, text: str) -> float:
        """Advance of the text in px."""
        return _width(self, text) / FINE

    def draw(self, canvas: ImageDraw.ImageDraw, x: float, baseline: float, text: str) -> None:
        """Draw at full strength on an "L" canvas that is FINE times larger; `x` and `baseline` are px before that."""
        for offset, part, font in _placed(self, text):
            canvas.text((FINE * x + offset, FINE * baseline), part, fill=255, font=font, anchor="ls")

    def _font_of(self, cluster: str) -> ImageFont.FreeTypeFont | None:
        return next((font for font in self.fonts if all(_has(font, char) for char in cluster)), None)

    def runs(self, text: str) -> Iterator[tuple[ImageFont.FreeTypeFont, list[str]]]:
        """Neighbouring clusters that share a font."""
        for font, clusters in groupby(_clusters(text), lambda c: self._font_of(c) or self.fonts[0]):
            yield font, list(clusters)


@lru_cache(maxsize=64)
def _font(family: Family, size: int, weight: float, axes: tuple[tuple[str, float], ...] = ()) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(FILES[family], size)
    wanted = {"weight": weight, **dict(axes)}
    font.set_variation_by_axes([wanted.get(axis, value) for axis, value in AXES[family]])
    return font


@lru_cache(maxsize=4096)
def _has(font: ImageFont.FreeTypeFont, char: str) -> bool:
    if char.isspace():
        return True
    mask = font.getmask(char)
    return mask.getbbox() is not None and (mask.size, bytes(mask)) != _tofu(font)


@lru_cache(maxsize=64)
def _tofu(font: ImageFont.FreeTypeFont) -> tuple[tuple[int, int], bytes]:
    """What the font draws for a character it lacks."""
    mask = font.getmask(_NO_GLYPH)
    return mask.size, bytes(mask)


def _clusters(text: str) -> Iterator[str]:
    """Each character with the combining marks that follow it."""
    cluster = ""
    for char in text:
        if cluster and (unicodedata.category(char) in ("Mn", "Me", "Mc")):
            cluster += char
            continue
        if cluster:
            yield cluster
        cluster = char
    if cluster:
        yield cluster


@lru_cache(maxsize=8192)
def _width(face: Face, text: str) -> float:
    placed = _placed(face, text)
    return placed[-1][0] + placed[-1][2].getlength(placed[-1][1]) if placed else 0.0


@lru_cache(maxsize=2048)
def _placed(face: Face, text: str) -> tuple[tuple[float, str, ImageFont.FreeTypeFont], ...]:
    """What to draw where, in fine px: whole runs, or cluster by cluster with kerning kept where the face is tracked."""
    placed, x = [], 0.0
    for font, clusters in face.runs(text):
        for part, advance in _advances(font, clusters) if face.tracking else [("".join(clusters), font.getlength("".join(clusters)))]:
            placed.append((x, part, font))
            x += advance + face.tracking * face.size * FINE
    return tuple(placed)


def _advances(font: ImageFont.FreeTypeFont, clusters: list[str]) -> Iterator[tuple[str, float]]:
    for one, following in pairwise([*clusters, ""]):
        yield one, _advance(font, one, following)


@lru_cache(maxsize=8192)
def _advance(font: ImageFont.FreeTypeFont, one: str, following: str) -> float:
    return font.getlength(one + following) - (font.getlength(following) if following else 0.0)
