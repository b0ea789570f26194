"""Words found in other renditions of a sentence, against where they are known to be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.text_to_video.test_espeak_timing import LINES
from tests.warping import Warped, warped
from text_to_video.script.base import Line, Script
from text_to_video.speech.alignment import Recording, aligned
from text_to_video.speech.base import Speech
from text_to_video.speech.espeak import EspeakVoice

VOICES = {
    "another pace": (EspeakVoice(), 1.0),
    "a woman": (EspeakVoice(variant="f4"), 1.12),
    "a deep voice": (EspeakVoice(variant="m7"), 0.9),
    "another synthesiser": (EspeakVoice(variant="klatt4"), 1.1),
    "a Scot": (EspeakVoice(voices={"en": "en-gb-scotland"}), 0.95),
    "a whisper": (EspeakVoice(variant="whisper"), 1.0),
}
SOME = LINES[:5]


def spoken(line: str, voice: EspeakVoice) -> Speech:
    return voice.speak(Script((Line("duty", line, line),)))


def found(said: Warped, line: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    reference = spoken(line, EspeakVoice())
    starts = [word.start for word in reference.words]
    return np.array(aligned(Recording(said.samples, said.rate), Recording(reference.samples, reference.sample_rate), starts))


@pytest.fixture(scope="module")
def errors() -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Found minus true, in seconds, by voice: 5 lines each, every one at an uneven pace, with two pauses and noise."""
    return {
        name: np.concatenate([
            found(said, line) - said.starts
            for seed, line in enumerate(SOME)
            for said in [warped(spoken(line, voice), seed, throat=throat, noise_db=(-35, -25, -18)[seed % 3])]
        ])
        for name, (voice, throat) in VOICES.items()
    }  # fmt: skip


@pytest.mark.parametrize("voice", VOICES)
def test_words_are_found_in_other_voices(errors: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]], voice: str) -> None:
    assert np.median(np.abs(errors[voice])) <= 0.015
    assert np.quantile(np.abs(errors[voice]), 0.9) <= 0.08


def test_all_together(errors: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]) -> None:
    """What the captions of an engine without times can be trusted with."""
    every = np.abs(np.concatenate(list(errors.values())))
    assert len(every) > 200
    assert np.median(every) <= 0.01
    assert every.mean() <= 0.02


def test_it_is_far_better_than_shares_of_the_time(errors: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]) -> None:
    line = SOME[3]
    said = warped(spoken(line, EspeakVoice()), 3)
    words = line.split(" ")
    shares = np.cumsum([0, *(len(word) + 1 for word in words)])[:-1] / (len(line) + 1)
    proportional = 0.3 + shares * (len(said.samples) / said.rate - 0.6)
    assert np.abs(found(said, line) - said.starts).mean() < 0.2 * np.abs(proportional - said.starts).mean()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), seconds=st.floats(0.01, 3), level=st.sampled_from([0.0, 1e-6, 0.5]))
def test_whatever_the_recording_words_get_times_in_order_within_it(seed: int, seconds: float, level: float) -> None:
    """Silence, noise, a click: an engine may send anything."""
    noise = np.random.default_rng(seed).normal(0, level, round(seconds * 16_000)).astype(np.float32)
    said = Warped(np.clip(noise, -1, 1), 16_000, np.zeros(0))
    starts = found(said, "You'll train two apprentices.")
    assert (np.diff(starts) >= 0).all()
    assert starts[0] >= 0
    assert starts[-1] <= seconds + 0.01
