"""Fish Audio, with the times of its words.

https://docs.fish.audio/api-reference/endpoint/openapi-v1/text-to-speech-stream-with-timestamps
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, ClassVar

from pydantic import SecretStr

from shared.http.client import Reply
from shared.schemas.reels import VoiceId
from text_to_video.speech.base import Letter, Said
from text_to_video.speech.spelling import spread
from text_to_video.speech.vendor import Request, body_of, failure, heard, read_with

_RATE = 44_100


@dataclass(frozen=True)
class FishAudio:
    """`voice` is the id of a voice of its library, empty for the model's own."""

    voice_id: ClassVar[VoiceId] = "fish_audio"
    key: SecretStr
    model: str
    voice: str
    base_url: str

    def request(self, text: str, language: str) -> Request:
        asked: dict[str, Any] = {"text": text, "format": "wav", "sample_rate": _RATE, "latency": "normal"}
        return Request(
            f"{self.base_url.rstrip('/')}/v1/tts/stream/with-timestamp",
            {"Authorization": f"Bearer {self.key.get_secret_value()}", "model": self.model},
            asked | ({"reference_id": self.voice} if self.voice else {}),
        )

    def said(self, reply: Reply, now: datetime) -> Said:
        if reply.status != 200:
            body = body_of(reply)
            raise failure(reply.status, body.get("message", ""), body.get("reason"), reply.headers, now, self.key)
        return read_with(lambda: _said(list(_events(reply.body.decode()))))


def _events(stream: str) -> Iterator[Mapping[str, Any]]:
    """The data of each server-sent event."""
    for line in stream.splitlines():
        if line.startswith("data:") and line[5:].strip() not in ("", "[DONE]"):
            yield json.loads(line[5:])


def _said(events: list[Mapping[str, Any]]) -> Said:
    """All audio in its order; of each chunk's alignment the last, which holds what those before it held."""
    audio = b"".join(base64.b64decode(event["audio_base64"]) for event in events)
    last = {event["chunk_seq"]: event for event in events if event.get("alignment")}
    letters = list(chain.from_iterable(_letters(last[number]) for number in sorted(last)))
    return heard(audio, "audio/wav", letters or None)


def _letters(event: Mapping[str, Any]) -> Iterator[Letter]:
    offset = float(event["chunk_audio_offset_sec"])
    for segment in event["alignment"]["segments"]:
        yield from spread(str(segment["text"]), offset + float(segment["start"]), offset + float(segment["end"]))
