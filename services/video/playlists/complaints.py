"""What was complained of lately: a clip that cannot be made is missing in every playlist, and one word an hour is enough."""

from __future__ import annotations

import time
from collections.abc import Callable

AGAIN_S = 3600.0
_MOST = 10_000


class Complaints:
    """Of one process. With more than `_MOST` subjects the ones longest known are forgotten."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told: dict[str, float] = {}

    def is_news(self, subject: str) -> bool:
        """Whether nobody was told within the last hour; from now on somebody was."""
        now = self._clock()
        if now - self._told.get(subject, -AGAIN_S) < AGAIN_S:
            return False
        self._told.pop(subject, None)
        self._told[subject] = now
        while len(self._told) > _MOST:
            del self._told[next(iter(self._told))]
        return True
