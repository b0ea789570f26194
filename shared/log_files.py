"""Log files of the one-machine stack."""

from __future__ import annotations

import contextlib
from pathlib import Path

KEPT = 3


def rotate(log: Path) -> None:
    """Make room for a new file: the last three are kept as .1, .2 and .3."""
    for age in range(KEPT, 0, -1):
        newer = log.with_name(f"{log.name}.{age - 1}") if age > 1 else log
        with contextlib.suppress(FileNotFoundError):
            newer.replace(log.with_name(f"{log.name}.{age}"))
