"""Named points at which a fault test can hold a worker, to kill or freeze it exactly there. Nothing outside ENV=test."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Literal

Barrier = Literal["after_claim", "after_render", "after_upload", "after_index"]
VARIABLE = "REELWRIGHT_PAUSE_AT"
_LOOK_S = 0.02


async def barrier(name: Barrier, job_id: str, folder: Path) -> None:
    """When REELWRIGHT_PAUSE_AT names this point: write `folder`/held-NAME-JOB and wait until somebody removes it."""
    if os.environ.get(VARIABLE) != name or os.environ.get("ENV") != "test":
        return
    held = folder / f"held-{name}-{job_id}"
    held.touch()
    while held.exists():  # noqa: ASYNC110 - the one who removes it is another process
        await asyncio.sleep(_LOOK_S)
