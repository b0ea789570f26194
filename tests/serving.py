"""An application on a real socket, inside the test's own event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import uvicorn
import uvicorn.server
from fastapi import FastAPI


class BriskAsyncio:
    """As uvicorn's server sees asyncio: it looks every 5 ms, not every 100, whether it is to end and whether it is done. Hundreds of
    tests start a server, and each would wait 0.3 s for its end."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    @staticmethod
    async def sleep(delay_s: float) -> None:
        await asyncio.sleep(delay_s / 20)


setattr(uvicorn.server, "asyncio", BriskAsyncio())  # noqa: B010 - to a type checker it is a module


@asynccontextmanager
async def serving(app: FastAPI, **options: Any) -> AsyncIterator[str]:
    """The app's base URL on a free loopback port, lifespan and all. `options` are uvicorn's."""
    chosen: dict[str, Any] = {"host": "127.0.0.1", "port": 0, "log_config": None, "timeout_graceful_shutdown": 2} | options
    server = uvicorn.Server(uvicorn.Config(app, **chosen))
    server.capture_signals = nullcontext  # type: ignore[method-assign,assignment]  # signals stay pytest's
    running = asyncio.create_task(server.serve())
    while not server.started:
        assert not running.done(), "the server did not start"
        await asyncio.sleep(0.005)
    try:
        yield f"{'https' if server.config.is_ssl else 'http'}://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
