"""A still picture that is slowly panned and zoomed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from PIL import Image

from text_to_video.colour import yuv_planes
from text_to_video.logo import BadPicture, open_picture
from text_to_video.media.footage import BadFootage
from text_to_video.picture import FPS, Picture

FORMATS = ("JPEG", "PNG", "WEBP")
_LEAST_SIDE = 360
_MOST_PIXELS = 25_000_000
_ZOOM = 1.16
"""How much closer the closest view is."""
_PAN = 130
"""The longest way across the picture, in px of the frame: a slow drift whatever its shape."""
_SECONDS = 44.0
"""There and back."""
_RATE = 15
"""Views a second: the motion is far slower than a pixel a frame."""


@dataclass(frozen=True)
class Still:
    """Planes of a picture somewhat larger than the frame, seen through a window that drifts and comes closer."""

    at_once: ClassVar[int] = 64
    planes: tuple[Image.Image, Image.Image, Image.Image]
    size: tuple[int, int]
    """Of the frame, in px."""
    mirrored: bool
    """Whether the window goes the other way."""

    def step(self, frame: int) -> int:
        return frame * _RATE // FPS

    def at(self, step: int) -> Picture:
        left, top, right, bottom = self._window(step / _RATE)
        (width, height), (luma, *chroma) = self.size, self.planes
        shown = [luma.resize((width, height), Image.Resampling.BILINEAR, (left, top, right, bottom))]
        half = (left / 2, top / 2, right / 2, bottom / 2)
        shown += [plane.resize((width // 2, height // 2), Image.Resampling.BILINEAR, half) for plane in chroma]
        y, u, v = map(np.asarray, shown)
        return Picture(y, u, v)

    def _window(self, seconds: float) -> tuple[float, float, float, float]:
        """Left, top, right and bottom in px of the luma plane."""
        lengths = self.planes[0].size
        # A little less than there is: rounding must not carry the window over the edge.
        far = 0.999 * min(length / side for length, side in zip(lengths, self.size, strict=True))
        along = (1 - math.cos(2 * math.pi * seconds / _SECONDS)) / 2
        scale = far / (1 + (_ZOOM - 1) * along)
        across = (along if self.mirrored else 1 - along) - 0.5
        width, height = (side * scale for side in self.size)
        x, y = (self._offset(length, shown, across * scale) for length, shown in zip(lengths, (width, height), strict=True))
        return x, y, x + width, y + height

    def _offset(self, length: float, shown: float, across: float) -> float:
        room = length - shown
        return min(max(room / 2 + across * _PAN, 0.0), room)


def open_still(path: Path, size: tuple[int, int], *, mirrored: bool) -> Still:
    """A picture file to be panned over a frame of `size`; upright, no larger in memory than its closest view needs. Raises BadFootage."""
    try:
        image = open_picture(path, round(max(size) * _ZOOM), formats=FORMATS, pixels=_MOST_PIXELS)
    except BadPicture as error:
        raise BadFootage(str(error)) from error
    if min(image.size) < _LEAST_SIDE:
        raise BadFootage(f"it is smaller than {_LEAST_SIDE} px")
    ground = Image.new("RGBA", image.size, (127, 127, 127, 255))
    ground.alpha_composite(image)
    return Still(_planes(_covering(ground.convert("RGB"), size)), size, mirrored)


def _covering(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Just as large as its closest view needs, and of its long side no more than the window can reach."""
    factor = _ZOOM * max(side / length for side, length in zip(size, image.size, strict=True))
    small = image.resize(_even(image.width * factor, image.height * factor), Image.Resampling.LANCZOS) if factor < 1 else image
    far = min(length / side for length, side in zip(small.size, size, strict=True))
    width, height = (min(length, (side + _PAN) * far) for length, side in zip(small.size, size, strict=True))
    left, top = (small.width - width) / 2, (small.height - height) / 2
    even = _even(width, height)
    return small.crop((round(left), round(top), round(left) + even[0], round(top) + even[1]))


def _even(width: float, height: float) -> tuple[int, int]:
    return int(width / 2) * 2, int(height / 2) * 2


def _planes(image: Image.Image) -> tuple[Image.Image, Image.Image, Image.Image]:
    y, u, v = yuv_planes(np.asarray(image, np.float32))
    luma, *chroma = (Image.fromarray(np.clip(np.rint(plane), 16, 240).astype(np.uint8)) for plane in (y, u, v))
    return luma, chroma[0].reduce(2), chroma[1].reduce(2)
