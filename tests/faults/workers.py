"""Real worker processes, each under a guard: whatever a test does to them, nothing of theirs outlives it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from shared.leash import Leash
from tests.waiting import alive, until


@dataclass(frozen=True)
class WorkerProcess:
    """One `python -m services.generator`."""

    pid: int
    guard: subprocess.Popen[bytes]
    leash: Leash

    def running(self) -> bool:
        return alive(self.pid)

    def signal(self, signum: signal.Signals) -> None:
        os.kill(self.pid, signum)

    async def ended(self, within_s: float) -> int:
        """Its exit code, once it has ended. Raises TimeoutExpired."""
        return await asyncio.to_thread(self.guard.wait, within_s)

    def encoders(self) -> list[psutil.Process]:
        """The encoders it runs; each leads a process group of its own."""
        return [child for child in psutil.Process(self.pid).children() if _is_encoder(child)]


@contextmanager
def worker_process(environment: dict[str, str], **changes: str) -> Iterator[WorkerProcess]:
    """A worker with these settings, ended with all it started."""
    with Leash() as leash:
        guard = subprocess.Popen(
            leash.guarded([sys.executable, "-m", "services.generator"]),
            pass_fds=leash.fds,
            env={**os.environ, **environment, **changes},
            start_new_session=True,
        )
        leash.attached()
        try:
            until(lambda: psutil.Process(guard.pid).children())
            yield WorkerProcess(psutil.Process(guard.pid).children()[0].pid, guard, leash)
        finally:
            leash.kill()
            guard.wait()


def _is_encoder(process: psutil.Process) -> bool:
    try:
        return "text_to_video" in process.cmdline()
    except psutil.NoSuchProcess:  # or a zombie
        return False


def group_of(leader: int) -> list[int]:
    """Pids of the living members of the process group that `leader` leads."""
    return [process.pid for process in psutil.process_iter() if _group(process.pid) == leader and alive(process.pid)]


def _group(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None
