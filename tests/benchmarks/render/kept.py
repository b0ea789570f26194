"""A reel's frames with nothing left to draw, in a file."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from text_to_video.encode import Film
from text_to_video.picture import U8, Picture

FILE = "frames.pickle"

Patch = tuple[slice, slice, U8]
"""Rows and columns of a plane, and what they become."""


@dataclass
class Frames:
    """All frames of a reel, by number, each as what it changes of the one before, plane by plane; and its sound."""

    size: tuple[int, int]
    audio: NDArray[np.float32]
    patches: dict[int, tuple[Patch | None, ...]] = field(default_factory=dict)

    @property
    def film(self) -> Film:
        """The reel again, with nothing left to draw."""
        return Film(self.size, len(self.patches), self._paint_on, lambda: self.audio)

    def _paint_on(self, picture: Picture) -> Callable[[int], None]:
        def paint(frame: int) -> None:
            for plane, patch in zip(picture, self.patches[frame], strict=True):
                if patch:
                    plane[patch[0], patch[1]] = patch[2]

        return paint

    def save(self, folder: Path) -> None:
        (folder / FILE).write_bytes(pickle.dumps(self))

    @classmethod
    def load(cls, folder: Path) -> Frames:
        frames: Frames = pickle.loads((folder / FILE).read_bytes())
        return frames
