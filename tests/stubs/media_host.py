"""Somebody who has clips, on loopback: each path says what is answered."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from fastapi import FastAPI, Request, Response

from tests.serving import serving

BODY = b"a moving picture"


@dataclass
class MediaHost:
    """A path with "status-503" in it gets 503, one with "hang" nothing, one with "head-405" 405 for HEAD alone, one with "away" a
    redirect; all others are there. One with "tagged" has an ETag and 304 for who knows it. Everything asked is in `asked`, as
    "HEAD /path"; `unchanged` counts the 304s."""

    url: str = ""
    etag: str = '"first"'
    unchanged: int = 0
    asked: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[MediaHost]:
        app = FastAPI()
        app.add_api_route("/{path:path}", self._answer, methods=["GET", "HEAD"])
        async with serving(app) as self.url:
            yield self

    async def _answer(self, request: Request, path: str) -> Response:
        self.asked.append(f"{request.method} /{path}")
        if "hang" in path:
            while (await request.receive())["type"] != "http.disconnect":
                pass
        if "away" in path:
            return Response(b"", 302, {"location": "/elsewhere"})
        if named := re.search(r"status-(\d+)", path):
            return Response(b"", int(named[1]))
        if request.method == "HEAD" and (named := re.search(r"head-(\d+)", path)):
            return Response(b"", int(named[1]))
        if "tagged" not in path:
            return Response(BODY)
        if request.headers.get("if-none-match") == self.etag:
            self.unchanged += 1
            return Response(b"", 304, {"etag": self.etag})
        return Response(BODY, headers={"etag": self.etag})
