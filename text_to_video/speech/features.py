"""PURE: what speech sounds like, frame by frame, and where it is silent. The measure two renditions of one sentence are compared by."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from text_to_video.speech.base import Samples

Frames = NDArray[np.floating[Any]]

_WINDOW_S = 0.025
_BANDS, _LOW_HZ, _HIGH_HZ = 26, 80.0, 7000.0
_COEFFICIENTS, _DELTA = 10, 3
_QUIET_DB, _FLOOR_DB, _LEAST_DB = 38.0, 6.0, 20.0
_PAUSE_S = 0.08  # a stop's closure is shorter, and part of its word


def features(samples: Samples, rate: int, count: int, tract: float = 1.0) -> Frames:
    """Shape (count, 20): mel-frequency cepstra and their slopes at `count` moments evenly over the samples.

    `tract` stretches the mel scale's frequencies, as a shorter vocal tract does (> 1).
    Davis & Mermelstein 1980; Eide & Gish 1996 for the tract.
    """
    size = round(_WINDOW_S * rate)
    length = 1 << (size - 1).bit_length()
    spectrum = np.abs(np.fft.rfft(_frames(samples, size, count) * np.hanning(size), length)) ** 2
    energy = spectrum @ _mel_bands(rate, length, tract)
    cepstra = np.log(energy + 1e-4 * energy.mean() + 1e-12) @ _cosines()
    padded = np.pad(cepstra, ((_DELTA, _DELTA), (0, 0)), "edge")
    return np.hstack([cepstra, padded[2 * _DELTA :] - padded[: -2 * _DELTA]])


def pauses(samples: Samples, rate: int, count: int) -> NDArray[np.bool_]:
    """Which of `count` moments evenly over the samples lie in a pause: near silence for 80 ms or more."""
    size = round(_WINDOW_S * rate)
    level = 10 * np.log10((_frames(samples, size, count) ** 2).mean(1) + 1e-10)
    loud, floor = np.quantile(level, 0.95), np.quantile(level, 0.02)
    quiet: NDArray[np.bool_] = level < max(loud - _QUIET_DB, min(floor + _FLOOR_DB, loud - _LEAST_DB))
    edges = np.flatnonzero(np.diff(np.pad(quiet, 1)))
    least = round(_PAUSE_S * rate * count / max(1, len(samples)))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        quiet[start:stop] = stop - start >= least
    return quiet


def standardised(frames: Frames) -> Frames:
    """Each column with mean 0 and deviation 1: what speaker and microphone add is gone."""
    result: Frames = (frames - frames.mean(0)) / (frames.std(0) + 1e-9)
    return result


def _frames(samples: Samples, size: int, count: int) -> Frames:
    starts = (np.arange(count) * len(samples) / count).astype(int)
    padded: Frames = np.pad(samples, (size // 2, size))
    return padded[starts[:, None] + np.arange(size)]


@functools.cache
def _mel_bands(rate: int, length: int, tract: float) -> Frames:
    """Triangles, shape (length // 2 + 1, bands)."""
    low, high = 1127 * np.log1p(np.array([_LOW_HZ, _HIGH_HZ]) / 700)
    edges = 700 * np.expm1(np.linspace(low, high, _BANDS + 2) / 1127) * tract
    frequencies = np.fft.rfftfreq(length, 1 / rate)
    rising = (frequencies - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - frequencies) / np.diff(edges)[1:, None]
    bands: Frames = np.maximum(0, np.minimum(rising, falling)).T
    return bands


@functools.cache
def _cosines() -> Frames:
    cosines: Frames = np.cos(np.pi / _BANDS * (np.arange(_BANDS)[:, None] + 0.5) * np.arange(_COEFFICIENTS))
    return cosines
