"""The font files: a design's own families, and for every other script the family that has it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import fontpkg_archivo
import fontpkg_bricolage_grotesque
import fontpkg_fraunces
import fontpkg_heebo
import fontpkg_inter
import fontpkg_jetbrains_mono
import fontpkg_noto_sans_arabic
import fontpkg_noto_sans_devanagari
import fontpkg_noto_sans_tamil
import fontpkg_noto_sans_thai
import fontpkg_space_grotesk
import noto_cjk_sans_jp_bold

Family = Literal["Archivo", "Bricolage Grotesque", "Fraunces", "Inter", "JetBrains Mono", "Space Grotesk"]
ScriptFamily = Literal["Heebo", "Noto Sans Arabic", "Noto Sans CJK", "Noto Sans Devanagari", "Noto Sans Tamil", "Noto Sans Thai"]

FILES: dict[Family | ScriptFamily, Path] = {
    "Archivo": fontpkg_archivo.ROOT / "files/Archivo[wdth,wght].ttf",
    "Bricolage Grotesque": fontpkg_bricolage_grotesque.ROOT / "files/BricolageGrotesque[opsz,wdth,wght].ttf",
    "Fraunces": fontpkg_fraunces.ROOT / "files/Fraunces[SOFT,WONK,opsz,wght].ttf",
    "Inter": fontpkg_inter.ROOT / "files/Inter[opsz,wght].ttf",
    "JetBrains Mono": fontpkg_jetbrains_mono.ROOT / "files/JetBrainsMono[wght].ttf",
    "Space Grotesk": fontpkg_space_grotesk.ROOT / "files/SpaceGrotesk[wght].ttf",
    "Heebo": fontpkg_heebo.ROOT / "files/Heebo[wght].ttf",
    "Noto Sans Arabic": fontpkg_noto_sans_arabic.ROOT / "files/NotoSansArabic[wdth,wght].ttf",
    "Noto Sans CJK": Path(noto_cjk_sans_jp_bold.__file__).parent / "NotoSansCJKjp-Bold.otf",
    "Noto Sans Devanagari": fontpkg_noto_sans_devanagari.ROOT / "files/NotoSansDevanagari[wdth,wght].ttf",
    "Noto Sans Tamil": fontpkg_noto_sans_tamil.ROOT / "files/NotoSansTamil[wdth,wght].ttf",
    "Noto Sans Thai": fontpkg_noto_sans_thai.ROOT / "files/NotoSansThai[wdth,wght].ttf",
}

TAGS = {"weight": "wght", "width": "wdth", "optical": "opsz", "soft": "SOFT", "wonk": "WONK"}
"""The OpenType tags of the axes as we name them."""

AXES: dict[Family | ScriptFamily, dict[str, float]] = {
    "Bricolage Grotesque": {"optical": 96},
    "Fraunces": {"optical": 144},
    "Inter": {"optical": 32},
}
"""What we take, where a face does not say, for an axis whose default is not ours."""


@dataclass(frozen=True)
class ScriptFont:
    """Who draws the characters from `first` to `last`, how large next to Latin letters, and by how many em above their baseline.

    Scripts without capitals fill more of their em, or stack marks: at the same size they look larger and their lines collide.
    """

    first: int
    last: int
    family: ScriptFamily
    scale: float
    rise: float = 0.0


SCRIPT_FONTS = (
    ScriptFont(0x0590, 0x05FF, "Heebo", 1.04),
    ScriptFont(0x0600, 0x08FF, "Noto Sans Arabic", 0.86, 0.05),
    ScriptFont(0x0900, 0x097F, "Noto Sans Devanagari", 0.94),
    ScriptFont(0x0B80, 0x0BFF, "Noto Sans Tamil", 0.84),
    ScriptFont(0x0E00, 0x0E7F, "Noto Sans Thai", 0.9),
    ScriptFont(0x1100, 0x11FF, "Noto Sans CJK", 0.94),
    ScriptFont(0x2E80, 0x9FFF, "Noto Sans CJK", 0.94),
    ScriptFont(0xA8E0, 0xA8FF, "Noto Sans Devanagari", 0.94),
    ScriptFont(0xAC00, 0xD7FF, "Noto Sans CJK", 0.94),
    ScriptFont(0xF900, 0xFAFF, "Noto Sans CJK", 0.94),
    ScriptFont(0xFB1D, 0xFB4F, "Heebo", 1.04),
    ScriptFont(0xFB50, 0xFDFF, "Noto Sans Arabic", 0.86, 0.05),
    ScriptFont(0xFE30, 0xFE4F, "Noto Sans CJK", 0.94),
    ScriptFont(0xFE70, 0xFEFE, "Noto Sans Arabic", 0.86, 0.05),
    ScriptFont(0xFF00, 0xFFEF, "Noto Sans CJK", 0.94),
    ScriptFont(0x20000, 0x3FFFF, "Noto Sans CJK", 0.94),
)
"""Blocks of Unicode in order. CJK is one font for four languages: it takes a language's own forms where that is known."""
