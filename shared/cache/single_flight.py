"""Work that many ask for at once is done once in this process, and all get what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from contextvars import Context
from typing import Generic, TypeVar

from shared.tasks import end

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class SingleFlight(Generic[K, T]):
    def __init__(self) -> None:
        self._flights: dict[K, asyncio.Task[T]] = {}

    async def do(self, key: K, work: Callable[[], Awaitable[T]]) -> T:
        """What `work` returns or raises; who comes while it is done joins. It is done to its end even if all who wait for it leave, and
        outside their deadlines."""
        flight = self._flights.get(key)
        if flight is None:
            flight = asyncio.create_task(_awaited(work), context=Context())
            self._flights[key] = flight
            flight.add_done_callback(lambda done: self._landed(key, done))
        return await asyncio.shield(flight)

    async def aclose(self) -> None:
        await end(*self._flights.values())

    def _landed(self, key: K, flight: asyncio.Task[T]) -> None:
        del self._flights[key]
        if not flight.cancelled():
            flight.exception()  # told to whoever still waits; nobody may


async def _awaited(work: Callable[[], Awaitable[T]]) -> T:
    return await work()
