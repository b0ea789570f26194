"""One id per request: in every log line of it, in its problem document, and echoed as X-Request-ID."""

from __future__ import annotations

import re
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars, get_contextvars

HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9_.:@/+=-]{1,128}")


def current_request_id() -> str | None:
    request_id: str | None = get_contextvars().get("request_id")
    return request_id


class RequestId:
    """ASGI middleware. The client's id is kept if it is short and plain, so that logs cannot be forged or flooded through it."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        request_id = given if _SANE.fullmatch(given) else uuid4().hex

        async def echo(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        # the service too: a server's connection tasks do not inherit what the lifespan's task has bound
        with bound_contextvars(request_id=request_id, service=self.service):
            await self.app(scope, receive, echo)
