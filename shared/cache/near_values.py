"""Values in this process by owner, as many as fit: those of the owner nobody asked for the longest go first."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

_OVERHEAD = 300  # bytes an entry takes beside its value, about


class _Entry(NamedTuple, Generic[T]):
    value: T
    fresh_until: float
    size: int


class NearValues(Generic[T]):
    """Takes `max_bytes` at most, as the sizes told with the values add up. Times are of any clock that never goes back."""

    def __init__(self, max_bytes: int) -> None:
        self._owners: OrderedDict[str, dict[str, _Entry[T]]] = OrderedDict()
        self._left = max_bytes

    def fresh(self, owner: str, variant: str, now: float) -> T | None:
        """The value, if it was said to be fresh until later than now."""
        entry = self._owners.get(owner, {}).get(variant)
        if entry is None or entry.fresh_until <= now:
            return None
        self._owners.move_to_end(owner)
        return entry.value

    def any(self, owner: str, variant: str) -> T | None:
        """The value, however old."""
        entry = self._owners.get(owner, {}).get(variant)
        return entry.value if entry else None

    def put(self, owner: str, variant: str, value: T, *, size: int, fresh_until: float) -> None:
        entries = self._owners.setdefault(owner, {})
        if before := entries.pop(variant, None):
            self._left += before.size
        entries[variant] = _Entry(value, fresh_until, size + _OVERHEAD)
        self._left -= size + _OVERHEAD
        self._owners.move_to_end(owner)
        while self._left < 0:
            self.drop(next(iter(self._owners)))

    def drop(self, owner: str) -> None:
        for entry in self._owners.pop(owner, {}).values():
            self._left += entry.size
