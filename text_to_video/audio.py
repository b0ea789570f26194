"""Speech made fit for publishing: 48 kHz stereo at a set loudness, with its peaks held down."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph
from numpy.typing import NDArray

from text_to_video.speech.base import Speech

SAMPLE_RATE = 48_000
LOUDNESS_LUFS = -16.0
"""Integrated, ITU-R BS.1770-4: what phones and short-video apps play without turning it down."""

_PEAK = 10 ** (-2.0 / 20)  # of the samples; one dB of room for what lies between them keeps the true peak under -1 dBTP
_FADE_S = 0.005
_SILENCE_LUFS = -70.0  # the gate of BS.1770: at or under it there is nothing to measure

Filter = tuple[str, str]
"""A name and its arguments, as ffmpeg-filters(1) has them."""


def master(speech: Speech, duration: float) -> NDArray[np.float32]:
    """Stereo float32 of shape (2, n), n = round(duration * 48000): -16 LUFS ±1, true peak ≤ -1 dBTP, no clicks.

    Silence fills what `speech` leaves of `duration` (seconds); a longer speech is cut. Silent speech stays silent.
    """
    limiter = f"limit={_PEAK:.4f}:level=0:attack=5:release=50:latency=1"
    samples = _filtered(
        speech,
        [("volume", f"{_gain_db(speech):.2f}dB"), ("aresample", f"{SAMPLE_RATE}:filter_size=48"), ("alimiter", limiter), _FLOAT],
    )
    mono = np.concatenate([frame.to_ndarray()[0] for frame in samples])[: round(duration * SAMPLE_RATE)]
    _fade(mono, round(_FADE_S * SAMPLE_RATE))
    padded = np.pad(mono, (0, round(duration * SAMPLE_RATE) - len(mono)))
    return np.stack([padded, padded])


_FLOAT: Filter = ("aformat", "sample_fmts=fltp")


def _gain_db(speech: Speech) -> float:
    """What brings the speech to LOUDNESS_LUFS once it plays on both channels."""
    measured = [frame.metadata for frame in _filtered(speech, [("ebur128", "metadata=1:dualmono=1")]) if frame.metadata]
    loudness = float(measured[-1]["lavfi.r128.I"]) if measured else _SILENCE_LUFS  # a last bit under 100 ms has none
    return LOUDNESS_LUFS - loudness if loudness > _SILENCE_LUFS else 0.0


def _filtered(speech: Speech, filters: Sequence[Filter]) -> list[AudioFrame]:
    """The frames that come out of a chain of filters."""
    graph = Graph()
    source = graph.add_abuffer(sample_rate=speech.sample_rate, format="fltp", layout="mono", time_base=Fraction(1, speech.sample_rate))
    sink = graph.add("abuffersink")
    graph.link_nodes(source, *(graph.add(*each) for each in filters), sink).configure()
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(speech.samples[None]), format="fltp", layout="mono")
    frame.sample_rate, frame.time_base, frame.pts = speech.sample_rate, Fraction(1, speech.sample_rate), 0
    source.push(frame)
    source.push(None)
    frames: list[AudioFrame] = []
    while True:
        try:
            pulled = sink.pull()
        except av.EOFError:
            return frames
        assert isinstance(pulled, AudioFrame)
        frames.append(pulled)


def _fade(samples: NDArray[np.float32], length: int) -> None:
    """In and out over `length` samples, in place."""
    length = min(length, len(samples) // 2)
    ramp = np.linspace(0, 1, length, dtype=np.float32)
    samples[:length] *= ramp
    samples[len(samples) - length :] *= ramp[::-1]
