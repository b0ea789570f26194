"""Ending tasks for certain."""

from __future__ import annotations

import asyncio
from typing import Any

_AGAIN_S = 1.0


async def end(*tasks: asyncio.Future[Any]) -> None:
    """Cancel and wait until all are done; their results and errors stay with them.

    Cancelled again every second: below Python 3.12 `asyncio.wait_for`, which drivers use, loses a cancellation that arrives
    together with its result.
    """
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=_AGAIN_S)
