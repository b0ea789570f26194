"""The answer's JSON, put together of parts that are JSON already. PURE."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from shared.cache.kept import How


@dataclass(frozen=True)
class Told:
    """What an answer says beside its items; times in Unix seconds."""

    user_id: str
    session_id: str | None
    cache: How
    generated_at: float
    expires_at: float
    next_cursor: str | None = None
    exhausted: bool = False
    degraded: tuple[str, ...] = ()


def answer(told: Told, items: bytes, count: int, seconds: float) -> bytes:
    """As schemas.VideoRecommendations has it; `items` are JSON objects with commas between. Names were validated: nothing to escape."""
    degraded = json.dumps(told.degraded) if told.degraded else "[]"
    head = (
        f'{{"success":true,"user_id":"{told.user_id}","session_id":{_text(told.session_id)},"count":{count},"cache":"{told.cache}",'
        f'"generated_at":"{_spelled(told.generated_at)}","expires_at":"{_spelled(told.expires_at)}","processing_ms":{seconds * 1000:.3f},'
        f'"next_cursor":{_text(told.next_cursor)},"exhausted":{"true" if told.exhausted else "false"},"degraded":{degraded},"items":['
    )
    return b"%b%b]}" % (head.encode(), items)


def _text(value: str | None) -> str:
    return "null" if value is None else f'"{value}"'


@lru_cache(maxsize=4096)
def _spelled(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
