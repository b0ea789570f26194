"""HTTP metrics and the Prometheus endpoint of a service."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Counter("http_requests", "HTTP requests answered", ["method", "route", "status"])
SECONDS = Histogram("http_request_seconds", "Time from the request's head to the end of its answer", ["method", "route"], buckets=_BUCKETS)

router = APIRouter(tags=["health"])


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request. `route` is the template; a method clients made up does not make a new series."""
    known = method if method in _METHODS else "other"
    REQUESTS.labels(known, route, str(status)).inc()
    SECONDS.labels(known, route).observe(seconds)


@router.get("/metrics", include_in_schema=False)
def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
