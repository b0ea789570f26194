"""ElevenLabs' text-to-speech with timestamps, in its wire format."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

from tests.stubs.speaking import Reading, SpeakingStub
from tests.stubs.vendor import Asked, Says

KEY = "sk_eleven_stub_key_of_the_tests"
_PATH = re.compile(r"/v1/text-to-speech/\w+/with-timestamps")
_RATE = 24_000


class ElevenLabsStub(SpeakingStub):
    def complaint(self, asked: Asked) -> Says | None:
        if not _PATH.fullmatch(asked.path):
            return error(404, "Not Found")
        if asked.headers.get("xi-api-key") != KEY:
            return error(401, f"Invalid API key {asked.headers.get('xi-api-key')}", code="invalid_api_key")
        if asked.query.get("output_format") != f"pcm_{_RATE}" or not asked.body.get("text") or not asked.body.get("model_id"):
            return Says({"detail": [{"loc": ["body", "text"], "msg": "field required", "type": "value_error.missing"}]}, 422)
        return None

    def text_of(self, body: Mapping[str, Any]) -> str:
        return str(body["text"])

    def reading(self, asked: Asked, reading: Reading) -> Says:
        return answer(reading.pcm(_RATE), *_columns(asked.body["text"], reading))


def answer(pcm: bytes, characters: list[str], starts: list[float], ends: list[float]) -> Says:
    alignment = {"characters": characters, "character_start_times_seconds": starts, "character_end_times_seconds": ends}
    return Says({"audio_base64": base64.b64encode(pcm).decode(), "alignment": alignment, "normalized_alignment": alignment})


def _columns(text: str, reading: Reading) -> tuple[list[str], list[float], list[float]]:
    """Every character of the text, spaces too, as long as the others of its word."""
    starts: list[float] = []
    ends: list[float] = []
    for word, (_, start, end) in zip(text.split(" "), reading.words, strict=True):
        step = (end - start) / len(word)
        starts += [start + i * step for i in range(len(word))] + [end]
        ends += [start + (i + 1) * step for i in range(len(word))] + [end]
    return list(text), starts[:-1], ends[:-1]


def error(status: int, message: str, *, code: str = "", **headers: str) -> Says:
    detail = {"type": "some_error", "code": code or "some_code", "message": message, "status": code or "some_code", "request_id": "r1"}
    return Says({"detail": detail}, status, {name.replace("_", "-"): value for name, value in headers.items()})


def old_error(status: int, code: str) -> Says:
    """As it was told before there was a `code`."""
    return Says({"detail": {"status": code, "message": "You have insufficient quota to complete this request"}}, status)
