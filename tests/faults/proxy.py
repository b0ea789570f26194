"""A loopback HTTP proxy in front of an S3 server, with faults that can be switched on and off. One request a connection."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal
from urllib.parse import unquote

from shared.tasks import end

Fault = Literal["none", "503", "reset", "lost_answer", "stall"]
"""503: refused politely. reset: the connection breaks before the body is read.
lost_answer: it breaks once the server did as asked. stall: silence."""

_SLOW_DOWN = b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_ABORT = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST


class FaultyProxy:
    """`acknowledged` has the bytes of every object whose PUT was answered with 200; `faulted` counts the requests spoilt."""

    def __init__(self, upstream_port: int) -> None:
        self.port = 0
        self.faulted = 0
        self.acknowledged: dict[str, bytes] = {}
        self._upstream_port = upstream_port
        self._fault: Fault = "none"
        self._spared = 0
        self._serving: set[asyncio.Task[None]] = set()

    def switch(self, fault: Fault, *, after: int = 0) -> None:
        """Spoil every request from now on, but for the next `after`."""
        self._fault, self._spared = fault, after

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[FaultyProxy]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await end(*self._serving)

    def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        serving = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            match self._next_fault():
                case "reset":
                    _reset(writer)
                case "stall":
                    await reader.read()  # until the client hangs up
                case fault:
                    await self._answer(fault, head, await reader.readexactly(_length(head)), writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # the client gave up
        finally:
            writer.close()

    def _next_fault(self) -> Fault:
        if self._fault == "none" or self._spared > 0:
            self._spared -= 1
            return "none"
        self.faulted += 1
        return self._fault

    async def _answer(self, fault: Literal["none", "503", "lost_answer"], head: bytes, body: bytes, writer: StreamWriter) -> None:
        answer = _SLOW_DOWN if fault == "503" else await self._forward(head, body)
        if fault == "lost_answer":
            _reset(writer)
            return
        if answer.startswith(b"HTTP/1.1 200") and head.startswith(b"PUT "):
            self.acknowledged[_key(head)] = body
        writer.write(answer)
        await writer.drain()

    async def _forward(self, head: bytes, body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._upstream_port)
        try:
            writer.write(head[:-2] + b"Connection: close\r\n\r\n" + body)
            return await reader.read()
        finally:
            writer.close()


def _length(head: bytes) -> int:
    found = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    return int(found[1]) if found else 0


def _key(head: bytes) -> str:
    """The object a request line names, without its bucket."""
    path = head.split(b" ", 2)[1].decode().partition("?")[0]
    return unquote(path).lstrip("/").partition("/")[2]


def _reset(writer: StreamWriter) -> None:
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
    writer.transport.abort()
