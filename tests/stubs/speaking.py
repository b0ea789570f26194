"""What the speaking vendors' stubs share: they read aloud whatever they are asked to, in a voice that is not our usual one."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.stubs.vendor import Asked, Says, VendorStub
from text_to_video.script.base import Line, Script
from text_to_video.speech.base import Samples
from text_to_video.speech.espeak import EspeakVoice

READS = Says("read what you are asked to")
LEAD_S = 0.25
"""Silence before every line."""


class SpeakingStub(VendorStub):
    """Reads aloud when its script is empty, or has come to READS. `texts` is what it was asked to read, `readings` what it read."""

    def __init__(self, *script: Says) -> None:
        super().__init__(*script)
        self.readings: dict[str, Reading] = {}

    @property
    def texts(self) -> list[str]:
        return [self.text_of(asked.body) for asked in self.asked]

    def refusal(self, asked: Asked) -> Says | None:
        complaint = self.complaint(asked)
        if complaint is None and (not self.script or self.script[0] is READS):
            text = self.text_of(asked.body)
            self.readings[text] = read(text)
            return self.reading(asked, self.readings[text])
        return complaint

    def complaint(self, asked: Asked) -> Says | None:
        """What the vendor says to a request that is not one of its own."""
        raise NotImplementedError

    def text_of(self, body: Mapping[str, Any]) -> str:
        raise NotImplementedError

    def reading(self, asked: Asked, reading: Reading) -> Says:
        """The vendor's answer with this reading."""
        raise NotImplementedError


@dataclass(frozen=True)
class Reading:
    """`words` with the seconds at which each starts and ends; `samples` with silence before them."""

    samples: Samples
    rate: int
    words: tuple[tuple[str, float, float], ...]

    def pcm(self, rate: int) -> bytes:
        """16-bit samples at another rate."""
        moments = np.arange(0, len(self.samples) - 1, self.rate / rate)
        return bytes((np.interp(moments, np.arange(len(self.samples)), self.samples) * 32767).astype("<i2").tobytes())

    def wav(self, rate: int, *, claims: int | None = None) -> bytes:
        """A WAV file; `claims` is the length of its sound that its header tells, if not the true one."""
        pcm = self.pcm(rate)
        size = len(pcm) if claims is None else claims
        form = struct.pack("<IHHIIHH", 16, 1, 1, rate, 2 * rate, 2, 16)
        return b"RIFF" + struct.pack("<I", min(size + 36, 0xFFFFFFFF)) + b"WAVEfmt " + form + b"data" + struct.pack("<I", size) + pcm


def read(text: str) -> Reading:
    speech = EspeakVoice(variant="f2", rate=150).speak(Script((Line("duty", text, text),)))
    lead = np.zeros(round(LEAD_S * speech.sample_rate), np.float32)
    words = tuple((word.text, word.start + LEAD_S, word.end + LEAD_S) for word in speech.words)
    return Reading(np.concatenate([lead, speech.samples, lead]), speech.sample_rate, words)
