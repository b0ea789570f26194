"""Speech as another engine might say it: at an uneven pace, with pauses of its own, from another throat, with some noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from text_to_video.speech.base import Speech

_FRAME_S, _SEEK_S, _KNOT_S = 0.03, 0.008, 0.3
_AROUND_S = 0.3

Signal = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Warped:
    """`starts`: when each word begins, in seconds, exactly."""

    samples: NDArray[np.float32]
    rate: int
    starts: NDArray[np.floating[Any]]


def warped(speech: Speech, seed: int, *, throat: float = 1.0, noise_db: float = -30.0, pauses: int = 2) -> Warped:
    """Tempo changes between 0.65 and 1.5 every 0.3 s; `pauses` of 0.12–0.4 s come before words; `throat` > 1 is shorter, and faster."""
    rng = np.random.default_rng(seed)
    rate = speech.sample_rate
    signal, starts = _stretched(speech, rng)
    for _ in range(pauses):
        word, gap = int(rng.integers(1, len(starts))), rng.uniform(0.12, 0.4)
        at = int(starts[word] * rate)
        signal = np.concatenate([signal[:at], np.zeros(int(gap * rate)), signal[at:]])
        starts[word:] += gap
    signal = np.pad(signal, round(_AROUND_S * rate * throat))
    signal = signal + rng.normal(0, np.sqrt((signal**2).mean()) * 10 ** (noise_db / 20), len(signal))
    return Warped((0.7 * signal / np.abs(signal).max()).astype(np.float32), round(rate * throat), (starts / throat + _AROUND_S))


def _stretched(speech: Speech, rng: np.random.Generator) -> tuple[Signal, Signal]:
    """Waveform-similarity overlap-add (Verhelst & Roelands 1993), and where the words went."""
    rate, signal = speech.sample_rate, speech.samples.astype(float)
    size, seek = round(_FRAME_S * rate) // 2 * 2, round(_SEEK_S * rate)
    half = size // 2
    padded = np.pad(signal, (size, 2 * size + seek))
    tempo = np.exp(rng.uniform(np.log(0.65), np.log(1.5), int(len(signal) / rate / _KNOT_S) + 2))
    made, window = np.zeros(2 * len(signal) + 4 * size), np.hanning(size + 1)[:size]
    at, out, last = 0.0, 0, size
    taken: list[float] = []
    put: list[float] = []
    while at < len(signal):
        target = padded[last + half : last + half + half] if out else padded[size : size + half]
        places = range(int(at) + size - seek, int(at) + size + seek, 2)
        last = max(places, key=lambda place: _likeness(target, padded[place : place + half]))
        made[out : out + size] += window * padded[last : last + size]
        taken.append(last - size + half)
        put.append(out + half)
        at += half * tempo[int(at / rate / _KNOT_S)]
        out += half
    starts = np.interp([word.start * rate for word in speech.words], np.maximum.accumulate(taken), put) / rate
    return made[: out + half], starts


def _likeness(a: Signal, b: Signal) -> float:
    return float(a @ b) / (float(np.linalg.norm(b)) + 1e-6)
