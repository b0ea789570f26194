"""The write side of media storage: what every store can do, which keys it takes, and the headers its objects are served with."""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.parse import quote

from shared.errors import InvalidInput, Unavailable

MAX_KEY_BYTES = 1024
MAX_READ_BYTES = 2**20
"""Of what is read into memory: playlists and captions."""
_MAX_SEGMENT_BYTES = 255  # a file name's limit on the disks the local store runs on

_CONTENT_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".ts": "video/mp2t",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".vtt": "text/vtt; charset=utf-8",
    ".jpg": "image/jpeg",
}
_REFUSED = frozenset({"Cc", "Cf", "Cs"})
_IMMUTABLE = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Blob:
    """An object of a store: size in bytes, `modified` in UTC."""

    key: str
    size: int
    modified: datetime


class BlobStore(Protocol):
    """Objects by key. Every method that reaches the store raises Unavailable when it cannot, InvalidInput for a key it refuses."""

    provider: str

    async def put_file(self, key: str, path: Path) -> None:
        """Store the file's bytes with `headers_for(key)`; readers see all of it or nothing, and an older object is replaced."""

    async def exists(self, key: str) -> bool: ...

    async def read(self, key: str) -> bytes | None:
        """The bytes of a small object, such as a playlist; None where there is none. Raises Unavailable with code storage_too_large for
        one over MAX_READ_BYTES."""

    def list(self, prefix: str = "", after: str = "") -> AsyncIterator[Blob]:
        """Every object whose key starts with `prefix` and comes after the key `after`, in the order of keys."""

    async def delete(self, keys: Iterable[str]) -> None:
        """Remove the objects; those that are not there are no error."""

    def url(self, key: str) -> str:
        """Where clients play it from."""

    async def ping(self) -> None:
        """Return when the store takes requests; raises Unavailable."""

    async def aclose(self) -> None: ...


def headers_for(key: str) -> Mapping[str, str]:
    """Content-Type by suffix, and caching for ever: no key is written twice with other bytes."""
    content_type = _CONTENT_TYPES.get(PurePosixPath(key).suffix, "application/octet-stream")
    return {"Content-Type": content_type, "Cache-Control": _IMMUTABLE}


def check_key(key: str) -> str:
    """The key itself. Raises InvalidInput unless it is relative, without empty or dotted segments, control characters or backslashes."""
    problem = _problem(key)
    if problem:
        raise InvalidInput(f"the key {ascii(key)[:80]} {problem}", field="key", code="key_invalid")
    return key


def check_prefix(prefix: str) -> str:
    """The same rules for the beginning of a key."""
    check_key(prefix + "x")
    return prefix


def _problem(key: str) -> str | None:
    if any(unicodedata.category(c) in _REFUSED for c in key):
        return "has control, invisible or surrogate characters"
    if len(key.encode()) > MAX_KEY_BYTES:
        return f"is longer than {MAX_KEY_BYTES} bytes"
    if "\\" in key:
        return "has a backslash"
    segments = key.split("/")
    if any(not segment or segment.startswith(".") for segment in segments):
        return "has a segment that is empty or starts with a dot"
    if any(len(segment.encode()) > _MAX_SEGMENT_BYTES for segment in segments):
        return f"has a segment longer than {_MAX_SEGMENT_BYTES} bytes"
    return None


def too_large(key: str) -> Unavailable:
    return Unavailable(f"{key} is larger than {MAX_READ_BYTES} bytes", code="storage_too_large")


def join_url(base: str, key: str) -> str:
    return f"{base.rstrip('/')}/{quote(check_key(key))}"
