"""What the vendors' stubs share: a script of answers, and a memory of what was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response

from tests.serving import serving


@dataclass(frozen=True)
class Says:
    """One answer: `body` as JSON, or bytes as they are; `hangs`: none until the client hangs up."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs: bool = False


@dataclass(frozen=True)
class Asked:
    path: str
    headers: Mapping[str, str]
    body: Any
    query: Mapping[str, str] = field(default_factory=dict)


class VendorStub:
    """Says what its script says, the last of it for ever. `hung_up` is set once a client left a hanging answer."""

    def __init__(self, *script: Says) -> None:
        self.script: list[Says] = list(script)
        self.asked: list[Asked] = []
        self.hung_up = asyncio.Event()

    def says(self, *script: Says) -> None:
        self.script = list(script)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """The stub's base URL."""
        app = FastAPI()
        app.add_api_route("/{path:path}", self._answer, methods=["POST"])
        async with serving(app) as url:
            yield url

    def refusal(self, asked: Asked) -> Says | None:
        """What the vendor says, whatever the script, to a request that is not one of its own. None: it is."""
        raise NotImplementedError

    async def _answer(self, request: Request) -> Response:
        path, body = f"/{request.path_params['path']}", json.loads(await request.body())
        asked = Asked(path, dict(request.headers), body, dict(request.query_params))
        self.asked.append(asked)
        says = self.refusal(asked) or (self.script.pop(0) if len(self.script) > 1 else self.script[0])
        if says.hangs:
            await _disconnected(request)
            self.hung_up.set()
        body = says.body if isinstance(says.body, bytes) else json.dumps(says.body).encode()
        return Response(body, says.status, {"content-type": "application/json", **says.headers})


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def missing(asked: Any, path: Sequence[str]) -> bool:
    """Whether nothing is at `path` in the body asked with."""
    for key in path:
        if not isinstance(asked, dict) or not asked.get(key):
            return True
        asked = asked[key]
    return False
