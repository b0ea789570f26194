"""A child on a leash ends with its parent, and all it started with it, however the parent ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from shared.leash import READY_FD, Leash
from tests.waiting import alive, until


@pytest.fixture
def leash() -> Iterator[Leash]:
    with Leash() as leash:
        yield leash


def run(leash: Leash, script: str, *, grace_s: float = 0) -> subprocess.Popen[str]:
    """A stand-in command under its guard; the script is Python."""
    command = leash.guarded([sys.executable, "-c", script], grace_s=grace_s)
    child = subprocess.Popen(command, pass_fds=leash.fds, start_new_session=True, stdout=subprocess.PIPE, text=True)
    leash.attached()
    return child


def said(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


FAMILY = """
import os, subprocess, sys, time
sleeper = [sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"]
same_group = subprocess.Popen(sleeper)
own_session = subprocess.Popen(sleeper, start_new_session=True)
orphan = subprocess.run(["/bin/sh", "-c", "setsid sleep 600 >/dev/null 2>&1 & echo $!"], capture_output=True, text=True).stdout
print(os.getpid(), same_group.pid, own_session.pid, orphan.strip(), flush=True)
time.sleep(600)
"""

PARENT = f"""
import subprocess, sys, time
from shared.leash import Leash
leash = Leash()
child = subprocess.Popen(leash.guarded([sys.executable, "-c", {FAMILY!r}]), pass_fds=leash.fds, start_new_session=True)
leash.attached()
time.sleep(600)
"""


def test_sigkill_of_the_parent_ends_the_child_and_all_its_descendants() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    with parent:
        family = [int(pid) for pid in said(parent).split()]
        assert len(family) == 4
        guard = psutil.Process(family[0]).ppid()
        assert all(alive(pid) for pid in family)
        parent.kill()
        until(lambda: not any(alive(pid) for pid in [*family, guard]))


def test_the_end_of_the_child_ends_what_it_left_behind(leash: Leash) -> None:
    with run(leash, FAMILY) as child:
        first, *others = [int(pid) for pid in said(child).split()]
        os.kill(first, signal.SIGKILL)
        assert child.wait(10) == 128 + signal.SIGKILL
        assert not any(alive(pid) for pid in others)


@pytest.mark.parametrize(("script", "code"), [("", 0), ("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 15)", 143)])
def test_the_guard_ends_as_the_command_does(script: str, code: int, leash: Leash) -> None:
    with run(leash, script) as child:
        assert child.wait(10) == code


DRAINING = """
import signal, subprocess, sys
worker = subprocess.Popen([sys.executable, "-c", "input(); print('work done', flush=True)"], stdin=subprocess.PIPE)
def drain(*_):
    worker.communicate(b"go")
    raise SystemExit(worker.returncode)
signal.signal(signal.SIGTERM, drain)
print("ready", flush=True)
signal.pause()
"""


@pytest.mark.parametrize("by", ["order", "signal to the guard"])
def test_sigterm_goes_to_the_command_alone_so_that_it_can_drain(by: str, leash: Leash) -> None:
    with run(leash, DRAINING) as child:
        assert said(child) == "ready"
        leash.terminate() if by == "order" else child.terminate()
        assert said(child) == "work done"
        assert child.wait(10) == 0


CLEAN = """
import signal
def end(*_):
    print("clean", flush=True)
    raise SystemExit(0)
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
signal.pause()
"""
STUBBORN = CLEAN.replace("    raise SystemExit(0)\n", "    signal.pause()\n")


def test_letting_go_gives_a_grace(leash: Leash) -> None:
    with run(leash, CLEAN, grace_s=60) as child:
        assert said(child) == "ready"
        leash.close()
        assert said(child) == "clean"
        assert child.wait(10) == 0


def test_the_grace_ends(leash: Leash) -> None:
    with run(leash, STUBBORN, grace_s=0.2) as child:
        assert said(child) == "ready"
        leash.close()
        assert said(child) == "clean"
        assert child.wait(10) == 128 + signal.SIGKILL


def test_kill_does_not_wait_for_the_grace(leash: Leash) -> None:
    with run(leash, STUBBORN, grace_s=60) as child:
        assert said(child) == "ready"
        leash.kill()
        began = time.monotonic()
        assert child.wait(10) == 128 + signal.SIGKILL
        assert time.monotonic() - began < 10
    leash.kill()  # once more does nothing


def test_a_child_announces_that_it_is_ready_once(leash: Leash, tmp_path: Path) -> None:
    script = "from shared.leash import announce_ready; announce_ready(); announce_ready(); import os; print(dict(os.environ))"
    reading, writing = os.pipe()
    command = leash.guarded([sys.executable, "-c", script])
    environment = {**os.environ, READY_FD: str(writing)}
    with open(reading, "rb") as announced:
        child = subprocess.Popen(command, pass_fds=(*leash.fds, writing), env=environment, stdout=subprocess.PIPE, text=True)
        leash.attached()
        os.close(writing)
        with child:
            assert announced.read() == b"ready\n"
            assert READY_FD not in said(child), "its own children must not take it for theirs"
