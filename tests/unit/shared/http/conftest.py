"""A web server on loopback that does as the path says, and remembers who asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from fastapi import FastAPI, Request, Response

from tests.serving import serving


@dataclass
class Web:
    """`script` has the statuses /script answers with, the last for ever."""

    url: str = ""
    script: list[tuple[int, dict[str, str]]] = field(default_factory=lambda: [(200, {})])
    asked: list[Request] = field(default_factory=list)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    async def answer(self, request: Request, path: str) -> Response:
        self.asked.append(request)
        if path == "script":
            status, headers = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            return Response(b"said", status, headers)
        if path == "to":
            return Response(b"", int(request.query_params.get("status", 302)), {"location": request.query_params["url"]})
        if path == "big":
            return Response(b"x" * int(request.query_params["bytes"]), headers={"set-cookie": "a=b"})
        if path == "hang":
            while (await request.receive())["type"] != "http.disconnect":
                pass
            self.hung_up.set()
        return Response(request.headers.get("host", "").encode())


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    made, app = Web(), FastAPI()
    app.add_api_route("/{path:path}", made.answer, methods=["GET", "HEAD", "POST", "PUT"])
    async with serving(app) as made.url:
        yield made
