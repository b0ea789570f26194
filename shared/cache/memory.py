"""Values kept in this process."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

_MAX_BYTES = 16 * 2**20
_OVERHEAD = 200  # bytes an entry takes beside its key and value, about


class _Entry(NamedTuple):
    value: bytes
    until: float
    size: int


class MemoryCache:
    """Takes `max_bytes` at most: what was not asked for the longest goes first. `clock` counts seconds and never goes back."""

    def __init__(self, *, max_bytes: int = _MAX_BYTES, clock: Callable[[], float] = time.monotonic) -> None:
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._max_bytes = self._left = max_bytes
        self._clock = clock

    async def get(self, key: str) -> bytes | None:
        entry = self._entries.get(key)
        if entry is None or entry.until <= self._clock():
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return entry.value

    async def set(self, key: str, value: bytes, ttl_s: float) -> None:
        """What is larger than the whole cache is not kept, and drives nothing else out."""
        self._drop(key)
        entry = _Entry(value, self._clock() + ttl_s, len(key) + len(value) + _OVERHEAD)
        if entry.size > self._max_bytes:
            return
        self._left -= entry.size
        self._entries[key] = entry
        while self._left < 0:
            self._drop(next(iter(self._entries)))

    async def delete(self, *keys: str) -> None:
        for key in keys:
            self._drop(key)

    async def aclose(self) -> None:
        await self.delete(*self._entries)

    def _drop(self, key: str) -> None:
        if entry := self._entries.pop(key, None):
            self._left += entry.size
