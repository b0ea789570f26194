"""Whoever speaks OpenAI's /audio/speech: OpenAI, or a server of one's own. No times come with it.

https://platform.openai.com/docs/api-reference/audio/createSpeech
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from pydantic import SecretStr

from shared.http.client import Reply
from shared.llm.openai_compatible import failure
from shared.schemas.reels import VoiceId
from text_to_video.speech.base import Said
from text_to_video.speech.vendor import Request, body_of, heard


@dataclass(frozen=True)
class OpenAISpeech:
    """`base_url` up to and including "/v1"."""

    voice_id: ClassVar[VoiceId] = "openai"
    key: SecretStr
    model: str
    voice: str
    base_url: str

    def request(self, text: str, language: str) -> Request:
        asked = {"model": self.model, "input": text, "voice": self.voice, "response_format": "wav"}
        return Request(f"{self.base_url.rstrip('/')}/audio/speech", {"Authorization": f"Bearer {self.key.get_secret_value()}"}, asked)

    def said(self, reply: Reply, now: datetime) -> Said:
        if reply.status != 200:
            raise failure(reply.status, body_of(reply), reply.headers, now, self.key)
        return heard(reply.body, "audio/wav")
