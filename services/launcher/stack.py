"""Processes that depend on each other: started in order, kept running, stopped in reverse."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Protocol

from shared.errors import ReelwrightError
from shared.tasks import end

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0
STEADY_S = 60.0
"""A process that ran this long had started well: the next restart comes fast again."""


class Part(Protocol):
    """One process of the stack."""

    name: str

    async def start(self) -> None:
        """Returns once it is ready for what comes next. Raises ReelwrightError; nothing of it is left then."""

    async def ended(self) -> str:
        """Waits until it ends by itself; returns how."""

    async def why(self, how: str) -> ReelwrightError:
        """What to raise when that end, `how`, came while others were starting."""

    async def stop(self) -> None:
        """Lets it finish, within its grace. Harmless when it does not run."""

    def kill(self) -> None:
        """Ends it at once, a running `start` or `stop` included."""


class Stack:
    def __init__(self, parts: Sequence[Part], say: Callable[[str], None]) -> None:
        self._parts, self._say = parts, say
        self._started: list[Part] = []
        self._keepers: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Each part once the one before it is ready. Raises what a part raises, or why one ended meanwhile; call `stop` in any case."""
        running: dict[asyncio.Task[str], Part] = {}
        try:
            for part in self._parts:
                self._started.append(part)
                began = time.monotonic()
                await self._start_beside(running, part)
                self._say(f"{part.name} is ready after {time.monotonic() - began:.1f} s")
                running[asyncio.create_task(part.ended())] = part
        except BaseException:
            await end(*running)
            raise
        self._keepers = [asyncio.create_task(self._keep(part, ended)) for ended, part in running.items()]

    async def _start_beside(self, running: Mapping[asyncio.Task[str], Part], part: Part) -> None:
        """Start it while those it depends on run; one of them that ends says why, and that is the cause."""
        starting = asyncio.create_task(part.start())
        try:
            await asyncio.wait({starting, *running}, return_when=asyncio.FIRST_COMPLETED)
            for ended, other in running.items():
                if ended.done():
                    raise await other.why(ended.result())
            await starting
        finally:
            await end(starting)

    async def stop(self) -> None:
        """In reverse order, each after the one that depends on it."""
        await end(*self._keepers)
        for part in reversed(self._started):
            self._say(f"stopping {part.name}")
            await part.stop()

    def kill(self) -> None:
        for keeper in self._keepers:
            keeper.cancel()
        for part in self._started:
            part.kill()

    async def _keep(self, part: Part, ended: Awaitable[str]) -> None:
        """Start it again whenever it ends by itself."""
        delays, began = backoff(), time.monotonic()
        while True:
            how = await ended
            if time.monotonic() - began > STEADY_S:
                delays = backoff()
            await self._restart(part, how, delays)
            began, ended = time.monotonic(), part.ended()

    async def _restart(self, part: Part, why: str, delays: Iterator[float]) -> None:
        while why:
            delay = next(delays)
            self._say(f"{part.name} {why}; starting it again in {delay:g} s")
            await asyncio.sleep(delay)
            try:
                await part.start()
                why = ""
            except (ReelwrightError, OSError) as error:
                why = f"did not come back ({error})"
        self._say(f"{part.name} runs again")


def backoff() -> Iterator[float]:
    """Seconds to wait before each next start: doubling, up to a bound."""
    delay = FIRST_DELAY_S
    while True:
        yield delay
        delay = min(2 * delay, LONGEST_DELAY_S)
