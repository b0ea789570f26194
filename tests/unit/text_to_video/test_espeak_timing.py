"""The times espeak-ng tells of, against a forced aligner that hears only the sound."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.forced_alignment import Utterance, word_starts
from text_to_video.script.base import Line, Script, tokens
from text_to_video.speech.base import Speech
from text_to_video.speech.espeak import EspeakVoice, phonemes

LINES = (
    "Could you bake for the whole town?",
    "You'll train two apprentices in the morning.",
    "You'll order flour and butter from local mills.",
    "You'll lead a team of five engineers across two time zones.",
    "You'll write clear reports for customers and partners.",
    "And you'll repair the engines of small boats.",
    "You'll answer questions from patients on the phone.",
    "They ask for three years of experience with large projects.",
    "You'll design tests that find faults before our users do.",
    "You'll manage the budget of the whole department.",
    "You'll help children learn to read and write.",
    "Tap to see the full role and apply today.",
    "You'll keep the servers running through the night.",
    "You'll plan routes for drivers in the north of the city.",
    "You'll speak with farmers about the price of wheat.",
    "The job is in a small office near the harbor.",
    "You'll build tools that other teams depend on.",
    "You'll check every delivery against the order.",
    "You'll paint walls, doors and windows of old houses.",
    "You'll work with doctors, nurses and volunteers.",
    "You'll review contracts and explain them in plain words.",
    "You'll measure what works and stop what does not.",
    "You'll turn customer feedback into better products.",
    "Bring a driver's license and a calm head.",
    "You'll teach new colleagues how the warehouse works.",
    "You'll cook breakfast for two hundred guests.",
    "You'll collect data from sensors in the field.",
    "You'll prepare meetings and write down what was decided.",
    "You'll sell tickets and guide visitors through the museum.",
    "You'll keep machines clean and ready for the next shift.",
    "You'll support sales with demos and honest answers.",
    "You'll translate letters between English and French.",
    "You'll watch over the quality of drinking water.",
    "You'll own the release process from start to finish.",
    "You'll look for weak points in our network.",
    "You'll draw maps of forests and rivers.",
    "You'll find people a place to live.",
    "You'll count the stock at the end of each month.",
    "You'll make sure that trains leave on time.",
    "It pays forty dollars an hour.",
)
PADDING_S = 0.1
_PHONE = re.compile(r"\w\^\wː?|\wː?")


def heard(line: str) -> tuple[Speech, Utterance] | None:
    """A line as spoken, and what the aligner is given of it. None: espeak-ng reads two of its words as one, so none has a time."""
    words = phonemes(line, "en-us").replace("ˈ", "").replace("ˌ", "").split(" ")
    if len(words) != len(tokens(line)):
        return None
    speech = EspeakVoice().speak(Script((Line("duty", line, line),)))
    silence = np.zeros(round(PADDING_S * speech.sample_rate), np.float32)
    samples = np.concatenate([silence, speech.samples, silence])
    return speech, Utterance(samples, speech.sample_rate, [_PHONE.findall(word) for word in words])


@pytest.fixture(scope="module")
def errors() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Told minus heard, in seconds, of every word."""
    pairs = [pair for line in LINES if (pair := heard(line))]
    found = word_starts([utterance for _, utterance in pairs], rounds=6)
    told = [[word.start + PADDING_S for word in speech.words] for speech, _ in pairs]
    return np.concatenate([np.subtract(a, b) for a, b in zip(told, found, strict=True)])


def test_a_words_time_is_within_15_ms_of_where_it_is_heard(errors: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    assert len(errors) > 220
    assert np.median(np.abs(errors)) <= 0.015
    assert np.quantile(np.abs(errors), 0.9) <= 0.06


def test_the_aligner_would_notice_a_shift(errors: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    """30 ms to either side, a frame of the reel, would fail the test above."""
    for shift in (-0.03, 0.03):
        assert np.median(np.abs(errors + shift)) > 0.015
