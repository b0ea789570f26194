"""PURE: how long to wait before asking again."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def backoff_s(attempt: int, base_s: float, most_s: float) -> float:
    """Seconds before attempt number `attempt` + 1: random between half and all of base_s · 2^(attempt − 1), at most `most_s`.

    The spread keeps callers that failed together from coming back together.
    """
    longest = min(most_s, base_s * 2.0 ** (attempt - 1))
    return longest * random.uniform(0.5, 1)  # noqa: S311 - no secret hangs on it


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Seconds a Retry-After header asks to wait: a number, or a date (RFC 9110, 10.2.3). None: it is absent or makes no sense."""
    if value is None:
        return None
    text = value.strip()
    if text.replace(".", "", 1).isdecimal() and text.isascii():
        return float(text)
    try:
        then = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (then.replace(tzinfo=then.tzinfo or UTC) - now).total_seconds())
