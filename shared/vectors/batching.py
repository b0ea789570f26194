"""One piece of work for many callers: what is asked for while one batch is at work goes together into the next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Batching(Generic[Asked, Answer]):
    """`work` answers many at once, in their order; it runs in a thread, one batch after another. For callers on one event loop."""

    def __init__(self, work: Callable[[Sequence[Asked]], Sequence[Answer]], limit: int) -> None:
        self._work, self._limit = work, limit
        self._open: list[Asked] | None = None
        self._newest: asyncio.Task[Sequence[Answer]] | None = None

    async def ask(self, asked: Asked) -> Answer:
        """The answer to this one. What `work` raises is raised to all of its batch."""
        if self._open is None or self._newest is None:
            self._open = []
            self._newest = asyncio.create_task(self._run(self._open, self._newest))
        task, place = self._newest, len(self._open)
        self._open.append(asked)
        if len(self._open) == self._limit:
            self._open = None
        return (await asyncio.shield(task))[place]  # a caller that goes away leaves the others their answers

    async def _run(self, batch: list[Asked], before: asyncio.Task[Sequence[Answer]] | None) -> Sequence[Answer]:
        if before is not None:
            await asyncio.wait({before})
        if self._open is batch:
            self._open = None
        return await asyncio.to_thread(self._work, batch)
