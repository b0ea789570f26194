"""The voices, by their ids."""

from __future__ import annotations

from collections.abc import Mapping

from shared.schemas.reels import VoiceId
from text_to_video.speech.base import Voice
from text_to_video.speech.espeak import EspeakVoice

VOICES: Mapping[VoiceId, Voice] = {
    "espeak": EspeakVoice(),
    "espeak-f2": EspeakVoice(variant="f2"),
    "espeak-m8": EspeakVoice(variant="m8"),
}
