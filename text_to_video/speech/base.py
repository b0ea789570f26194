"""Speech with the time of every word, and the port of those who speak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from text_to_video.script.base import Script


@dataclass(frozen=True)
class Word:
    """A caption token (of `Line.display`) and when it is spoken, in seconds from the first sample; `line` indexes Script.lines."""

    text: str
    start: float
    end: float
    line: int


@dataclass(frozen=True)
class Speech:
    """`samples`: mono float32 in [-1, 1], shape (n,), at `sample_rate` Hz. Words are in order, non-overlapping, one per display token."""

    samples: NDArray[np.float32]
    sample_rate: int
    words: tuple[Word, ...]

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / self.sample_rate


class Voice(Protocol):
    def speak(self, script: Script) -> Speech:
        """Raises RetryableJobError when the engine fails."""
        ...
