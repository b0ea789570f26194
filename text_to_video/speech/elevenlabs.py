"""ElevenLabs, with the time of every letter.

https://elevenlabs.io/docs/api-reference/text-to-speech/convert-with-timestamps, https://elevenlabs.io/docs/eleven-api/resources/errors
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from pydantic import SecretStr

from shared.http.client import Reply
from shared.llm.failures import ModelFailure, QuotaUsedUp
from shared.schemas.reels import VoiceId
from text_to_video.speech.base import Letter, Said
from text_to_video.speech.vendor import Request, body_of, failure, heard, read_with

_RATE = 24_000  # higher rates of bare samples take a dearer plan
_NO_CREDIT_REST_S = 3600.0
_PICKS_LANGUAGE = ("v2_5", "v3")
"""Models that take a language code; others refuse it, or hear the language by themselves."""


@dataclass(frozen=True)
class ElevenLabs:
    voice_id: ClassVar[VoiceId] = "elevenlabs"
    key: SecretStr
    model: str
    voice: str
    base_url: str

    def request(self, text: str, language: str) -> Request:
        asked = {"text": text, "model_id": self.model}
        if self.model.endswith(_PICKS_LANGUAGE):
            asked["language_code"] = language.partition("-")[0].lower()
        return Request(
            f"{self.base_url.rstrip('/')}/v1/text-to-speech/{self.voice}/with-timestamps",
            {"xi-api-key": self.key.get_secret_value()},
            asked,
            {"output_format": f"pcm_{_RATE}"},
        )

    def said(self, reply: Reply, now: datetime) -> Said:
        if reply.status != 200:
            raise self._failure(reply, now)
        return read_with(lambda: _said(reply.json()))

    def _failure(self, reply: Reply, now: datetime) -> ModelFailure:
        """The code is in `code`, or `status` where the answer is of the older kind; a spent quota comes as a 401."""
        detail = body_of(reply).get("detail")
        told = detail if isinstance(detail, dict) else {"message": detail}
        code = told.get("code") or told.get("status")
        if code == "quota_exceeded":
            return QuotaUsedUp(f"HTTP {reply.status} {code}: no credit left", rest_s=_NO_CREDIT_REST_S)
        return failure(reply.status, told.get("message", ""), code, reply.headers, now, self.key)


def _said(body: Any) -> Said:
    alignment = body.get("alignment")
    letters = _letters(alignment) if alignment else None
    return heard(base64.b64decode(body["audio_base64"]), f"audio/pcm;rate={_RATE}", letters)


def _letters(alignment: Any) -> list[Letter]:
    columns = ("characters", "character_start_times_seconds", "character_end_times_seconds")
    return [Letter(str(text), float(start), float(end)) for text, start, end in zip(*(alignment[name] for name in columns), strict=True)]
