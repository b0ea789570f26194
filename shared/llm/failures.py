"""How asking a model can fail, and what the chain makes of it.

ModelFailure (Unavailable)  never leaves the chain; the next hop is asked
├── Misconfigured           key refused, no such model: the hop is off until the process restarts; the operator is told once
├── QuotaUsedUp             the day's quota or the credit is gone: the hop rests for `rest_s`, whatever a RetryInfo says
├── Busy                    too many requests just now: the hop rests for `wait_s`, then is asked again if the deadline allows
├── Away                    no connection, or an error of its own: counts for the breaker; as Busy if `wait_s` is set
│   └── TimedOut            no answer in time
├── RequestRefused          the vendor does not take the request as it is
└── NoText                  it answered without an answer: blocked, cut, empty
    └── Unusable            its answer did not fit the schema, not even after the repair
"""

from __future__ import annotations

from pydantic import SecretStr

from shared.errors import InvalidInput, Unavailable
from shared.text import clean_line

BUSY_WAIT_S = 15.0  # where a vendor does not say how long
AWAY_WAIT_S = 2.0
_EXCERPT = 200


class ModelFailure(Unavailable):
    """`outcome` is its name in logs and counters; the message must not hold a secret."""

    outcome = "failed"


class Misconfigured(ModelFailure):
    outcome = "misconfigured"


class QuotaUsedUp(ModelFailure):
    outcome = "quota_used_up"

    def __init__(self, message: str, *, rest_s: float) -> None:
        super().__init__(message)
        self.rest_s = rest_s


class Busy(ModelFailure):
    outcome = "busy"

    def __init__(self, message: str, *, wait_s: float) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class Away(ModelFailure):
    outcome = "away"

    def __init__(self, message: str, *, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class TimedOut(Away):
    pass


class RequestRefused(ModelFailure):
    outcome = "request_refused"


class NoText(ModelFailure):
    """`reason` is "blocked", "cut" or "empty"."""

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.outcome = reason


class Unusable(NoText):
    def __init__(self, message: str) -> None:
        super().__init__(message, reason="unusable")


def of_transport(error: Unavailable | InvalidInput) -> ModelFailure:
    """What `shared.http` raises, as a model's failure. Whoever let us wait once for nothing is not waited for again."""
    if isinstance(error, InvalidInput):
        return Misconfigured(f"its base URL: {error.message}")
    if error.code == "upstream_timeout":
        return TimedOut(error.message)
    return Away(error.message, wait_s=AWAY_WAIT_S if error.code == "upstream_unreachable" else None)


def excerpt(said: object, key: SecretStr) -> str:
    """The beginning of what a vendor said, on one line and without our key, should it repeat it."""
    return clean_line(str(said).replace(key.get_secret_value(), "***"))[:_EXCERPT]
