"""Gemini's text-to-speech models: generateContent with the AUDIO modality. No times come with it.

https://ai.google.dev/gemini-api/docs/speech-generation
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from pydantic import SecretStr

from shared.http.client import Reply
from shared.llm.failures import NoText
from shared.llm.gemini_errors import failure
from shared.schemas.reels import VoiceId
from text_to_video.speech.base import Said
from text_to_video.speech.vendor import Request, body_of, heard, read_with


@dataclass(frozen=True)
class GeminiSpeech:
    voice_id: ClassVar[VoiceId] = "gemini"
    key: SecretStr
    model: str
    voice: str
    base_url: str

    def request(self, text: str, language: str) -> Request:
        asked = {
            "contents": [{"role": "user", "parts": [{"text": text}]}],
            "generationConfig": {
                "responseModalities": ["AUDIO"],
                "speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": self.voice}}},
            },
        }
        url = f"{self.base_url.rstrip('/')}/v1beta/models/{self.model}:generateContent"
        return Request(url, {"x-goog-api-key": self.key.get_secret_value()}, asked)

    def said(self, reply: Reply, now: datetime) -> Said:
        if reply.status != 200:
            raise failure(reply.status, body_of(reply), now, self.key)
        return read_with(lambda: _said(reply.json()))


def _said(body: Any) -> Said:
    """WAV from the newer models, bare samples from the older ones: the media type says which. Raises NoText."""
    blocked = (body.get("promptFeedback") or {}).get("blockReason")
    if blocked:
        raise NoText(f"the line was blocked ({blocked})", reason="blocked")
    candidate = (body.get("candidates") or [{}])[0]
    parts = [part["inlineData"] for part in (candidate.get("content") or {}).get("parts") or () if part.get("inlineData")]
    if not parts:
        raise NoText(f"the answer has no audio ({candidate.get('finishReason') or 'no finish reason'})", reason="empty")
    return heard(b"".join(base64.b64decode(part["data"]) for part in parts), str(parts[0].get("mimeType", "")))
