"""A template's ground laid over footage, so thick that every word still reads on whatever the footage shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import local

import numpy as np
from numpy.typing import NDArray

from text_to_video.background import F32
from text_to_video.colour import DISTINCT, Rgb, luminance, rgb_from_yuv, yuv
from text_to_video.layout import CAPTIONS_END, CAPTIONS_TOP, largest
from text_to_video.media.footage import Footage
from text_to_video.picture import U8, U16, Box, Ink, Picture
from text_to_video.render import BAR_HEIGHT
from text_to_video.templates.base import Scene

_READS = 4.9
"""More than we choose elsewhere: chroma is halved, so that a pixel can be a little brighter than white makes it."""
_DEEPER = 0.7
"""By how much the ground is made darker, or a light one lighter: the more, the more of the footage may show."""
_ROOMY = 130
"""Rows without text that are enough for the footage to come forward."""
_CLEAR = 0.85
"""How much of the footage shows where nothing is written."""
_SAMPLE = 3
"""Every so many pixels are judged, across and down."""
_EXTREMES = (Rgb(0, 0, 0), Rgb(255, 255, 255))


@dataclass(frozen=True)
class Veiled:
    """A background: footage × share + veil, per row of the frame."""

    footage: Footage
    share: tuple[U16, U16, U16]
    veil: tuple[U16, U16, U16]

    @property
    def box(self) -> Box:
        height, width = self.veil[0].shape
        return Box(0, 0, width, height)

    @property
    def still(self) -> Picture:
        return self.at(self.step(0))

    def step(self, frame: int) -> int:
        return self.footage.step(frame)

    def at(self, step: int) -> Picture:
        """It stays as it is until the same thread asks again."""
        if getattr(_ROOM, "shape", None) != self.veil[0].shape:
            _ROOM.shape = self.veil[0].shape
            _ROOM.planes = [(np.empty_like(veil), np.empty(veil.shape, np.uint8)) for veil in self.veil]
        for (room, made), plane, share, veil in zip(_ROOM.planes, self.footage.at(step), self.share, self.veil, strict=True):
            np.multiply(plane, share, out=room)
            np.add(room, veil, out=room)
            np.right_shift(room, 8, out=room)
            np.copyto(made, room, casting="unsafe")
        return Picture(*(made for _, made in _ROOM.planes))


_ROOM = local()
"""What a thread computes in, allocated once: fresh memory for every picture costs as much as the arithmetic."""


def veiled(scene: Scene, footage: Footage) -> Scene:
    """The placed scene with footage of its stage's size for its background, under a veil of its own ground.

    Where text stands the veil lets through as much as keeps each word at a contrast of 4.5, even over black or white; where there is
    room below and above the text it lets through nearly all.
    """
    ground = _deeper(_ground(scene))
    width, height = scene.stage.width, scene.stage.height
    shapes = (*scene.fixed, *scene.shapes)
    unveiled = _over(ground, shapes, _EXTREMES[0], 0)
    demands = [replace(each, ratio=min(each.ratio, each.least(unveiled))) for each in _demands(scene)]
    foot = _Demand(scene.bar, DISTINCT, _grid(Box(0, height - BAR_HEIGHT, width, BAR_HEIGHT)))
    text = _most(lambda share: _hold(demands, shapes, ground, share))
    bar = _most(lambda share: _hold([foot], (), ground, share))
    rows = np.concatenate([each.pixels[0] for each in demands])
    shares = _shares(height, int(rows.min()), int(rows.max()), text, bar)
    planes = [_split(plane, shares[:: height // plane.shape[0]]) for plane in ground]
    share, veil = ((part[0], part[1], part[2]) for part in zip(*planes, strict=True))
    return replace(scene, background=Veiled(footage, share, veil))


def _ground(scene: Scene) -> Picture:
    """The template's own ground; with what moves, where words lie on that."""
    background, style = scene.background, scene.captions
    if background.box.y > style.top + CAPTIONS_END - CAPTIONS_TOP:
        return background.still
    picture = background.still.copy()
    picture.view(background.box).put(background.at(background.step(0)))
    return picture


def _deeper(still: Picture) -> Picture:
    """The ground, further from the middle: dark parts toward black, light ones toward white."""
    away = np.where(still.y < 126, 16, 235).astype(np.float32)
    y = still.y + (away - still.y) * np.float32(_DEEPER)
    u, v = ((plane - np.float32(128)) * np.float32(1 - _DEEPER / 2) + 128 for plane in still[1:])
    return Picture(*(np.rint(plane).astype(np.uint8) for plane in (y, u, v)))


