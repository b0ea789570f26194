"""The one place that chooses the voice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from shared.schemas.reels import DEFAULT_VOICE_ID, PAID_VOICES, VoiceId
from text_to_video.speech.base import Engine, Voice, VoiceFailed
from text_to_video.speech.chain import Chain
from text_to_video.speech.espeak import EspeakVoice

if TYPE_CHECKING:
    from pydantic import SecretStr

    from shared.settings import Settings

ESPEAK: Mapping[VoiceId, EspeakVoice] = {
    "espeak": EspeakVoice(),
    "espeak-f2": EspeakVoice(variant="f2"),
    "espeak-m8": EspeakVoice(variant="m8"),
}

_NO_BUDGET = "today's budget of paid voices is used up"


def open_voice(settings: Settings, language: str, voice_id: VoiceId | None = None, *, paid: bool = True) -> Voice:
    """Who speaks `language` (BCP 47): `voice_id`, or None for who SPEECH names; espeak-ng stands in when that one does not speak.

    Without `paid` no vendor is asked. Why the wished voice did not speak is told in the speech's `degraded`.
    """
    wished = voice_id or usual_voice(settings, language)
    if wished in ESPEAK:
        return Chain([(wished, ESPEAK[wished])])
    stand_in: tuple[VoiceId, Voice] = (DEFAULT_VOICE_ID, ESPEAK[DEFAULT_VOICE_ID])
    if wished in PAID_VOICES and not paid:
        return Chain([stand_in], (f"speech: {wished}: {_NO_BUDGET}",))
    from text_to_video.speech.lines import LineVoice  # what only engines other than espeak-ng need takes time to load

    try:
        return Chain([(wished, LineVoice(_engine(settings, language, wished))), stand_in])
    except VoiceFailed as error:
        return Chain([stand_in], (f"speech: {error.message}",))


def usual_voice(settings: Settings, language: str) -> VoiceId:
    """Who speaks when nobody is asked for by name."""
    config = settings.speech
    if config.speech != "auto":
        return config.speech
    if config.vendor:
        return config.vendor
    folder = voices_folder(settings)
    if not folder.is_dir():
        return DEFAULT_VOICE_ID
    from text_to_video.speech.installed import kokoro_in, piper_for
    from text_to_video.speech.kokoro_voices import speaker_for

    if kokoro_in(folder) and speaker_for(language):
        return "kokoro"
    return "piper" if piper_for(language, folder) else DEFAULT_VOICE_ID


def voices_folder(settings: Settings) -> Path:
    """Where installed voices lie."""
    return settings.speech.voices_dir or settings.process.data_dir / "voices"


def _engine(settings: Settings, language: str, voice_id: VoiceId) -> Engine:
    """Raises VoiceFailed when it lacks its key or its files, or does not know the language."""
    if voice_id in PAID_VOICES:
        return _vendor(settings, voice_id)
    return _kokoro(settings, language) if voice_id == "kokoro" else _piper(settings, language)


def _piper(settings: Settings, language: str) -> Engine:
    from text_to_video.speech.installed import piper_for

    found = piper_for(language, voices_folder(settings), settings.speech.piper_voice)
    if found is None:
        raise VoiceFailed(f"piper: no voice is installed for {language}")
    from text_to_video.speech.piper import PiperEngine

    return PiperEngine(found.model)


def _kokoro(settings: Settings, language: str) -> Engine:
    from text_to_video.speech.installed import kokoro_in
    from text_to_video.speech.kokoro_voices import speaker_for

    found = kokoro_in(voices_folder(settings))
    if found is None:
        raise VoiceFailed("kokoro: it is not installed")
    if speaker_for(language) is None:
        raise VoiceFailed(f"kokoro: it has no voice for {language}")
    from text_to_video.speech.kokoro import KokoroEngine

    return KokoroEngine(found.model, settings.speech.kokoro_voice)


def _vendor(settings: Settings, voice_id: VoiceId) -> Engine:
    from text_to_video.speech.vendor import Vendor, VendorEngine

    config, models = settings.speech, settings.language_models
    vendor: Vendor
    if voice_id == "fish_audio":
        from text_to_video.speech.fish_audio import FishAudio

        key = _key(config.fish_audio_api_key, "FISH_AUDIO_API_KEY", voice_id)
        vendor = FishAudio(key, config.fish_audio_model, config.fish_audio_voice, config.fish_audio_base_url)
    elif voice_id == "elevenlabs":
        from text_to_video.speech.elevenlabs import ElevenLabs

        key = _key(config.elevenlabs_api_key, "ELEVENLABS_API_KEY", voice_id)
        vendor = ElevenLabs(key, config.elevenlabs_model, config.elevenlabs_voice, config.elevenlabs_base_url)
    elif voice_id == "gemini":
        from text_to_video.speech.gemini import GeminiSpeech

        key = _key(models.gemini_api_key, "GEMINI_API_KEY", voice_id)
        vendor = GeminiSpeech(key, config.gemini_tts_model, config.gemini_tts_voice, models.gemini_base_url)
    else:
        from text_to_video.speech.openai_compatible import OpenAISpeech

        key = _key(models.openai_api_key, "OPENAI_API_KEY", voice_id)
        vendor = OpenAISpeech(key, config.openai_tts_model, config.openai_tts_voice, config.openai_tts_base_url or models.openai_base_url)
    return VendorEngine(vendor, config.tts_timeout_s, config.tts_deadline_s)


def _key(key: SecretStr | None, setting: str, voice_id: VoiceId) -> SecretStr:
    if key is None:
        raise VoiceFailed(f"{voice_id}: {setting} is not set")
    return key
