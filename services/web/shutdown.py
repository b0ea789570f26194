"""Learning of the end in time: for answers that go on for minutes."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def when_asked_to_stop(tell: Callable[[], None]) -> Iterator[None]:
    """While inside, call `tell` in the event loop as soon as the process is asked to stop, and then whoever else handles the signal.

    A server waits for open answers first and only then ends the application's lifespan: an endless answer has to end by itself, or every
    deployment waits for it. Does nothing where no server handles signals, and outside the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    others = {signum: signal.getsignal(signum) for signum in _SIGNALS}

    def handle(signum: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(tell)
        other = others[signal.Signals(signum)]
        assert callable(other)
        other(signum, frame)

    ours = [signum for signum, other in others.items() if callable(other)]
    for signum in ours:
        signal.signal(signum, handle)
    try:
        yield
    finally:
        for signum in ours:
            if signal.getsignal(signum) is handle:
                signal.signal(signum, others[signum])
