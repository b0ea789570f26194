"""How much a client may send before it is told no."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.web.problem import http_problem

DEFAULT_MAX_BODY_BYTES = 64 * 1024


class BodyLimit:
    """ASGI middleware: 413 as soon as a body is known to be longer than `max_bytes`, by its Content-Length or by counting.

    `larger` has the paths that take more, with how much; one that ends in "/" stands for those right below it.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, larger: Mapping[str, int] | None = None) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self._most(scope["path"])
        if self._announced(scope) > most:
            response = http_problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._detail(most))
            await response(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:  # FastAPI passes on an HTTPException, and turns any other into a 400
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._detail(most))
            return message

        await self.app(scope, counted, send)

    def _most(self, path: str) -> int:
        return self.larger.get(path) or self.larger.get(f"{path.rpartition('/')[0]}/") or self.max_bytes

    @staticmethod
    def _detail(most: int) -> str:
        return f"The body may have {most} bytes at most."

    @staticmethod
    def _announced(scope: Scope) -> int:
        length = Headers(scope=scope).get("content-length", "")
        return int(length) if length.isascii() and length.isdigit() else 0
