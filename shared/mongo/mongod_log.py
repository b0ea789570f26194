"""What mongod's log complains of: one JSON object a line."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TAIL_BYTES = 256 << 10
SHOWN_CHARACTERS = 300
AFTERMATH = ("-", "ASSERT", "CONTROL")
"""Components whose errors say only that mongod ends, not why."""


def last_complaints(log: Path, count: int = 5) -> list[str]:
    """What mongod's last errors say, or, if it names none, its last lines; empty if there is none to read."""
    return [_readable(line)[:SHOWN_CHARACTERS] for line in _last(log, count)]


def names_a_full_disk(log: Path, count: int = 5) -> bool:
    """Whether one of the last errors is that of a full disk, or is broken off: the log, too, stands on the disk that has no more room."""
    return any(os.strerror(errno.ENOSPC) in _readable(line) or line.get("msg", "").startswith("{") for line in _last(log, count))


def _last(log: Path, count: int) -> list[Mapping[str, Any]]:
    lines = [_parsed(line) for line in _tail(log)]
    complaints = [line for line in lines if line.get("s") in ("E", "F") and line.get("c") not in AFTERMATH]
    return (complaints or lines)[-count:]


def _tail(log: Path) -> list[str]:
    try:
        with open(log, "rb") as file:
            skipped = max(0, log.stat().st_size - TAIL_BYTES)
            file.seek(skipped)
            return file.read().decode(errors="replace").splitlines()[1 if skipped else 0 :]
    except OSError:  # its folder may be no folder
        return []


def _parsed(line: str) -> Mapping[str, Any]:
    """A line that is not JSON comes from the loader or the option parser: it is a complaint."""
    try:
        return dict(json.loads(line))
    except ValueError:
        return {"s": "E", "msg": line}


def _readable(line: Mapping[str, Any]) -> str:
    """The message, with the storage engine's own inside it."""
    attributes = line.get("attr", {})
    inner = attributes.get("message", attributes)
    detail = inner.get("msg", inner) if isinstance(inner, Mapping) else inner
    return f"{line.get('msg')}: {detail}" if detail else str(line.get("msg"))
