"""Gemini's generateContent with the AUDIO modality, in its wire format."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

from tests.stubs.gemini import KEY, bad_key, error
from tests.stubs.speaking import Reading, SpeakingStub
from tests.stubs.vendor import Asked, Says, missing

_PATH = re.compile(r"/v1beta/models/[\w.-]+:generateContent")
_VOICE = ("generationConfig", "speechConfig", "voiceConfig", "prebuiltVoiceConfig", "voiceName")


class GeminiSpeechStub(SpeakingStub):
    """Older models send bare samples, newer ones WAV: `wav` says which it is."""

    wav = False

    def complaint(self, asked: Asked) -> Says | None:
        if not _PATH.fullmatch(asked.path):
            return error(404, "NOT_FOUND", f"nothing at {asked.path}")
        if asked.headers.get("x-goog-api-key") != KEY:
            return bad_key()
        if missing(asked.body, _VOICE) or asked.body["generationConfig"].get("responseModalities") != ["AUDIO"]:
            return error(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
        return None

    def text_of(self, body: Mapping[str, Any]) -> str:
        return str(body["contents"][0]["parts"][0]["text"])

    def reading(self, asked: Asked, reading: Reading) -> Says:
        if self.wav:
            return answer(reading.wav(24_000), "audio/wav")
        return answer(reading.pcm(24_000), "audio/L16;codec=pcm;rate=24000")


def answer(audio: bytes, media_type: str) -> Says:
    part = {"inlineData": {"mimeType": media_type, "data": base64.b64encode(audio).decode()}}
    candidate = {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}
    return Says({"candidates": [candidate], "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 48}, "modelVersion": "stub"})


def no_audio(finish: str = "OTHER") -> Says:
    return Says({"candidates": [{"content": {"role": "model"}, "finishReason": finish, "index": 0}]})
