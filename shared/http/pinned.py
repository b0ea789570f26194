"""The transport behind a guard: it connects to the very address that was checked, so that a name cannot change its mind in between."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from itertools import chain, zip_longest

import httpx2

from shared.http.guard import Address, Guard, check_addresses, check_url


class PinnedTransport(httpx2.AsyncBaseTransport):
    """Every request, redirects included, is checked, resolved, checked again and sent to an address that passed. Raises InvalidInput."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        # No connection is kept: the pool tells them apart by address, and two hosts on one address are not each other's.
        self._inner = httpx2.AsyncHTTPTransport(limits=httpx2.Limits(max_keepalive_connections=0))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        target = check_url(str(request.url), self._guard)
        timeout_s = request.extensions.get("timeout", {}).get("connect")
        try:
            async with asyncio.timeout(timeout_s):
                resolved = await _resolve(target.host, target.port)
        except TimeoutError:
            raise httpx2.ConnectTimeout("the host's name was not resolved in time") from None
        except OSError as error:
            raise httpx2.ConnectError("the host's name does not resolve") from error
        return await self._send(request, target.host, _alternating(check_addresses(target.host, resolved, self._guard)))

    async def _send(self, request: httpx2.Request, host: str, addresses: Sequence[Address]) -> httpx2.Response:
        """To the first address that takes the connection: nothing of the request is sent before."""
        for address in addresses[:-1]:
            try:
                return await self._inner.handle_async_request(_to(address, request, host))
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
        return await self._inner.handle_async_request(_to(addresses[-1], request, host))

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _resolve(host: str, port: int) -> Sequence[str]:
    """The addresses the machine's resolver gives. Raises OSError when there are none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _to(address: Address, request: httpx2.Request, host: str) -> httpx2.Request:
    """The request at an address; its Host header and the name in TLS, which the certificate must bear, stay the host's."""
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=str(address)),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )


def _alternating(addresses: Sequence[Address]) -> list[Address]:
    """Both families by turns, the resolver's favourite first: a machine without IPv6 still gets through."""
    first, second = ([a for a in addresses if (a.version == addresses[0].version) is same] for same in (True, False))
    return [address for address in chain.from_iterable(zip_longest(first, second)) if address is not None]
