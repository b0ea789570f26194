"""Every voice has its id, sounds unlike the others, and keeps to the times of the words."""

from __future__ import annotations

import pytest

from shared.schemas.reels import DEFAULT_VOICE_ID, VOICE_IDS, VoiceId
from tests.pitch import pitch_hz
from text_to_video.script.base import Script, tokens
from text_to_video.script.spoken import spoken_line
from text_to_video.speech.base import Speech
from text_to_video.speech.voices import VOICES

LINE = "You'll shape sourdough loaves, rolls and rye breads in a stone oven."


def speak(voice: VoiceId, language: str = "en") -> Speech:
    return VOICES[voice].speak(Script((spoken_line("duty", LINE, language),), language))


def pitch(voice: VoiceId, language: str = "en") -> float:
    speech = speak(voice, language)
    return pitch_hz(speech.samples, speech.sample_rate)


def test_every_id_has_a_voice() -> None:
    assert set(VOICES) == set(VOICE_IDS)


@pytest.mark.parametrize("language", ["en", "de", "pt-BR", "xx"])
def test_voices_sound_different_in_every_language(language: str) -> None:
    """espeak-ng takes a variant it does not have without a word: then they would sound alike."""
    usual = pitch(DEFAULT_VOICE_ID, language)
    assert pitch("espeak-f2", language) > 1.5 * usual
    assert pitch("espeak-m8", language) < 0.93 * usual


@pytest.mark.parametrize("voice", VOICE_IDS)
def test_each_voice_tells_its_words(voice: VoiceId) -> None:
    speech = speak(voice)
    assert [word.text for word in speech.words] == tokens(LINE)
    assert 130 <= len(speech.words) / speech.duration * 60 <= 200
