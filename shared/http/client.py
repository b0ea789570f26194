"""The client everything that goes out by HTTP goes through."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx2

from shared.errors import InvalidInput, Unavailable
from shared.http.guard import Guard
from shared.http.pinned import PinnedTransport
from shared.retry import backoff_s, retry_after_s

_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_TRY_AGAIN = frozenset({429, 502, 503, 504})
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_BROKEN_OFF = (*_NOT_SENT, httpx2.NetworkError, httpx2.RemoteProtocolError)
_BACKOFF_S, _MOST_BACKOFF_S = 0.25, 8.0


@dataclass(frozen=True)
class Limits:
    """Of one call: seconds, attempts, bytes of the body once unpacked. `total_s` is the deadline of all attempts and waits together."""

    connect_s: float = 5
    read_s: float = 30
    write_s: float = 30
    pool_s: float = 5
    total_s: float = 60
    attempts: int = 3
    max_bytes: int = 10 * 2**20


@dataclass(frozen=True)
class Reply:
    """Whatever status came back; `headers` by lower-case name, `url` the one that answered, after redirects."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    def json(self) -> Any:
        """The body as JSON. Raises Unavailable when it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise Unavailable(f"{_host(self.url)}: the answer is no JSON", code="upstream_malformed") from None


class HttpClient:
    """Asks and reads whole answers.

    Without a guard, for endpoints the operator configured: proxies of the environment are used. With one, for URLs of others: those are
    checked, redirects too, and no proxy is used. Never send a secret through a guarded client. No cookie is kept; redirects are
    followed only when told.
    """

    def __init__(self, limits: Limits | None = None, *, guard: Guard | None = None, redirects: int = 0) -> None:
        self._limits = limits or Limits()
        self._client = raw_client(self._limits, guard=guard, redirects=redirects)

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        idempotent: bool | None = None,
        read: bool = True,
    ) -> Reply:
        """The reply, whatever its status. A call that is not idempotent (POST unless told) is tried again only if nothing was sent.
        `read` False: for the status and headers alone, the body is left where it is.

        Raises Unavailable with code upstream_unreachable, upstream_timeout, upstream_too_large or upstream_redirects; InvalidInput with
        code url_refused. No message repeats more of the URL than its host.
        """
        once_more = method.upper() in _IDEMPOTENT if idempotent is None else idempotent
        with translated(_host(url)):
            request = self._client.build_request(method, url, headers=headers, params=params, json=json)
            async with asyncio.timeout(self._limits.total_s) as deadline:
                return await self._attempts(request, once_more, deadline.when() or 0, read=read)

    async def _attempts(self, request: httpx2.Request, once_more: bool, deadline: float, *, read: bool) -> Reply:
        broken_off, attempt = _BROKEN_OFF if once_more else _NOT_SENT, 1
        while True:
            last = attempt >= self._limits.attempts
            wait_s = backoff_s(attempt, _BACKOFF_S, _MOST_BACKOFF_S)
            try:
                reply = await self._once(request, read=read)
            except broken_off:
                if last:
                    raise
            else:
                if last or not once_more or reply.status not in _TRY_AGAIN:
                    return reply
                wait_s = max(wait_s, retry_after_s(reply.headers.get("retry-after"), datetime.now(UTC)) or 0)
                if asyncio.get_running_loop().time() + wait_s >= deadline:
                    return reply  # the server's own word says more than our timeout would
            await asyncio.sleep(wait_s)
            attempt += 1

    async def _once(self, request: httpx2.Request, *, read: bool) -> Reply:
        response = await self._client.send(request, stream=True)
        try:
            body = await self._body(response) if read else b""
        finally:
            await response.aclose()
        return Reply(response.status_code, dict(response.headers), body, str(response.url))

    async def _body(self, response: httpx2.Response) -> bytes:
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > self._limits.max_bytes:
                host = response.request.url.host
                raise Unavailable(f"{host}: the answer is larger than {self._limits.max_bytes} bytes", code="upstream_too_large")
        return bytes(body)

    async def aclose(self) -> None:
        await self._client.aclose()


def raw_client(limits: Limits, *, guard: Guard | None = None, redirects: int = 0) -> httpx2.AsyncClient:
    """The client beneath, for vendors' SDKs that take one. It knows neither attempts nor deadline nor largest body."""
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(connect=limits.connect_s, read=limits.read_s, write=limits.write_s, pool=limits.pool_s),
        headers={"User-Agent": "Reelwright"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=redirects > 0,
        max_redirects=redirects,
        transport=PinnedTransport(guard) if guard is not None else None,
    )


@contextmanager
def translated(host: str) -> Iterator[None]:
    """Failures of the client as ours, without what httpx2 says of the URL, whose query may hold a key."""
    try:
        yield
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
        raise InvalidInput("the URL cannot be asked", field="url", code="url_refused") from None
    except httpx2.TooManyRedirects:
        raise Unavailable(f"{host}: it redirects too often", code="upstream_redirects") from None
    except (TimeoutError, httpx2.TimeoutException) as error:
        raise Unavailable(f"{host}: no answer in time ({type(error).__name__})", code="upstream_timeout") from error
    except httpx2.HTTPError as error:
        raise Unavailable(f"{host}: no answer ({type(error).__name__})", code="upstream_unreachable") from error


def _host(url: str) -> str:
    try:
        return httpx2.URL(url).host or "the URL"
    except httpx2.InvalidURL:
        return "the URL"
