"""Fonts opened, text shaped, glyphs drawn: HarfBuzz, which needs nothing of the system."""

from __future__ import annotations

import struct
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import uharfbuzz as hb
from PIL import Image

from shared.errors import PartAway
from text_to_video.font_files import AXES, FILES, TAGS, Family, ScriptFamily

UNIT = 64
"""Units a pixel: what glyphs are placed by."""


class Glyph(NamedTuple):
    """A glyph of a font, with its origin in units from the start of the text and above the baseline; `cluster` is its first character."""

    font: Any
    number: int
    x: float
    y: float
    cluster: int


@lru_cache(maxsize=64)
def open_font(family: Family | ScriptFamily, size: float, weight: float, axes: tuple[tuple[str, float], ...] = ()) -> Any:
    """The font at a size in px. Raises PartAway (code "font_unreadable") naming the file when it is missing or broken."""
    font = hb.Font(_face(family))
    font.scale = (round(size * UNIT), round(size * UNIT))
    wanted = {"weight": weight, **AXES.get(family, {}), **dict(axes)}
    font.set_variations({TAGS[axis]: value for axis, value in wanted.items()})
    return font


@lru_cache(maxsize=len(FILES))
def _face(family: Family | ScriptFamily) -> Any:
    path = FILES[family]
    try:
        if not _is_whole(path):
            raise PartAway(f"the font {path} is broken", code="font_unreadable")
        return hb.Face(hb.Blob.from_file_path(str(path)))
    except (OSError, hb.HarfBuzzError) as error:
        raise PartAway(f"the font {path} cannot be read: {error}", code="font_unreadable") from error


def _is_whole(path: Path) -> bool:
    """Whether all tables of a font lie within its file: HarfBuzz takes any file and finds nothing in it.

    Source: OpenType 1.9, "Organization of an OpenType Font".
    """
    with path.open("rb") as file:
        header = file.read(12)
        if header[:4] not in (b"\0\1\0\0", b"OTTO"):
            return False
        records = file.read(16 * int.from_bytes(header[4:6]))
    ends = (sum(struct.unpack(">II", records[at + 8 : at + 16])) for at in range(0, len(records) - 15, 16))
    return 0 < max(ends, default=0) <= path.stat().st_size


def close_fonts() -> None:
    """Forget all open fonts: what is opened next is read from its file again."""
    open_font.cache_clear()
    _face.cache_clear()


@lru_cache(maxsize=8192)
def has_glyph(font: Any, char: str) -> bool:
    return font.get_nominal_glyph(ord(char)) is not None


def shape(font: Any, text: str, *, rtl: bool | None, language: str, ligatures: bool) -> tuple[list[Glyph], float]:
    """The glyphs of text in one font and script from left to right, and how far they advance, in units.

    `rtl` None: as the script runs.
    """
    buffer = hb.Buffer()
    buffer.add_str(text)
    if rtl is not None:
        buffer.direction = "rtl" if rtl else "ltr"
    if language:
        buffer.language = language
    buffer.guess_segment_properties()
    hb.shape(font, buffer, {} if ligatures else {"liga": False, "clig": False, "calt": False})
    glyphs, x = [], 0.0
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        glyphs.append(Glyph(font, info.codepoint, x + position.x_offset, position.y_offset, info.cluster))
        x += position.x_advance
    return glyphs, x


class Raster:
    """An empty picture of `width` × `height` px to draw glyphs on, with smooth edges."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._draw = hb.RasterDraw()
        self._draw.scale_factor = (UNIT, UNIT)
        self._draw.extents = hb.RasterExtents(0, -height, width, height, width)

    def draw(self, glyph: Glyph, x: float, baseline: float) -> None:
        """`x` and `baseline` are px from the left and the top."""
        self._draw.transform = (1, 0, 0, 1, x * UNIT + glyph.x, glyph.y - baseline * UNIT)
        self._draw.draw_glyph(glyph.font, glyph.number)

    def mask(self) -> Image.Image:
        """What was drawn, as an "L" image; 255 covers."""
        width, height = self._size
        rows = np.frombuffer(self._draw.render().buffer, np.uint8).reshape(height, width)
        return Image.fromarray(rows[::-1])  # the library's rows go upwards
