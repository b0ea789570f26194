"""Speech made fit for publishing, over music or not: 48 kHz stereo at a set loudness, with its peaks held down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph
from av.filter.context import FilterContext
from numpy.typing import NDArray

from text_to_video.speech.base import Speech

SAMPLE_RATE = 48_000
LOUDNESS_LUFS = -16.0
"""Integrated, ITU-R BS.1770-4: what phones and short-video apps play without turning it down."""

Stereo = NDArray[np.float32]
"""Shape (2, n), at SAMPLE_RATE."""

_PEAK = 10 ** (-2.0 / 20)  # of the samples; one dB of room for what lies between them keeps the true peak under -1 dBTP
_FADE_S = 0.005
_SILENCE_LUFS = -70.0  # the gate of BS.1770: at or under it there is nothing to measure

Filter = tuple[str, str]
"""A name and its arguments, as ffmpeg-filters(1) has them."""

_LIMITER: Filter = ("alimiter", f"limit={_PEAK:.4f}:level=0:attack=5:release=50:latency=1")
_FLOAT: Filter = ("aformat", "sample_fmts=fltp")


def master(speech: Speech, duration: float) -> Stereo:
    """Stereo float32 of shape (2, n), n = round(duration * 48000): -16 LUFS ±1, true peak ≤ -1 dBTP, no clicks.

    Silence fills what `speech` leaves of `duration` (seconds); a longer speech is cut. Silent speech stays silent.
    """
    gain: Filter = ("volume", f"{_gain_db(speech.samples[None], speech.sample_rate):.2f}dB")
    made = _filtered(speech.samples[None], speech.sample_rate, [gain, ("aresample", f"{SAMPLE_RATE}:filter_size=48"), _LIMITER, _FLOAT])
    mono = made[0, : round(duration * SAMPLE_RATE)]
    _fade(mono, round(_FADE_S * SAMPLE_RATE))
    padded = np.pad(mono, (0, round(duration * SAMPLE_RATE) - len(mono)))
    return np.broadcast_to(padded, (2, len(padded)))


def mixed(voice: Stereo, music: Stereo) -> Stereo:
    """Both together, equally long, at the loudness and under the ceiling of `master`."""
    both = voice + music
    gain: Filter = ("volume", f"{_gain_db(both, SAMPLE_RATE):.2f}dB")
    return _filtered(both, SAMPLE_RATE, [gain, _LIMITER, _FLOAT])[:, : voice.shape[1]]


def loudness(samples: NDArray[np.float32], rate: int) -> float | None:
    """Integrated loudness in LUFS of samples of shape (1 or 2, n), one channel as if on both; None when there is nothing to measure."""
    frames = _frames(samples, rate, [("ebur128", f"metadata=1:dualmono={int(len(samples) == 1)}")])
    measured = [frame.metadata["lavfi.r128.I"] for frame in frames if frame.metadata]  # a last bit under 100 ms has none
    found = float(measured[-1]) if measured else _SILENCE_LUFS
    return found if found > _SILENCE_LUFS else None


def _gain_db(samples: NDArray[np.float32], rate: int) -> float:
    """What brings the samples to LOUDNESS_LUFS."""
    found = loudness(samples, rate)
    return 0.0 if found is None else LOUDNESS_LUFS - found


def _filtered(samples: NDArray[np.float32], rate: int, filters: Sequence[Filter]) -> NDArray[np.float32]:
    return np.concatenate([frame.to_ndarray() for frame in _frames(samples, rate, filters)], axis=1)


def _frames(samples: NDArray[np.float32], rate: int, filters: Sequence[Filter]) -> Iterator[AudioFrame]:
    """The frames that come out of a chain of filters; samples of shape (1 or 2, n). They go in by the second: filters keep copies."""
    graph, layout = Graph(), "mono" if len(samples) == 1 else "stereo"
    source = graph.add_abuffer(sample_rate=rate, format="fltp", layout=layout, time_base=Fraction(1, rate))
    sink = graph.add("abuffersink")
    graph.link_nodes(source, *(graph.add(*each) for each in filters), sink).configure()
    for start in range(0, samples.shape[1], rate):
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples[:, start : start + rate]), format="fltp", layout=layout)
        frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), start
        source.push(frame)
        yield from _ready(sink)
    source.push(None)
    yield from _ready(sink)


def _ready(sink: FilterContext) -> Iterator[AudioFrame]:
    while True:
        try:
            pulled = sink.pull()
        except (av.BlockingIOError, av.EOFError):  # it wants more, or is done
            return
        assert isinstance(pulled, AudioFrame)
        yield pulled


def _fade(samples: NDArray[np.float32], length: int) -> None:
    """In and out over `length` samples, in place."""
    length = min(length, len(samples) // 2)
    ramp = np.linspace(0, 1, length, dtype=np.float32)
    samples[:length] *= ramp
    samples[len(samples) - length :] *= ramp[::-1]
