"""OpenAI's /audio/speech, in its wire format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.stubs.openai_compatible import KEY, error
from tests.stubs.speaking import Reading, SpeakingStub
from tests.stubs.vendor import Asked, Says

__all__ = ["KEY", "OpenAISpeechStub", "error"]


class OpenAISpeechStub(SpeakingStub):
    def complaint(self, asked: Asked) -> Says | None:
        if asked.path != "/v1/audio/speech":
            return error(404, "Not Found")
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return error(401, f"Incorrect API key provided: {asked.headers.get('authorization')}.", code="invalid_api_key")
        if not all(asked.body.get(name) for name in ("model", "input", "voice")) or asked.body.get("response_format") != "wav":
            return error(400, "Invalid request parameters")
        return None

    def text_of(self, body: Mapping[str, Any]) -> str:
        return str(body["input"])

    def reading(self, asked: Asked, reading: Reading) -> Says:
        return Says(reading.wav(24_000, claims=0xFFFFFFFF), headers={"content-type": "audio/wav"})
