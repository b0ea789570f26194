"""Fish Audio's text-to-speech with timestamps, in its wire format."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from tests.stubs.speaking import Reading, SpeakingStub
from tests.stubs.vendor import Asked, Says

KEY = "fish-stub-key-of-the-tests"
_STREAMED = {"content-type": "text/event-stream"}
_PLACEHOLDER = 4_294_967_040  # what its WAV headers claim, however short the clip


class FishAudioStub(SpeakingStub):
    def complaint(self, asked: Asked) -> Says | None:
        if asked.path != "/v1/tts/stream/with-timestamp":
            return error(404, "Not Found")
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return error(401, f"Invalid Token {asked.headers.get('authorization')}")
        if not asked.headers.get("model") or not asked.body.get("text") or asked.body.get("format") != "wav":
            return error(400, "Bad request")
        return None

    def text_of(self, body: Mapping[str, Any]) -> str:
        return str(body["text"])

    def reading(self, asked: Asked, reading: Reading) -> Says:
        """In three events; the first without alignment, each later one with all that is known by then."""
        audio = reading.wav(asked.body["sample_rate"], claims=_PLACEHOLDER)
        third = len(audio) // 3
        segments = [{"text": bare(text), "start": start, "end": end} for text, start, end in reading.words]
        known: list[list[dict[str, Any]] | None] = [None, segments[: len(segments) // 2], segments]
        pieces = (audio[:third], audio[third : 2 * third], audio[2 * third :])
        return stream([event(piece, asked.body["text"], alignment) for piece, alignment in zip(pieces, known, strict=True)])


def event(audio: bytes, content: str, segments: list[dict[str, Any]] | None, *, chunk: int = 0, offset: float = 0) -> dict[str, Any]:
    alignment = None if segments is None else {"audio_duration": segments[-1]["end"] if segments else 0, "segments": segments}
    return {
        "audio_base64": base64.b64encode(audio).decode(),
        "content": content,
        "alignment": alignment,
        "chunk_seq": chunk,
        "chunk_audio_offset_sec": offset,
    }


def stream(events: list[dict[str, Any]]) -> Says:
    return Says("".join(f"event: message\ndata: {json.dumps(each)}\n\n" for each in events).encode(), headers=_STREAMED)


def bare(word: str) -> str:
    """A word as its alignments spell it: without apostrophes and marks."""
    return "".join(each for each in word if each.isalnum())


def error(status: int, message: str, **headers: str) -> Says:
    return Says({"message": message, "status": status}, status, {name.replace("_", "-"): value for name, value in headers.items()})
