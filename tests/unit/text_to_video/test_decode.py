"""Audio of every kind vendors send."""

from __future__ import annotations

import io

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from tests.stubs.speaking import Reading
from text_to_video.speech.decode import NoAudio, samples_of

RATE = 24_000


def tone(seconds: float = 1.0, rate: int = RATE) -> NDArray[np.float32]:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def encoded(container: str, codec: str, rate: int) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        stream = file.add_stream(codec, rate=rate, layout="mono")
        assert isinstance(stream, AudioStream)
        frame = av.AudioFrame.from_ndarray((tone(rate=rate) * 32767).astype(np.int16)[None], format="s16", layout="mono")
        frame.sample_rate = rate
        for packet in (*stream.encode(frame), *stream.encode(None)):
            file.mux(packet)
    return out.getvalue()


def pitch(samples: NDArray[np.float32], rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * rate / len(samples)


@pytest.mark.parametrize(("container", "codec", "rate"), [("mp3", "mp3", 44_100), ("ogg", "libopus", 48_000), ("flac", "flac", RATE)])
def test_files_of_many_kinds(container: str, codec: str, rate: int) -> None:
    samples, found = samples_of(encoded(container, codec, rate), f"audio/{container}")
    assert (found, str(samples.dtype), samples.ndim) == (rate, "float32", 1)
    assert len(samples) / rate == pytest.approx(1, abs=0.08)
    assert pitch(samples, rate) == pytest.approx(440, abs=3)


@pytest.mark.parametrize("claims", [None, 0, 4_294_967_040, 0xFFFFFFFF])
def test_a_wav_whatever_its_header_claims(claims: int | None) -> None:
    """Streams do not know their length when they send it: Fish Audio says 13 hours, others 0."""
    samples, rate = samples_of(Reading(tone(), RATE, ()).wav(RATE, claims=claims), "audio/wav")
    assert (rate, abs(len(samples) - RATE) <= 1) == (RATE, True)
    assert pitch(samples, rate) == pytest.approx(440, abs=3)


@pytest.mark.parametrize(
    ("media_type", "rate"),
    [("audio/L16;codec=pcm;rate=24000", 24_000), ("audio/l16; rate=16000; channels=1", 16_000), ("audio/pcm", 24_000)],
)
def test_bare_samples_at_the_rate_their_type_tells(media_type: str, rate: int) -> None:
    samples, found = samples_of(Reading(tone(), RATE, ()).pcm(RATE) + b"\x00", media_type)
    assert found == rate
    assert np.abs(samples - tone()[: len(samples)]).max() < 1e-3


@pytest.mark.parametrize("media_type", ["", "audio/wav", "audio/L16;rate=0", "text/html"])
@pytest.mark.parametrize("data", [b"", b"RIFF", b"<html>", b"\xff\xfb" * 10])
def test_what_is_no_audio_is_said_to_be_none(data: bytes, media_type: str) -> None:
    with pytest.raises(NoAudio):
        samples_of(data, media_type)


def test_no_samples_are_no_audio() -> None:
    with pytest.raises(NoAudio):
        samples_of(b"\x00", "audio/L16;rate=24000")
