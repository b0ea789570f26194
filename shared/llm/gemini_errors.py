"""What an error of Gemini's endpoints means, whichever of them said it and whoever asked: https://ai.google.dev/gemini-api/docs/rate-limits"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr

from shared.llm.failures import AWAY_WAIT_S, BUSY_WAIT_S, Away, Busy, Misconfigured, ModelFailure, QuotaUsedUp, RequestRefused, excerpt

_AWAY = frozenset({408, 500, 502, 503, 504})


def failure(status: int, body: Any, now: datetime, key: SecretStr) -> ModelFailure:
    """PURE: what an error's status and body mean."""
    error = _error(body)
    name = f"HTTP {status} {error.get('status') or ''}".strip()
    if status == 429:
        return _too_many(name, error, now)
    if status in _AWAY:
        return Away(name, wait_s=AWAY_WAIT_S)
    reasons = [str(detail["reason"]) for detail in _details(error, "ErrorInfo") if detail.get("reason")]
    if status in (401, 403) or "API_KEY_INVALID" in reasons or error.get("status") == "FAILED_PRECONDITION":
        return Misconfigured(" ".join([name, *reasons]))
    said = excerpt(error.get("message", ""), key)
    if status == 404:
        return Misconfigured(f"{name}: {said}")
    return RequestRefused(f"{name}: {said}") if 400 <= status < 500 else Away(name)


def _too_many(name: str, error: Mapping[str, Any], now: datetime) -> ModelFailure:
    """A daily quota comes with a RetryInfo of seconds all the same: the quota's name decides."""
    quotas = [str(v.get("quotaId")) for detail in _details(error, "QuotaFailure") for v in detail.get("violations", ())]
    if any("PerDay" in quota for quota in quotas):
        return QuotaUsedUp(f"{name} ({', '.join(quotas)})", rest_s=(resets_at(now) - now).total_seconds())
    waits = [_seconds(detail.get("retryDelay")) for detail in _details(error, "RetryInfo")]
    return Busy(" ".join([name, *quotas]), wait_s=next((wait for wait in waits if wait is not None), BUSY_WAIT_S))


def resets_at(now: datetime) -> datetime:
    """PURE: when daily quotas are whole again: the next midnight in California."""
    california = _california()
    tomorrow = now.astimezone(california).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), california).astimezone(UTC)


def _california() -> tzinfo:
    try:
        return ZoneInfo("America/Los_Angeles")
    except ZoneInfoNotFoundError:  # no time-zone database here: an hour late in summer, never early
        return timezone(timedelta(hours=-8))


def _error(body: Any) -> Mapping[str, Any]:
    """The error object; some endpoints wrap the body in a list."""
    body = body[0] if isinstance(body, list) and body else body
    error = body.get("error", body) if isinstance(body, dict) else {}
    return error if isinstance(error, dict) else {}


def _details(error: Mapping[str, Any], kind: str) -> Iterator[Mapping[str, Any]]:
    details = error.get("details")
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, dict) and str(detail.get("@type", "")).endswith(f".{kind}"):
            yield detail


def _seconds(delay: Any) -> float | None:
    """A protobuf duration, "26s" or "1.5s"."""
    try:
        return max(0.0, float(str(delay).removesuffix("s")))
    except ValueError:
        return None
