"""Keeps a child process from outliving us, even when we are SIGKILLed.

    with Leash() as leash:
        child = subprocess.Popen(leash.guarded(command, grace_s=10), pass_fds=leash.fds, start_new_session=True)
        leash.attached()
        ...

The child we see is the guard (`shared.guard`), which exits as the command does.
`start_new_session` keeps the terminal's Ctrl-C from it: stopping is ours to order.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

GUARD = str(Path(__file__).with_name("guard.py"))
READY_FD = "REELWRIGHT_READY_FD"


class Leash:
    """A pipe. We hold the writing end; when it closes, by us or by our death, the guard ends the child."""

    def __init__(self) -> None:
        self._guards_end, self._our_end = os.pipe()
        self._attached = self._closed = False
        self._lock = threading.Lock()

    @property
    def fds(self) -> tuple[int]:
        """Descriptors the guard must inherit."""
        return (self._guards_end,)

    def guarded(self, command: Sequence[str], *, grace_s: float = 0) -> list[str]:
        """The command line of `command` under its guard; `grace_s` seconds lie between SIGTERM and SIGKILL once we are gone."""
        return [sys.executable, "-I", "-S", GUARD, str(self._guards_end), str(grace_s), *command]

    def attached(self) -> None:
        """The guard runs: close our copy of its end."""
        if not self._attached:
            self._attached = True
            os.close(self._guards_end)

    def terminate(self) -> None:
        """SIGTERM to the command alone, so that it can end in its own time."""
        self._order(b"t")

    def kill(self) -> None:
        """SIGKILL to the command and all its descendants, now."""
        self._order(b"k")

    def _order(self, order: bytes) -> None:
        """Over the pipe, not by pid: a pid may be another's by now. From any thread; nothing happens once they are gone."""
        with self._lock, contextlib.suppress(BrokenPipeError):
            if not self._closed:
                os.write(self._our_end, order)

    def close(self) -> None:
        self.attached()
        with self._lock:
            if not self._closed:
                self._closed = True
                os.close(self._our_end)

    def __enter__(self) -> Leash:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def announce_ready() -> None:
    """In the child: tell whoever started us, if it asked (REELWRIGHT_READY_FD, a pipe's writing end), that we are at work."""
    if fd := os.environ.pop(READY_FD, ""):
        with open(int(fd), "wb", buffering=0) as pipe, contextlib.suppress(BrokenPipeError):
            pipe.write(b"ready\n")
