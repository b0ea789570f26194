"""Colours: OKLCH to choose them, WCAG to judge them, BT.709 to draw them."""

from __future__ import annotations

import hashlib
import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

READABLE = 4.7
"""The contrast we choose for text: WCAG AA asks for 4.5, and 8-bit video moves a colour by a step or two."""

DISTINCT = 3.2
"""The contrast we choose for what is no text, such as marks and the progress bar: WCAG 1.4.11 asks for 3."""


class Rgb(NamedTuple):
    """sRGB, 0–255 each."""

    r: int
    g: int
    b: int

    @classmethod
    def of(cls, code: str) -> Rgb:
        """From "#rrggbb"."""
        return cls(*bytes.fromhex(code.removeprefix("#")))


class Yuv(NamedTuple):
    """BT.709 limited range: luma 16–235, chroma 16–240 around 128."""

    y: int
    u: int
    v: int


INK = Rgb.of("#14120f")
WHITE = Rgb.of("#ffffff")


GREY = 0.05
"""OKLCH chroma below which a colour is none."""

MUDDY = range(66, 136)
"""Hues that make olive and brown where a ground is deep, and no difference to a yellow marker where it is light."""


def company_hue(name: str) -> int:
    """A hue in degrees that stays with a company, from its name alone, however it is cased or spaced."""
    canonical = " ".join(name.casefold().split())
    number = int.from_bytes(hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).digest()[:4], "big")
    return (MUDDY.stop + number % (360 - len(MUDDY))) % 360


def oklch(lightness: float, chroma: float, hue: float) -> Rgb:
    """The sRGB colour of OKLCH (lightness 0–1, hue in degrees), with chroma lowered until it fits the gamut.

    Source: B. Ottosson, "A perceptual color space for image processing", 2020.
    """
    linear = _linear_from_oklch(lightness, chroma, hue)
    while chroma > 0 and not all(-1e-4 <= channel <= 1.0001 for channel in linear):
        chroma = max(0.0, chroma - 0.004)
        linear = _linear_from_oklch(lightness, chroma, hue)
    return Rgb(*(round(255 * _encoded(min(1.0, max(0.0, c)))) for c in linear))


def _linear_from_oklch(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


class Lch(NamedTuple):
    """OKLCH: lightness 0–1, chroma 0 to about 0.37, hue in degrees."""

    lightness: float
    chroma: float
    hue: float


def lch(colour: Rgb) -> Lch:
    """The OKLCH of an sRGB colour; the hue of a grey means nothing. Source: as of `oklch`."""
    r, g, b = (_linear(channel / 255) for channel in colour)
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    medium = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    return Lch(lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def _encoded(linear: float) -> float:
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055


def _linear(encoded: float) -> float:
    return encoded / 12.92 if encoded <= 0.04045 else float(((encoded + 0.055) / 1.055) ** 2.4)


def luminance(colour: Rgb) -> float:
    """WCAG 2.2 relative luminance, 0–1."""
    r, g, b = (_linear(channel / 255) for channel in colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: Rgb, other: Rgb) -> float:
    """WCAG 2.2 contrast ratio, 1–21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def readable(hue: float, chroma: float, on: Rgb, *, start: float, ratio: float = READABLE) -> Rgb:
    """The colour of this hue nearest to lightness `start` that stands out from `on` by `ratio`.

    It moves away from `on`: darker on light ground, lighter on dark; at the end stand black and white.
    """
    step = -0.01 if luminance(on) > 0.18 else 0.01
    lightness = start
    while contrast(colour := oklch(lightness, chroma, hue), on) < ratio and 0 < lightness < 1:
        lightness += step
    return colour


def ink_on(ground: Rgb, dark: Rgb = INK) -> Rgb:
    """The dark ink or white, whichever reads better on this ground."""
    return max((dark, WHITE), key=lambda ink: contrast(ink, ground))


@lru_cache(maxsize=256)
def yuv(colour: Rgb) -> Yuv:
    """One colour in BT.709 limited range (ITU-R BT.709-6, section 3)."""
    planes = yuv_planes(np.array(colour, np.float32).reshape(1, 1, 3))
    return Yuv(*(round(float(plane[0, 0])) for plane in planes))


def yuv_planes(rgb: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """R'G'B' 0–255 of shape (h, w, 3) to unrounded BT.709 limited-range planes of shape (h, w)."""
    r, g, b = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
    return (
        16 + luma * np.float32(219 / 255),
        128 + (b - luma) * np.float32(224 / 255 / 1.8556),
        128 + (r - luma) * np.float32(224 / 255 / 1.5748),
    )


def rgb_from_yuv(y: NDArray[np.uint8], u: NDArray[np.uint8], v: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """BT.709 limited-range planes of one shape (h, w) back to R'G'B' of shape (h, w, 3)."""
    luma = (y.astype(np.float32) - 16) * (255 / 219)
    blue, red = ((plane.astype(np.float32) - 128) * (255 / 224) for plane in (u, v))
    r, b = luma + 1.5748 * red, luma + 1.8556 * blue
    g = (luma - 0.2126 * r - 0.0722 * b) / 0.7152
    rgb: NDArray[np.uint8] = np.clip(np.rint(np.stack((r, g, b), axis=-1)), 0, 255).astype(np.uint8)
    return rgb