def _split(plane: U8, shares: F32) -> tuple[U16, U16]:
    """Rows of shares (1/256) and the veil they leave room for, rounded so that footage of its colour gives it again."""
    share = np.rint(shares * 256).astype(np.uint16)[:, None]
    return share, (plane * (256 - share) + 128).astype(np.uint16)


def _shares(height: int, top: int, end: int, text: float, bar: float) -> F32:
    """How much of the footage each row lets through, 0–1; text stands from row `top` to `end`."""
    rows = np.arange(height, dtype=np.float32)
    above = max(text, 0.6) if top > _ROOMY else text
    knots, shares = [0, top - 10, end + 14], [above, text, text]
    if height - end > 2 * _ROOMY:
        knots, shares = [*knots, end + _ROOMY, height - 110], [*shares, _CLEAR, _CLEAR]
    return np.interp(rows, [*knots, height - BAR_HEIGHT - 2], [*shares, bar]).astype(np.float32)


def _most(holds: Callable[[float], bool]) -> float:
    """The largest share up to _CLEAR at which it holds, to a hundredth; 0 if it never does."""
    return largest(round(100 * _CLEAR), lambda hundredths: holds(hundredths / 100)) / 100


@dataclass(frozen=True)
class _Demand:
    """A colour must stand out by `ratio` from what lies under these pixels (rows, columns), if it does so without any footage."""

    colour: Rgb
    ratio: float
    pixels: tuple[NDArray[np.intp], NDArray[np.intp]]

    def least(self, picture: Picture) -> float:
        """The contrast there is; without pixels, all there can be."""
        rows, columns = self.pixels
        if not rows.size:
            return 21
        y, u, v = picture.y[rows, columns], picture.u[rows // 2, columns // 2], picture.v[rows // 2, columns // 2]
        under = _luminance(rgb_from_yuv(y[None], u[None], v[None])[0])
        own = luminance(self.colour)
        return float(((np.maximum(under, own) + 0.05) / (np.minimum(under, own) + 0.05)).min())


def _luminance(rgb: U8) -> NDArray[np.float64]:
    """WCAG's, of pixels (n, 3)."""
    light: NDArray[np.float64] = _LINEAR[rgb] @ np.array([0.2126, 0.7152, 0.0722])
    return light


_LINEAR = np.array([luminance(Rgb(level, level, level)) for level in range(256)])


def _demands(scene: Scene) -> Iterator[_Demand]:
    for whole in (*scene.texts, *(ink for chapter in scene.chapters for ink in chapter)):
        ink = whole.within(scene.stage.frame)
        rows, columns = np.nonzero(ink.keep[0][::_SAMPLE, ::_SAMPLE] < 128)
        yield _Demand(ink.colour, _READS, (rows * _SAMPLE + ink.box.y, columns * _SAMPLE + ink.box.x))
    style = scene.captions
    band = _grid(
        Box.around(style.left - 12, style.top - 12, style.right + 12, style.top + CAPTIONS_END - CAPTIONS_TOP).meet(scene.stage.frame)
    )
    yield _Demand(style.ink, _READS, band)
    if style.mark == "underline":
        yield _Demand(style.marked, _READS, band)
    else:
        yield _Demand(style.ink if style.mark == "marker" else style.mark_colour, DISTINCT, band)


def _grid(box: Box) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    rows, columns = np.mgrid[box.y : box.bottom : 2 * _SAMPLE, box.x : box.right : 2 * _SAMPLE]
    return rows.ravel(), columns.ravel()


def _hold(demands: Sequence[_Demand], shapes: Sequence[Ink], ground: Picture, share: float) -> bool:
    """Whether all demands are met over black and over white footage; any other is between them."""
    pictures = [_over(ground, shapes, extreme, share) for extreme in _EXTREMES]
    return all(demand.least(picture) >= demand.ratio for picture in pictures for demand in demands)


def _over(ground: Picture, shapes: Sequence[Ink], footage: Rgb, share: float) -> Picture:
    """What lies under the texts where the footage has one colour."""
    picture = Picture(*(_mix(plane, level, share) for plane, level in zip(ground, yuv(footage), strict=True)))
    for shape in shapes:
        shape.over(picture)
    return picture


def _mix(plane: U8, level: int, share: float) -> U8:
    mixed: U8 = np.rint(plane * np.float32(1 - share) + np.float32(level * share)).astype(np.uint8)
    return mixed
