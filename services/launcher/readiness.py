"""Whether a service is ready, and what it says it lacks until then."""

from __future__ import annotations

import asyncio
import time

from services.launcher.fetch import PROBE_TIMEOUT_S, Answer, fetch

PROBE_EVERY_S = 0.05
STUCK_S = 15.0
"""A service that gives the same reason for so long does not get over it; one that makes progress changes its words."""


class Lack:
    """The last reason a service gave for not being ready; empty while it gave none."""

    def __init__(self) -> None:
        self.reason = ""
        self._since = 0.0

    def hear(self, answer: Answer, now: float) -> None:
        """Take in an answer that was got at `now` (s)."""
        reason = reason_of(answer)
        if reason and reason != self.reason:
            self.reason, self._since = reason, now

    def is_stuck(self, now: float) -> bool:
        return bool(self.reason) and now - self._since > STUCK_S


async def until_ready(url: str, lack: Lack) -> bool:
    """Ask until it is ready: True. False once it is stuck."""
    while (answer := await fetch(url, timeout_s=PROBE_TIMEOUT_S)).status != 200:
        now = time.monotonic()
        lack.hear(answer, now)
        if lack.is_stuck(now):
            return False
        await asyncio.sleep(PROBE_EVERY_S)
    return True


def reason_of(answer: Answer) -> str:
    """PURE: the detail of a problem document (RFC 9457), else what there is; empty when nobody answered."""
    if answer.status == 0:
        return ""
    try:
        return str(answer.json()["detail"])
    except (ValueError, TypeError, KeyError):
        return f"its health check answered {answer.status}"
