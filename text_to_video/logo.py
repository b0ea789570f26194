"""Logos: read with care, cut to what is visible, their colour found, drawn as ink of many colours."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter, ImageOps, UnidentifiedImageError

from text_to_video.colour import GREY, INK, WHITE, Rgb, contrast, lch, yuv_planes
from text_to_video.picture import Box, Ink

MOST_BYTES, MOST_PIXELS = 20 * 2**20, 40_000_000
LEAST_SIDE = 16
NARROWEST = 8
"""Times as long as wide: beyond it nothing could be read on a badge."""
_KEPT_SIDE = 512
_SEEN = 24
"""Alpha, of 255, from which a pixel counts as visible."""


class BadPicture(ValueError):
    """Why a file is no picture we can use, in words for the operator."""


@dataclass(frozen=True)
class Logo:
    """What is visible of a logo (RGBA), the colour of the plate it stands on, and its strongest colour; None of a grey one."""

    image: Image.Image
    plate: Rgb
    colour: Rgb | None
    fills: bool
    """Whether it covers its plate to the edges, as a photograph or a coloured tile does."""

    @property
    def aspect(self) -> float:
        """Width by height."""
        return self.image.width / self.image.height


def read_logo(path: Path) -> Logo:
    """A logo from a PNG, JPEG or WebP file. Raises BadPicture."""
    whole = open_picture(path, _KEPT_SIDE, formats=("PNG", "JPEG", "WEBP"))
    if _pixels(whole)[1].min() == 255:
        return _opaque(whole)
    image = _visible_part(whole)
    rgb, alpha = _pixels(image)
    shown = alpha >= (128 if alpha.max() >= 128 else _SEEN)
    return Logo(image, _plate(rgb[_outline(shown)]), _strongest(rgb[shown]), fills=False)


def open_picture(path: Path, side: int, *, formats: tuple[str, ...], pixels: int = MOST_PIXELS) -> Image.Image:
    """A picture as RGBA, upright, no side much longer than `side` px unless the other would be shorter than that. Raises BadPicture."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadPicture(f"it is larger than {MOST_BYTES >> 20} MB")
        with Image.open(path, formats=formats) as file:
            if min(file.size) < 1 or max(file.size) < LEAST_SIDE:
                raise BadPicture(f"it is smaller than {LEAST_SIDE} px")
            file.draft("RGB", (side, side))  # a large JPEG is decoded at a fraction of its size
            if file.width * file.height > pixels:
                raise BadPicture(f"it has more than {pixels // 1_000_000} million pixels")
            return _in_rgba(file, side)
    except UnidentifiedImageError:
        raise BadPicture(f"it is no {', '.join(formats[:-1])} or {formats[-1]} picture") from None
    except OSError as error:
        raise BadPicture(f"it cannot be read: {error.strerror or error}") from error
    except (ValueError, SyntaxError, EOFError, struct.error, Image.DecompressionBombError) as error:
        if isinstance(error, BadPicture):
            raise
        raise BadPicture("it is damaged") from error


def _in_rgba(file: Image.Image, side: int) -> Image.Image:
    file.load()
    image = ImageOps.exif_transpose(file)
    factor = side / min(image.size)
    if factor < 1:
        image = image.resize((max(1, round(image.width * factor)), max(1, round(image.height * factor))), reducing_gap=2)
    if image.mode.startswith(("I", "F")):
        raise BadPicture("it has 16 bits a channel: save it with 8")
    return (image.convert("RGB") if image.mode in ("CMYK", "YCbCr", "LAB", "HSV") else image).convert("RGBA")


def _visible_part(image: Image.Image) -> Image.Image:
    """Raises BadPicture where there is none, or one too narrow to read."""
    box = image.getchannel("A").point([0] * _SEEN + [255] * (256 - _SEEN)).getbbox()
    if box is None:
        raise BadPicture("nothing of it is visible")
    return _readable(image.crop(box))


def _readable(image: Image.Image) -> Image.Image:
    if max(image.size) > NARROWEST * min(image.size):
        raise BadPicture(f"it is more than {NARROWEST} times as long as wide")
    return image


def _opaque(image: Image.Image) -> Logo:
    """A logo without transparency: its even margin becomes the plate; without one it is a tile that fills it."""
    rgb, _ = _pixels(image)
    edge = np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]])
    margin = Rgb(*(int(channel) for channel in np.median(edge, axis=0)))
    even = float((np.abs(edge.astype(int) - margin).max(1) <= 12).mean()) > 0.97
    if not even:
        return Logo(image, margin, _strongest(rgb.reshape(-1, 3)), fills=True)
    distance = ImageChops.difference(image.convert("RGB"), Image.new("RGB", image.size, margin)).convert("L")
    box = distance.point([0] * 10 + [255] * 246).getbbox()
    if box is None:
        raise BadPicture("it has one colour only")
    image = _readable(image.crop(box))
    return Logo(image, margin, _strongest(_pixels(image)[0].reshape(-1, 3)), fills=False)


def _pixels(image: Image.Image) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    rgba = np.asarray(image)
    return rgba[..., :3], rgba[..., 3]


def _outline(shown: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where the shapes of a logo meet their plate."""
    inside = np.asarray(Image.fromarray(np.pad(shown, 2)).convert("L").filter(ImageFilter.MinFilter(5)))[2:-2, 2:-2] > 0
    return shown & ~inside


def _plate(outline: NDArray[np.uint8]) -> Rgb:
    """White or ink: on which more of the logo stands out."""
    few = outline[:: max(1, len(outline) // 400)]
    colours = [Rgb(*map(int, pixel)) for pixel in few]

    def least(plate: Rgb) -> float:
        return float(np.percentile([contrast(colour, plate) for colour in colours], 15))

    return WHITE if least(WHITE) >= min(2.5, least(INK)) else INK


def _strongest(shown: NDArray[np.uint8]) -> Rgb | None:
    """The colour that most of the logo's colourfulness is of."""
    spread = shown.max(1).astype(int) - shown.min(1)
    if not spread.any():
        return None
    bins = (shown >> 4).astype(int) @ (256, 16, 1)
    most = int(np.bincount(bins, weights=spread).argmax())
    colour = Rgb(*(round(channel) for channel in shown[bins == most].mean(0)))
    return colour if lch(colour).chroma >= GREY else None


def stamp(image: Image.Image, x: int, y: int, colour: Rgb) -> Ink:
    """An ink of many colours: an RGBA image of even size, its corner at (x, y), both even. `colour` is what to take it for."""
    rgb, alpha = _pixels(image)
    cover = alpha.astype(np.uint32)
    cover += cover >> 7
    planes = [np.rint(plane).astype(np.uint32) for plane in yuv_planes(rgb.astype(np.float32))]
    luma, *chroma = (plane * cover for plane in planes)
    half = (256 - _quartered(cover)).astype(np.uint16)
    adds = (luma.astype(np.uint16), *(_quartered(plane).astype(np.uint16) for plane in chroma))
    return Ink(Box(x, y, image.width, image.height), colour, ((256 - cover).astype(np.uint16), half, half), (adds[0], adds[1], adds[2]))


def _quartered(plane: NDArray[np.uint32]) -> NDArray[np.uint32]:
    rows = plane[::2] + plane[1::2]
    return ((rows[:, ::2] + rows[:, 1::2] + np.uint32(2)) >> np.uint32(2)).astype(np.uint32)
