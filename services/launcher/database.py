"""The private mongod as a part of the stack."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, MutableMapping
from typing import TypeVar

from services.launcher.process import describe
from shared.mongo.embedded import EmbeddedMongo

Result = TypeVar("Result")


class Database:
    """Once started, its URI stands in `environment` for those who start after it."""

    name = "mongod"

    def __init__(self, mongo: EmbeddedMongo, environment: MutableMapping[str, str]) -> None:
        self._mongo, self._environment = mongo, environment

    async def start(self) -> None:
        await to_its_end(self._mongo.stop)  # what a mongod that died has left
        self._environment["MONGODB_URI"] = await to_its_end(self._mongo.start)

    async def ended(self) -> str:
        return describe(await asyncio.to_thread(self._mongo.wait))

    async def stop(self) -> None:
        await to_its_end(self._mongo.stop)

    def kill(self) -> None:
        self._mongo.kill()


async def to_its_end(work: Callable[[], Result]) -> Result:
    """Run it in a thread and not leave before it has ended, even when cancelled: nobody else may touch the same mongod meanwhile."""
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running})
        raise
