"""The frame as 4:2:0 planes, and inks: flat colours through masks that are blended in place.

Everything drawn over a background is one colour through a mask, so a word costs one pass over its own box
and nothing is ever converted from RGB while frames are made.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from text_to_video.colour import Rgb, yuv

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.plane import VideoPlane

WIDTH, HEIGHT, FPS = 720, 1280, 30

U8 = NDArray[np.uint8]
U16 = NDArray[np.uint16]


class Box(NamedTuple):
    """Pixels of the frame; all four are even, so that chroma has whole samples."""

    x: int
    y: int
    width: int
    height: int

    @classmethod
    def around(cls, left: float, top: float, right: float, bottom: float) -> Box:
        """The smallest even box over these edges."""
        x, y = math.floor(left / 2) * 2, math.floor(top / 2) * 2
        return cls(x, y, math.ceil(right / 2) * 2 - x, math.ceil(bottom / 2) * 2 - y)

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    def meet(self, other: Box) -> Box:
        """The part both share; its width or height is 0 where they share none."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        return Box(x, y, max(0, min(self.right, other.right) - x), max(0, min(self.bottom, other.bottom) - y))

    def join(self, other: Box) -> Box:
        """The smallest box over both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Box(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)


FRAME = Box(0, 0, WIDTH, HEIGHT)


class Picture(NamedTuple):
    """Y of shape (h, w), U and V of shape (h/2, w/2), BT.709 limited range."""

    y: U8
    u: U8
    v: U8

    @classmethod
    def plain(cls, colour: Rgb, width: int = WIDTH, height: int = HEIGHT) -> Picture:
        """One colour everywhere."""
        y, u, v = yuv(colour)
        half = (height // 2, width // 2)
        return cls(np.full((height, width), y, np.uint8), np.full(half, u, np.uint8), np.full(half, v, np.uint8))

    @classmethod
    def of(cls, frame: VideoFrame) -> Picture:
        """The visible part of a yuv420p frame, over its own memory."""
        return cls(*map(_visible, frame.planes))

    def view(self, box: Box) -> Picture:
        """This part of the picture, without copying."""
        x, y, right, bottom = box.x, box.y, box.right, box.bottom
        half = np.s_[y // 2 : bottom // 2, x // 2 : right // 2]
        return Picture(self.y[y:bottom, x:right], self.u[half], self.v[half])

    def copy(self) -> Picture:
        return Picture(self.y.copy(), self.u.copy(), self.v.copy())

    def put(self, other: Picture) -> None:
        """Overwrite with a picture of the same size."""
        for mine, theirs in zip(self, other, strict=True):
            mine[...] = theirs


def _visible(plane: VideoPlane) -> U8:
    rows: U8 = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]


@dataclass(frozen=True, slots=True)
class Ink:
    """One colour through a mask at its place: result = (below × keep + add) / 256, for luma and for the two chroma planes."""

    box: Box
    colour: Rgb
    keep: tuple[U16, U16, U16]
    add: tuple[U16, U16, U16]

    @classmethod
    def through(cls, mask: Image.Image, x: int, y: int, colour: Rgb) -> Ink:
        """`mask`: an "L" image of even size whose corner stands at (x, y), both even; 255 covers."""
        luma, chroma = (np.asarray(m, np.uint16) for m in (mask, mask.reduce(2)))
        covers = [a + (a >> 7) for a in (luma, chroma, chroma)]
        keeps = [256 - a for a in covers]
        adds = [a * np.uint16(c) for a, c in zip(covers, yuv(colour), strict=True)]
        return cls(Box(x, y, mask.width, mask.height), colour, (keeps[0], keeps[1], keeps[2]), (adds[0], adds[1], adds[2]))

    def within(self, box: Box) -> Ink:
        """The part inside `box`, without copying."""
        part = self.box.meet(box)
        cut = Box(part.x - self.box.x, part.y - self.box.y, part.width, part.height)
        keep, add = _cut(self.keep, cut), _cut(self.add, cut)
        return Ink(part, self.colour, keep, add)

    def faded(self, opacity: float) -> Ink:
        """The same ink with less cover; opacity 0–1."""
        level = round(256 * opacity)
        keep, add = ([_scaled(plane, level) for plane in planes] for planes in ([256 - plane for plane in self.keep], self.add))
        return Ink(self.box, self.colour, (256 - keep[0], 256 - keep[1], 256 - keep[2]), (add[0], add[1], add[2]))

    def lowered(self, pixels: int) -> Ink:
        """The same ink further down by an even number of pixels."""
        return Ink(self.box._replace(y=self.box.y + pixels), self.colour, self.keep, self.add)

    def moved(self, pixels: int) -> Ink:
        """The same ink further right by an even number of pixels."""
        return Ink(self.box._replace(x=self.box.x + pixels), self.colour, self.keep, self.add)

    def over(self, picture: Picture) -> None:
        """Blend into the frame, in place."""
        for below, keep, add in zip(picture.view(self.box), self.keep, self.add, strict=True):
            mixed = below * keep
            mixed += add
            mixed >>= 8
            below[...] = mixed


def _scaled(plane: U16, level: int) -> U16:
    scaled: U16 = (plane.astype(np.uint32) * level >> 8).astype(np.uint16)
    return scaled


def _cut(planes: tuple[U16, U16, U16], box: Box) -> tuple[U16, U16, U16]:
    half = np.s_[box.y // 2 : box.bottom // 2, box.x // 2 : box.right // 2]
    return planes[0][box.y : box.bottom, box.x : box.right], planes[1][half], planes[2][half]
