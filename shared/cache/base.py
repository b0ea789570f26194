"""What a cache can do, whichever it is."""

from __future__ import annotations

from typing import Protocol


class Cache(Protocol):
    """Bytes by key, for so many seconds. A cache that is away, slow or full has nothing: no method raises for it."""

    async def get(self, key: str) -> bytes | None: ...

    async def set(self, key: str, value: bytes, ttl_s: float) -> None: ...

    async def delete(self, *keys: str) -> None: ...

    async def aclose(self) -> None: ...
