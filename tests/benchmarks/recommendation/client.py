"""HTTP with next to no cost of its own, so that what is measured is the server: one connection, one request at a time."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


class Connection:
    """Opened anew where the server has closed it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> bytes:
        """The body of a 200; anything else fails."""
        if self._open is None or self._open[0].at_eof():
            self._open = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._open
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n\r\n".encode())
        head = (await reader.readuntil(_HEAD_END)).lower()
        start = head.index(_LENGTH) + len(_LENGTH)
        body = await reader.readexactly(int(head[start : head.index(b"\r", start)]))
        assert head[9:12] == b"200", body
        return body

    async def aclose(self) -> None:
        if self._open:
            self._open[1].close()


@asynccontextmanager
async def connections(url: str, count: int) -> AsyncIterator[list[Connection]]:
    async with AsyncExitStack() as stack:
        opened = [Connection(url) for _ in range(count)]
        for each in opened:
            stack.push_async_callback(each.aclose)
        yield opened


async def seconds(connection: Connection, paths: Sequence[str]) -> list[float]:
    """Of each request, one after another."""
    took = []
    for path in paths:
        started = time.perf_counter()
        await connection.get(path)
        took.append(time.perf_counter() - started)
    return took


async def rate(chosen: Sequence[Connection], paths: Sequence[str], count: int) -> float:
    """Requests a second with as many in flight as there are connections."""
    left = itertools.islice(itertools.cycle(paths), count)

    async def work(connection: Connection) -> None:
        for path in left:
            await connection.get(path)

    started = time.perf_counter()
    await asyncio.gather(*map(work, chosen))
    return count / (time.perf_counter() - started)
