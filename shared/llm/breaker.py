"""When a hop of the chain may be asked. Times are of any clock in seconds that never goes back.

             `failures` in a row                cool-down over
    closed ─────────────────────▶ open ───────────────────────▶ half-open: one call at a time tries it
      ▲                            ▲                               │ success        │ failure
      └────────────────────────────┼───────────────────────────────┘                │
                                   └────────────────────────────────────────────────┘

Besides, a hop can rest for a time (quotas and rate limits: no probe is needed after it), or be off for good.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf

from shared.llm.failures import Away, Busy, Misconfigured, ModelFailure, QuotaUsedUp


class Breaker:
    def __init__(self, failures: int, cooldown_s: float) -> None:
        self._limit = failures
        self._cooldown_s = cooldown_s
        self._failures = 0
        self._open_until = -inf
        self._rests_until = -inf
        self._probing = False

    @property
    def off(self) -> bool:
        return self._rests_until == inf

    @contextmanager
    def attempt(self, now: float) -> Iterator[str | None]:
        """None: the hop may be asked within the block. Else why not: "off", "resting", "open" or "probed" (by another call just now)."""
        refusal = self._refusal(now)
        probes = refusal is None and self._failures >= self._limit
        self._probing = self._probing or probes
        try:
            yield refusal
        finally:
            self._probing = self._probing and not probes

    def succeeded(self) -> None:
        """The vendor is there, be it to refuse."""
        self._failures = 0

    def failed(self, now: float) -> None:
        self._failures += 1
        if self._failures >= self._limit:
            self._open_until = now + self._cooldown_s

    def learn(self, failure: ModelFailure, now: float) -> bool:
        """What a failure says about the requests to come. True: it switched the hop off just now, which the operator should hear."""
        if isinstance(failure, Away):
            self.failed(now)
            return False
        self.succeeded()
        if isinstance(failure, Busy):
            self.rest(now + failure.wait_s)
        elif isinstance(failure, QuotaUsedUp):
            self.rest(now + failure.rest_s)
        elif isinstance(failure, Misconfigured) and not self.off:
            self.switch_off()
            return True
        return False

    def rests_for(self, now: float) -> float:
        """Seconds of rest left."""
        return max(0.0, self._rests_until - now)

    def rest(self, until: float) -> None:
        self._rests_until = max(self._rests_until, until)

    def switch_off(self) -> None:
        self.rest(inf)

    def _refusal(self, now: float) -> str | None:
        if self.off:
            return "off"
        if now < self._rests_until:
            return "resting"
        if self._failures < self._limit:
            return None
        if now < self._open_until:
            return "open"
        return "probed" if self._probing else None
