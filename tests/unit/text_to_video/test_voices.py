"""Who speaks: by name, by settings, by what is installed; and espeak-ng whenever somebody else does not."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from shared.schemas.reels import DEFAULT_VOICE_ID, PAID_VOICES, VOICE_IDS, VoiceId
from shared.settings import Settings, Speech, load_settings
from tests.faults.s3_server import free_port
from tests.pitch import pitch_hz
from tests.tiny_voices import kokoro_voice, piper_voice
from text_to_video.script.base import Script, tokens
from text_to_video.script.spoken import spoken_line
from text_to_video.speech.base import Speech as Spoken
from text_to_video.speech.voices import ESPEAK, open_voice, usual_voice

LINE = "You'll shape sourdough loaves, rolls and rye breads in a stone oven."
KEYS = {
    "fish_audio": "FISH_AUDIO_API_KEY",
    "elevenlabs": "ELEVENLABS_API_KEY",
    "gemini": "GEMINI_API_KEY",
    "openai": "OPENAI_API_KEY",
}
URLS = {
    "fish_audio": "FISH_AUDIO_BASE_URL",
    "elevenlabs": "ELEVENLABS_BASE_URL",
    "gemini": "GEMINI_BASE_URL",
    "openai": "OPENAI_TTS_BASE_URL",
}


def script(language: str = "en") -> Script:
    return Script((spoken_line("duty", LINE, language),), language)


def configured(folder: Path, **environ: str) -> Settings:
    return load_settings({"DATA_DIR": str(folder)} | environ, None)


def speak(settings: Settings, voice: VoiceId | None = None, language: str = "en", *, paid: bool = True) -> Spoken:
    return open_voice(settings, language, voice, paid=paid).speak(script(language))


def pitch(speech: Spoken) -> float:
    return pitch_hz(speech.samples, speech.sample_rate)


def test_every_voice_that_settings_can_name_has_an_id() -> None:
    assert set(get_args(Speech.model_fields["speech"].annotation)) == {"auto", *VOICE_IDS} - {"espeak-f2", "espeak-m8"}
    assert set(KEYS) == PAID_VOICES


@pytest.mark.parametrize("language", ["en", "de", "pt-BR", "xx"])
def test_espeaks_variants_sound_different_in_every_language(tmp_path: Path, language: str) -> None:
    """espeak-ng takes a variant it does not have without a word: then they would sound alike."""
    heard = {voice: pitch(speak(configured(tmp_path), voice, language)) for voice in ESPEAK}
    assert heard["espeak-f2"] > 1.5 * heard["espeak"]
    assert heard["espeak-m8"] < 0.93 * heard["espeak"]


@pytest.mark.parametrize("voice", ESPEAK)
def test_each_of_them_tells_its_words_and_its_name(tmp_path: Path, voice: VoiceId) -> None:
    speech = speak(configured(tmp_path), voice)
    assert (speech.voice_id, speech.timing, speech.degraded) == (voice, "events", ())
    assert [word.text for word in speech.words] == tokens(LINE)
    assert 130 <= len(speech.words) / speech.duration * 60 <= 200


def test_by_default_espeak_speaks_and_nothing_is_missed(tmp_path: Path) -> None:
    speech = speak(configured(tmp_path))
    assert (speech.voice_id, speech.degraded) == (DEFAULT_VOICE_ID, ())


@pytest.mark.parametrize(
    ("environ", "language", "speaks"),
    [
        ({}, "en", "kokoro"),
        ({}, "de", "piper"),
        ({}, "nl", "espeak"),
        ({"SPEECH": "piper"}, "en", "piper"),
        ({"SPEECH": "espeak"}, "en", "espeak"),
        ({"FISH_AUDIO_API_KEY": "k"}, "nl", "fish_audio"),
        ({"ELEVENLABS_API_KEY": "k"}, "en", "elevenlabs"),
        ({"ELEVENLABS_API_KEY": "k", "FISH_AUDIO_API_KEY": "k"}, "en", "fish_audio"),
        ({"GEMINI_API_KEY": "k", "OPENAI_API_KEY": "k"}, "en", "kokoro"),
        ({"SPEECH": "openai", "FISH_AUDIO_API_KEY": "k"}, "en", "openai"),
        ({"SPEECH": "espeak", "FISH_AUDIO_API_KEY": "k"}, "en", "espeak"),
    ],
)
def test_who_speaks_when_nobody_is_named(tmp_path: Path, environ: dict[str, str], language: str, speaks: str) -> None:
    """A key that serves scripts too is no wish to be spoken to by its vendor."""
    kokoro_voice(tmp_path / "voices" / "kokoro")
    piper_voice(tmp_path / "voices" / "piper", "de_DE-tiny-low", espeak="de")
    piper_voice(tmp_path / "voices" / "piper", "en_US-tiny-low")
    assert usual_voice(configured(tmp_path, **environ), language) == speaks


def test_installed_voices_are_heard(tmp_path: Path) -> None:
    kokoro_voice(tmp_path / "elsewhere" / "kokoro")
    piper_voice(tmp_path / "elsewhere" / "piper", "de_DE-tiny-low", espeak="de")
    settings = configured(tmp_path, VOICES_DIR=str(tmp_path / "elsewhere"))
    for language, voice, rate in (("en", "kokoro", 24_000), ("de", "piper", 22_050)):
        speech = speak(settings, language=language)
        assert (speech.voice_id, speech.timing, speech.sample_rate, speech.degraded) == (voice, "aligned", rate, ())


@pytest.mark.parametrize(
    ("voice", "environ", "reason"),
    [
        ("piper", {}, "speech: piper: no voice is installed for en"),
        ("kokoro", {}, "speech: kokoro: it is not installed"),
        *((voice, {}, f"speech: {voice}: {key} is not set") for voice, key in KEYS.items()),
    ],
)
def test_a_voice_that_is_not_there_is_done_without_and_named(tmp_path: Path, voice: VoiceId, environ: dict[str, str], reason: str) -> None:
    """Whether it was asked for by name or is the usual one."""
    for speech in (speak(configured(tmp_path, **environ), voice), speak(configured(tmp_path, SPEECH=voice, **environ))):
        assert (speech.voice_id, speech.degraded) == ("espeak", (reason,))


def test_a_language_a_voice_does_not_speak(tmp_path: Path) -> None:
    kokoro_voice(tmp_path / "voices" / "kokoro")
    assert speak(configured(tmp_path), "kokoro", "de").degraded == ("speech: kokoro: it has no voice for de",)


@pytest.mark.parametrize("voice", sorted(PAID_VOICES))
def test_a_vendor_that_is_away_is_stood_in_for(tmp_path: Path, voice: VoiceId) -> None:
    url = {URLS[voice]: f"http://127.0.0.1:{free_port()}"}
    speech = speak(configured(tmp_path, TTS_DEADLINE_S="1", **{KEYS[voice]: "k"}, **url), voice)
    assert speech.voice_id == "espeak"
    [reason] = speech.degraded
    assert reason.startswith(f"speech: {voice}: away: 127.0.0.1")


@pytest.mark.parametrize("voice", sorted(PAID_VOICES))
def test_without_leave_to_pay_no_vendor_is_asked(tmp_path: Path, voice: VoiceId) -> None:
    speech = speak(configured(tmp_path, **{KEYS[voice]: "k"}), voice, paid=False)
    assert (speech.voice_id, speech.degraded) == ("espeak", (f"speech: {voice}: today's budget of paid voices is used up",))


def test_a_broken_voice_is_stood_in_for(tmp_path: Path) -> None:
    piper_voice(tmp_path / "voices" / "piper", "en_US-tiny-low").write_bytes(b"broken")
    speech = speak(configured(tmp_path))
    assert speech.voice_id == "espeak"
    assert "en_US-tiny-low.onnx cannot be loaded" in speech.degraded[0]
