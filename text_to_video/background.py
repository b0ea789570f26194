"""Backgrounds that move slowly and cheaply: a window drifting over a larger picture, or a few phases shown in turn."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from text_to_video.colour import Rgb, yuv, yuv_planes
from text_to_video.picture import FPS, FRAME, U8, Box, Picture

F32 = NDArray[np.float32]


class Background(Protocol):
    """What lies under everything, and moves inside `box`."""

    @property
    def still(self) -> Picture:
        """The whole frame, as it is before anything moves."""
        ...

    @property
    def box(self) -> Box: ...

    def step(self, frame: int) -> int:
        """Which state frame number `frame` shows; equal steps look equal."""
        ...

    def at(self, step: int) -> Picture:
        """What `box` shows at this step."""
        ...


@dataclass(frozen=True)
class Drift:
    """A window of the frame's size that glides along a closed curve over a wider picture, by whole chroma samples."""

    wide: Picture
    seconds: float
    """One round of the curve takes this long."""
    box: Box = FRAME

    @property
    def still(self) -> Picture:
        return self.at(self.step(0))

    def step(self, frame: int) -> int:
        height, width = (int(length) for length in self.wide.y.shape)
        turn = 2 * math.pi * frame / FPS / self.seconds
        x = round((width - self.box.width) / 2 * (1 - math.cos(turn)) / 2)
        y = round((height - self.box.height) / 2 * (1 + math.sin(turn * 2 + 0.6)) / 2)
        return y * width + x

    def at(self, step: int) -> Picture:
        y, x = divmod(step, int(self.wide.y.shape[1]))
        return self.wide.view(self.box._replace(x=2 * x, y=2 * y))


@dataclass(frozen=True)
class Cycle:
    """A still picture of which one box moves through phases, each drawn when first shown and kept."""

    still: Picture
    box: Box
    phase: Callable[[int], Picture]
    step: Callable[[int], int]
    _drawn: dict[int, Picture] = field(default_factory=dict)

    def at(self, step: int) -> Picture:
        if step not in self._drawn:
            self._drawn[step] = self.phase(step)
        return self._drawn[step]


def to_and_fro(phases: int, seconds: float) -> Callable[[int], int]:
    """Phases from first to last and back within `seconds`, easing at both ends."""
    return lambda frame: round((phases - 1) * (1 - math.cos(2 * math.pi * frame / FPS / seconds)) / 2)


def round_and_round(phases: int, seconds: float) -> Callable[[int], int]:
    """Phases in order, again and again, each round within `seconds`."""
    return lambda frame: int(frame / FPS / seconds * phases) % phases


def reached(centre: tuple[float, float], radius: float, frame: Box) -> Box:
    """The part of the frame that a disc covers."""
    x, y = centre
    return Box.around(x - radius, y - radius, x + radius, y + radius).meet(frame)


def grid(box: Box) -> tuple[F32, F32]:
    """X and Y of each pixel's centre, shapes (1, w) and (h, 1)."""
    x = np.arange(box.x, box.right, dtype=np.float32)[None, :] + np.float32(0.5)
    y = np.arange(box.y, box.bottom, dtype=np.float32)[:, None] + np.float32(0.5)
    return x, y


def two_tone(cover: F32, ground: Rgb, colour: Rgb) -> Picture:
    """`colour` through `cover` (0–1, shape (h, w), both even) over a plain ground."""
    rows = cover[::2] + cover[1::2]  # four times as fast as a mean over two axes
    half = (rows[:, ::2] + rows[:, 1::2]) * np.float32(0.25)
    planes = [_mixed(part, low, high) for part, low, high in zip((cover, half, half), yuv(ground), yuv(colour), strict=True)]
    return Picture(*planes)


def _mixed(cover: F32, low: int, high: int) -> U8:
    mixed: U8 = (cover * np.float32(high - low) + np.float32(low + 0.5)).astype(np.uint8)
    return mixed


def smooth(rgb: F32, width: int, height: int, *, grain: float = 0.5) -> Picture:
    """A small picture (h, w, 3), R'G'B' 0–255, enlarged softly. Grain, in steps of luma, hides the bands of 8 bits."""
    y, u, v = yuv_planes(rgb)
    noise = (np.random.default_rng(7).random((height, width), np.float32) - np.float32(0.5)) * np.float32(2 * grain)
    return Picture(_enlarged(y, width, height, noise), _enlarged(u, width // 2, height // 2), _enlarged(v, width // 2, height // 2))


def _enlarged(plane: F32, width: int, height: int, noise: F32 | float = 0.0) -> U8:
    large = np.asarray(Image.fromarray(plane).resize((width, height), Image.Resampling.BICUBIC))
    rounded: U8 = np.clip(np.rint(large + noise), 16, 240).astype(np.uint8)
    return rounded
