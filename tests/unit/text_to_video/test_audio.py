"""The sound of a reel, measured with ffmpeg's EBU R128 meter."""

import time
from fractions import Fraction

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.filter import Graph
from numpy.typing import NDArray

from text_to_video.audio import SAMPLE_RATE, master
from text_to_video.script.base import Script
from text_to_video.script.spoken import spoken_line
from text_to_video.speech.base import Speech
from text_to_video.speech.espeak import EspeakVoice

LINES = (
    "Could you bake for the whole town?",
    "Korn & Kruste is hiring a Senior Baker.",
    "You'll shape sourdough loaves, rolls and rye breads in a stone oven.",
    "You'll train two apprentices in lamination.",
    "And you'll order flour, butter and seeds from local mills.",
)


@pytest.fixture(scope="module")
def spoken() -> Speech:
    return EspeakVoice().speak(Script(tuple(spoken_line("duty", line) for line in LINES)))


def speech(samples: NDArray[np.floating], rate: int = 22_050) -> Speech:
    return Speech(samples.astype(np.float32), rate, ())


def measure(stereo: NDArray[np.float32]) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP."""
    graph = Graph()
    source = graph.add_abuffer(sample_rate=SAMPLE_RATE, format="fltp", layout="stereo", time_base=Fraction(1, SAMPLE_RATE))
    sink = graph.add("abuffersink")
    graph.link_nodes(source, graph.add("ebur128", "metadata=1:peak=true"), sink).configure()
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(stereo), format="fltp", layout="stereo")
    frame.sample_rate, frame.time_base, frame.pts = SAMPLE_RATE, Fraction(1, SAMPLE_RATE), 0
    source.push(frame)
    source.push(None)
    metadata: dict[str, str] = {}
    while True:
        try:
            pulled = sink.pull()
        except av.EOFError:
            return float(metadata["lavfi.r128.I"]), 20 * np.log10(float(metadata["lavfi.r128.true_peak"]) + 1e-12)
        assert isinstance(pulled, AudioFrame)
        metadata = dict(pulled.metadata) or metadata  # a last bit under 100 ms has none


@pytest.mark.parametrize("level", [1.0, 0.1, 0.01])
def test_speech_comes_out_at_the_set_loudness(spoken: Speech, level: float) -> None:
    loudness, peak = measure(master(speech(spoken.samples * level), spoken.duration + 1))
    assert loudness == pytest.approx(-16, abs=1)
    assert peak <= -1


@pytest.mark.parametrize("rate", [16_000, 24_000, 44_100, 48_000])
def test_any_sample_rate_keeps_its_pitch_and_length(rate: int) -> None:
    tone = speech(0.2 * np.sin(2 * np.pi * 440 * np.arange(2 * rate) / rate), rate)
    left = master(tone, 2.0)[0]
    spectrum = np.abs(np.fft.rfft(left * np.hanning(len(left))))
    assert np.argmax(spectrum) / 2.0 == pytest.approx(440, abs=1)
    assert measure(np.stack([left, left]))[0] == pytest.approx(-16, abs=1)


def test_sudden_peaks_stay_under_the_ceiling() -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 0.02, 22_050 * 6)
    noise[::11_025] = 1.0
    assert measure(master(speech(noise), 6.0))[1] <= -1


def test_both_channels_are_alike_and_as_long_as_asked(spoken: Speech) -> None:
    made = master(spoken, 25.5)
    assert made.shape == (2, 25.5 * SAMPLE_RATE)
    assert made.dtype == np.float32
    assert np.array_equal(made[0], made[1])
    assert not made[:, round((spoken.duration + 0.1) * SAMPLE_RATE) :].any()


def test_sound_stays_where_it_was() -> None:
    """Captions rely on it: a click a second in must come out a second in, to the sample."""
    samples = np.zeros(22_050 * 2)
    samples[22_050] = 0.5
    assert abs(int(np.abs(master(speech(samples), 2.0)[0]).argmax()) - SAMPLE_RATE) <= 1


def test_begins_and_ends_without_a_click() -> None:
    made = master(speech(np.full(22_050, 0.5)), 1.0)[0]
    assert abs(made[0]) < 1e-3
    assert abs(made[-1]) < 1e-3
    assert np.abs(np.diff(made)).max() < 0.05


def test_a_speech_longer_than_the_reel_is_cut_softly(spoken: Speech) -> None:
    made = master(spoken, 2.0)
    assert made.shape == (2, 2 * SAMPLE_RATE)
    assert abs(made[0, -1]) < 1e-3


@pytest.mark.parametrize("samples", [np.zeros(22_050, np.float32), np.full(500, 0.1, np.float32)])
def test_silence_and_scraps_are_no_trouble(samples: NDArray[np.float32]) -> None:
    made = master(speech(samples), 1.0)
    assert made.shape == (2, SAMPLE_RATE)
    assert np.abs(made).max() <= 0.2


def test_thirty_seconds_take_little_time(spoken: Speech) -> None:
    samples = np.resize(spoken.samples, 30 * spoken.sample_rate)
    master(speech(samples), 30.0)
    started = time.process_time()
    master(speech(samples), 30.0)
    assert time.process_time() - started < 0.15
