"""Threads for blocking calls that a process may leave behind when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


class DaemonThreads:
    """At most `size` of them, started as they are needed. To be used from one event loop.

    The interpreter joins an executor's threads before it exits, even after `shutdown(wait=False)`; these it does not wait for.
    """

    def __init__(self, size: int, name: str) -> None:
        self._size, self._name = size, name
        self._started, self._closed = 0, False
        self._waiting: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()

    async def run(self, call: Callable[[], T]) -> T:
        """What `call` returns or raises. It goes on when the waiting for it is cancelled, but one that no thread has begun is dropped."""
        if self._closed:
            raise RuntimeError(f"the {self._name} threads are closed")
        future: Future[T] = Future()
        self._waiting.put((future, call))
        if self._started < self._size:
            self._started += 1
            Thread(target=self._work, name=f"{self._name}_{self._started}", daemon=True).start()
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Cancel the calls no thread has begun; a thread ends after the one it is at. Returns at once."""
        self._closed = True
        with suppress(Empty):
            while waiting := self._waiting.get_nowait():
                waiting[0].cancel()
        for _ in range(self._started):
            self._waiting.put(None)

    def _work(self) -> None:
        while waiting := self._waiting.get():
            _settle(*waiting)
            del waiting  # while it waits for the next call, a thread holds no result of the last


def _settle(future: Future[T], call: Callable[[], T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(call())
    except BaseException as error:  # noqa: BLE001 - the caller's, whatever it is
        future.set_exception(error)
        del future  # the error's traceback holds this frame: no circle
