"""Speech with the time of every word, and the ports of those who speak.

A Voice speaks a whole script. Most are made of an Engine, which says single lines and knows more or less of its words' times:
`lines.LineVoice` makes a Voice of it. `chain.Chain` is a Voice of several, one for another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from shared.errors import RetryableJobError
from shared.schemas.reels import DEFAULT_VOICE_ID, Timing, VoiceId
from text_to_video.script.base import Script

Samples = NDArray[np.float32]
"""Mono, in [-1, 1], shape (n,)."""


@dataclass(frozen=True)
class Word:
    """A caption token (of `Line.display`) and when it is spoken, in seconds from the first sample; `line` indexes Script.lines."""

    text: str
    start: float
    end: float
    line: int


@dataclass(frozen=True)
class Speech:
    """`samples` at `sample_rate` Hz. Words are in order, non-overlapping, one per display token.

    `voice_id` is who spoke, `timing` the worst source of any word's time; `degraded` says why it is not who should have.
    """

    samples: Samples
    sample_rate: int
    words: tuple[Word, ...]
    timing: Timing = "events"
    voice_id: VoiceId = DEFAULT_VOICE_ID
    degraded: tuple[str, ...] = ()

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / self.sample_rate


class VoiceFailed(RetryableJobError):
    """A voice does not speak, now or ever; another one may."""

    code = "speech_failed"
    title = "The voice does not speak"


class Voice(Protocol):
    def speak(self, script: Script) -> Speech:
        """Blocks. Raises RetryableJobError when the engine fails."""
        ...


class Letter(NamedTuple):
    """A letter of what was said and when, in seconds from the first sample."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Said:
    """One line as an engine said it. `letters`: what it knows of times, in order; its spelling may differ from ours. None: nothing."""

    samples: Samples
    sample_rate: int
    letters: Sequence[Letter] | None = None


class Engine(Protocol):
    @property
    def voice_id(self) -> VoiceId: ...

    def say(self, texts: Sequence[str], language: str) -> list[Said]:
        """Each text, a sentence of plain words, on its own; `language` is a BCP 47 tag. Blocks. Raises VoiceFailed."""
        ...
