"""Who runs the private database and who else uses it: two lock files in its folder, freed by the kernel however their holders end."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import sys
import textwrap
import time
from pathlib import Path
from typing import IO, Any

from shared.errors import Conflict

SUPERVISOR, GUESTS = "reelwright.lock", "reelwright.guests"
SUPERVISOR_PATIENCE_S = 0.5
"""Whoever looks for the supervisor touches its lock for an instant."""
STEP_S = 0.02
COMMAND_CHARACTERS = 100


class DataDirInUse(Conflict):
    code = "data_dir_in_use"
    title = "Another process runs this database"


def try_lock(lock: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def become_supervisor(data_dir: Path) -> IO[str]:
    """The lock, held until it is closed. Makes the folder. Raises DataDirInUse naming the supervisor there is."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = open(data_dir / SUPERVISOR, "a+")  # noqa: SIM115 - held until it stops
    deadline = time.monotonic() + SUPERVISOR_PATIENCE_S
    while not try_lock(lock, fcntl.LOCK_EX):
        if time.monotonic() > deadline:
            holder = recorded(lock)
            lock.close()
            raise DataDirInUse(_in_use(holder, data_dir))
        time.sleep(STEP_S)
    return lock


def record(lock: IO[str], uri: str = "") -> None:
    """Tell others who we are and, once there is something to join, where."""
    command = shlex.join([Path(sys.executable).name, *sys.orig_argv[1:]])
    lock.truncate(0)
    json.dump({"pid": os.getpid(), "command": textwrap.shorten(command, COMMAND_CHARACTERS, placeholder=" …"), "uri": uri}, lock)
    lock.flush()


def recorded(lock: IO[str]) -> dict[str, Any]:
    """What the supervisor told; nothing when there is none."""
    lock.seek(0)
    try:
        return dict(json.load(lock))
    except ValueError:
        return {}


def _in_use(holder: dict[str, Any], data_dir: Path) -> str:
    if "command" in holder:
        return f"process {holder['pid']} ({holder['command']}) runs the database in {data_dir}"
    return f"another process is just starting or stopping the database in {data_dir}"
