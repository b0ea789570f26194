"""The private mongod as a part of the stack."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TypeVar

from services.launcher.process import describe
from shared.mongo.embedded import DatabaseFailed, EmbeddedMongo
from shared.mongo.locks import DataDirInUse

Result = TypeVar("Result")

OTHERS_S = 60.0
"""How long an import may hold up our start, or our end once it has joined us."""
LOOK_EVERY_S = 0.2


class Database:
    """Once started, its URI stands in `environment` for those who start after it, and its data are of this version: `prepare` saw to it."""

    name = "mongod"

    def __init__(
        self,
        mongo: EmbeddedMongo,
        environment: MutableMapping[str, str],
        say: Callable[[str], None],
        prepare: Callable[[str], Awaitable[None]],
    ) -> None:
        self._mongo, self._environment, self._say, self._prepare = mongo, environment, say, prepare
        self._told = False

    async def start(self) -> None:
        await to_its_end(self._mongo.stop)  # what a mongod that died has left
        give_up = time.monotonic() + OTHERS_S
        while (uri := await self._try_to_start(give_up)) is None:  # noqa: ASYNC110 - another process gives no event
            await asyncio.sleep(LOOK_EVERY_S)
        await self._prepare(uri)
        self._environment["MONGODB_URI"] = uri

    async def _try_to_start(self, give_up: float) -> str | None:
        """None while another process runs it, which is said once."""
        try:
            return await to_its_end(self._mongo.start)
        except DataDirInUse as error:
            if time.monotonic() > give_up:
                raise
            if not self._told:
                self._told = True
                self._say(f"{error.message}; waiting up to {OTHERS_S:g} s for it to finish")
            return None

    async def ended(self) -> str:
        return describe(await asyncio.to_thread(self._mongo.wait))

    async def why(self, how: str) -> DatabaseFailed:
        return await asyncio.to_thread(self._mongo.why_it_ended)

    async def stop(self) -> None:
        await to_its_end(lambda: self._mongo.let_guests_finish(OTHERS_S, self._say_waiting))
        await to_its_end(self._mongo.stop)

    def _say_waiting(self) -> None:
        self._say(f"mongod: waiting up to {OTHERS_S:g} s for an import to finish")

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
