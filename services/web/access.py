"""One log line and one observation per request."""

from __future__ import annotations

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.web.metrics import observe
from shared.logging import get_logger

UNMATCHED = "unmatched"
_CLIENT_LEFT = 499  # nginx's number: the client went before there was an answer
_QUIET = ("/health", "/metrics")  # asked every few seconds by machines
log = get_logger(__name__)


class AccessLog:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = _CLIENT_LEFT

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            _record(scope, status, time.perf_counter() - started)


def _record(scope: Scope, status: int, seconds: float) -> None:
    method, path, route = scope["method"], scope["path"], route_template(scope)
    observe(method, route, status, seconds)
    level = logging.DEBUG if path.startswith(_QUIET) else logging.INFO
    log.log(level, "request", method=method, path=path, route=route, status=status, ms=round(seconds * 1000, 2))


def route_template(scope: Scope) -> str:
    """E.g. "/video/{video_id}". FastAPI keeps the path with the prefixes of included routers in a context of its own."""
    context = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return getattr(context, "path_format", UNMATCHED)
