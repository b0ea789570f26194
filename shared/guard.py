"""Ends a command, and everything it started, when the command's parent is gone. Small, because every child has one.

    python -I -S guard.py FD GRACE_S COMMAND…

FD is the reading end of a pipe that only the parent writes to (`shared.leash`). Its end means the parent died or let go: the command's
group gets SIGTERM and, GRACE_S later, everything left gets SIGKILL. The byte "k" means SIGKILL at once; "t" means SIGTERM to the command
alone, as do SIGTERM and SIGINT to the guard. The guard exits with the command's code, or 128 + the signal that ended it, and leaves no
descendant behind.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import sys
import time

PR_SET_CHILD_SUBREAPER = 36


def main(pipe: int, grace_s: float, command: list[str]) -> int:
    os.set_inheritable(pipe, False)  # noqa: FBT003
    _adopt_orphans()
    wake = _wake_on(signal.SIGCHLD)
    child = os.posix_spawnp(command[0], command, os.environ, setpgroup=0, setsigdef=(signal.SIGPIPE, signal.SIGXFSZ))
    for passed_on in (signal.SIGTERM, signal.SIGINT):
        signal.signal(passed_on, lambda signum, _: _signal(child, signum))
    watched, deadline = [wake, pipe], float("inf")
    while (code := _reap(child)) is None:
        ready = select.select(watched, [], [], None if deadline == float("inf") else max(0, deadline - time.monotonic()))[0]
        if wake in ready:
            os.read(wake, 512)
        order = os.read(pipe, 1) if pipe in ready else None
        if order == b"t":
            _signal(child, signal.SIGTERM)
        elif order == b"k":
            deadline = time.monotonic()
        elif order == b"":
            watched.remove(pipe)
            deadline = time.monotonic() + grace_s
            if grace_s:
                _signal(-child, signal.SIGTERM)
        if time.monotonic() >= deadline:
            code = 128 + signal.SIGKILL
            break
    _sweep(child)
    return code


def _adopt_orphans() -> None:
    """On Linux a descendant that loses its parent becomes our child, whatever group or session it made for itself."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _wake_on(signum: int) -> int:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    signal.signal(signum, lambda *_: None)
    return reading


def _reap(child: int) -> int | None:
    """Collect what has ended. Returns the child's exit code if it is among them."""
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            if ended[0] == child:
                code = os.waitstatus_to_exitcode(ended[1])
                return code if code >= 0 else 128 - code
    return None


def _sweep(group: int) -> None:
    """Kill the group, then our children, then those who become our children by that, until none is left."""
    _signal(-group, signal.SIGKILL)
    while children := _children():
        for child in children:
            _signal(child, signal.SIGKILL)
        for child in children:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, 0)


def _children() -> list[int]:
    with contextlib.suppress(FileNotFoundError):
        return [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and _parent(pid) == os.getpid()]
    return []


def _parent(pid: str) -> int:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/stat") as stat:
        return int(stat.read().rpartition(")")[2].split()[1])
    return 0


def _signal(pid: int, signum: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signum)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
