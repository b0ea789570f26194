"""Media may be played by any page: no cookie is involved, and a CDN must be able to cache one answer for all origins."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Length, Content-Range, ETag, X-Request-ID",
}
_PREFLIGHT = {
    **_OPEN,
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-Match, If-None-Match, If-Range, Range, X-Request-ID",
    "Access-Control-Max-Age": "86400",
}


class AnyOrigin:
    """ASGI middleware for paths that start with one of `prefixes`.

    Starlette's own answers to requests with an Origin only, so that a cache may keep an answer no other page can use.
    """

    def __init__(self, app: ASGIApp, prefixes: tuple[str, ...]) -> None:
        self.app = app
        self.prefixes = prefixes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self.prefixes):
            await self.app(scope, receive, send)
        elif scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=_PREFLIGHT)(scope, receive, send)
        else:

            async def opened(message: Message) -> None:
                if message["type"] == "http.response.start":
                    MutableHeaders(scope=message).update(_OPEN)
                await send(message)

            await self.app(scope, receive, opened)
