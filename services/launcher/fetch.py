"""The launcher's own requests: to the services it started and to the media they name. Only the standard library, before all else runs."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.parse import urlsplit

TIMEOUT_S = 30.0
PROBE_TIMEOUT_S = 2.0


class Answer(NamedTuple):
    """`status` is 0 when there was no answer; then `body` says why."""

    status: int
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


async def fetch(url: str, body: object = None, *, timeout_s: float = TIMEOUT_S) -> Answer:
    """GET, or POST of `body` as JSON."""
    return await asyncio.to_thread(_fetch, url, body, timeout_s)


def _fetch(url: str, body: object, timeout_s: float) -> Answer:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})  # noqa: S310 - our own and our stores' URLs
    try:
        try:
            response = _opener(url).open(request, timeout=timeout_s)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            return Answer(response.status, response.read())
    except (OSError, HTTPException) as error:  # one that breaks off in the middle is no answer
        return Answer(0, str(error).encode())


def _opener(url: str) -> urllib.request.OpenerDirector:
    """A proxy from the environment serves the world, not this machine."""
    local = urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1", "0.0.0.0")  # noqa: S104 - compared, not bound
    return urllib.request.build_opener(urllib.request.ProxyHandler({} if local else None))
