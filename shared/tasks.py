"""Tasks in the background: kept going whatever happens, ended for certain."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from shared.logging import get_logger

log = get_logger(__name__)

_AGAIN_S = 1.0
_AFTER_A_CRASH_S = 5.0


async def lasting(name: str, work: Callable[[], Awaitable[object]], *, after_s: float = _AFTER_A_CRASH_S) -> None:
    """Do `work`, which goes on for ever or until it is done; begin it again when it stumbles over what nobody foresaw: nobody waits for it
    before the service ends, so that it would be gone without a word."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("background_work_crashed", work=name)
            await asyncio.sleep(after_s)
        else:
            return


async def end(*tasks: asyncio.Future[Any]) -> None:
    """Cancel and wait until all are done; their results and errors stay with them.

    Cancelled again every second: below Python 3.12 `asyncio.wait_for`, which drivers use, loses a cancellation that arrives
    together with its result.
    """
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=_AGAIN_S)
