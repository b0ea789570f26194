"""Audio as vendors send it, to samples."""

from __future__ import annotations

import io
import re

import av
import numpy as np
from av.audio.resampler import AudioResampler

from text_to_video.speech.base import Samples

_RAW = re.compile(r"audio/(?:l16|pcm)\b", re.IGNORECASE)
_RATE = re.compile(r"rate=(\d+)", re.IGNORECASE)
_USUAL_RATE = 24_000


class NoAudio(ValueError):
    """The bytes are no audio, or none that can be read."""


def samples_of(data: bytes, media_type: str = "") -> tuple[Samples, int]:
    """Mono samples and their rate in Hz, of a WAV, MP3, Ogg … or of bare 16-bit little-endian PCM if `media_type` says so.

    A WAV's header may lie about its length, as those of streams do. Raises NoAudio.
    """
    if _RAW.match(media_type):
        rate = _RATE.search(media_type)
        samples, hertz = _from_pcm(data), int(rate[1]) if rate else _USUAL_RATE
    else:
        samples, hertz = _from_container(data)
    if not len(samples) or hertz <= 0:
        raise NoAudio("there is no sound in it")
    return np.clip(samples, -1, 1), hertz  # lossy codecs overshoot


def _from_pcm(data: bytes) -> Samples:
    return np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float32) / np.float32(32768)


def _from_container(data: bytes) -> tuple[Samples, int]:
    try:
        with av.open(io.BytesIO(data), "r") as container:
            stream = container.streams.audio[0]
            mono = AudioResampler(format="flt", layout="mono", rate=stream.rate)
            frames = [made for frame in container.decode(stream) for made in mono.resample(frame)]
            frames += mono.resample(None)
            return np.concatenate([frame.to_ndarray()[0] for frame in frames] or [np.zeros(0, np.float32)]), stream.rate
    except (av.FFmpegError, IndexError) as error:
        raise NoAudio(f"it cannot be read ({type(error).__name__})") from None
