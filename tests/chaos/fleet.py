"""Real worker processes that can be killed, frozen, held at a barrier, and replaced."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from services.generator.barriers import VARIABLE
from shared.leash import Leash

BARRIERS = ("after_claim", "after_render", "after_upload", "after_index")


@dataclass
class WorkerProcess:
    """One `python -m services.generator` under a guard, so that whatever it started ends with it."""

    guard: subprocess.Popen[bytes]
    leash: Leash
    barrier: str | None

    @property
    def pid(self) -> int | None:
        children = psutil.Process(self.guard.pid).children() if self.guard.poll() is None else []
        return children[0].pid if children else None

    def signal(self, signum: int) -> bool:
        """False when it is gone already."""
        try:
            pid = self.pid
            if pid is None:
                return False
            os.kill(pid, signum)
        except (ProcessLookupError, psutil.NoSuchProcess):
            return False
        return True

    def end(self) -> None:
        self.leash.kill()
        self.guard.wait()
        self.leash.close()


@dataclass
class Fleet:
    """`size` workers over one database and one media folder; `log` gets what they print."""

    environment: dict[str, str]
    data_dir: Path
    log: Path
    size: int
    random: random.Random
    hold_share: float
    workers: list[WorkerProcess] = field(default_factory=list)
    kills: int = 0
    stops: int = 0
    barrier_kills: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BARRIERS, 0))

    @contextmanager
    def running(self) -> Iterator[None]:
        try:
            self.workers = [self._start() for _ in range(self.size)]
            yield
        finally:
            for worker in self.workers:
                worker.end()

    def _start(self, *, may_hold: bool = True) -> WorkerProcess:
        barrier = self.random.choice(BARRIERS) if may_hold and self.random.random() < self.hold_share else None
        environment = {**os.environ, **self.environment, **({VARIABLE: barrier} if barrier else {})}
        leash = Leash()
        with self.log.open("ab") as log:
            guard = subprocess.Popen(
                leash.guarded([sys.executable, "-m", "services.generator"]),
                pass_fds=leash.fds, env=environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        leash.attached()
        return WorkerProcess(guard, leash, barrier)

    def kill_one(self) -> None:
        """SIGKILL: no chance to say anything."""
        number = self.random.randrange(self.size)
        if self.workers[number].signal(signal.SIGKILL):
            self.kills += 1
        self._replace(number)

    def freeze_one(self) -> WorkerProcess | None:
        """SIGSTOP; thaw it with SIGCONT."""
        worker = self.random.choice(self.workers)
        if not worker.signal(signal.SIGSTOP):
            return None
        self.stops += 1
        return worker

    def kill_held(self) -> None:
        """SIGKILL every worker that reached its barrier, exactly there."""
        for held in self.data_dir.glob("work/*/held-*"):
            name = held.name.split("-")[1]
            owner = int(held.parent.name)
            for number, worker in enumerate(self.workers):
                if worker.pid == owner and worker.signal(signal.SIGKILL):
                    self.barrier_kills[name] += 1
                    self._replace(number)
            held.unlink(missing_ok=True)

    def calm(self) -> None:
        """From now on nobody is held: replace those that would be."""
        self.hold_share = 0
        for number, worker in enumerate(self.workers):
            worker.signal(signal.SIGCONT)
            if worker.barrier or worker.guard.poll() is not None:
                worker.signal(signal.SIGKILL)
                self._replace(number)

    def _replace(self, number: int) -> None:
        self.workers[number].end()
        self.workers[number] = self._start()
