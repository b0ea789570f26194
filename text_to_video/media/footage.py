"""What footage is: frames of a picture or a clip, and why a file is none."""

from __future__ import annotations

from typing import Protocol

from text_to_video.picture import Picture


class BadFootage(ValueError):
    """Why a file cannot be used, in words for the operator."""


class Footage(Protocol):
    """Moving pictures of a frame's size, as long as anyone asks."""

    @property
    def at_once(self) -> int:
        """How many threads it serves at a time."""
        ...

    def step(self, frame: int) -> int:
        """Which of its pictures frame number `frame` of the reel shows; it never falls."""
        ...

    def at(self, step: int) -> Picture:
        """That picture; it stays as it is until the next call. Asked for in order, though not for every one."""
        ...
