"""One guarded child process: its command, its lines, its readiness, its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from services.launcher.logs import ProcessLog
from services.launcher.readiness import Lack, until_ready
from shared.errors import ReelwrightError
from shared.leash import READY_FD, Leash

START_TIMEOUT_S = 60.0
LINE_MAX_BYTES = 1 << 16


class StartFailed(ReelwrightError):
    code = "start_failed"
    title = "A process of the stack did not start"


@dataclass(frozen=True)
class Command:
    """What to run. It is ready when `ready_url` answers 200 or, without one, when it says so itself (`shared.leash.announce_ready`).
    `grace_s` is the time it may take to stop after SIGTERM."""

    name: str
    arguments: tuple[str, ...]
    ready_url: str | None = None
    grace_s: float = 10.0

    @classmethod
    def python(cls, name: str, *arguments: str, ready_url: str | None = None, grace_s: float = 10.0) -> Command:
        return cls(name, (sys.executable, *arguments), ready_url, grace_s)


class Child:
    """A command under its guard. `environment` is read at each start, over our own."""

    def __init__(self, command: Command, log: ProcessLog, environment: Mapping[str, str]) -> None:
        self.name = command.name
        self._command, self._log, self._environment = command, log, environment
        self._leash = Leash()
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Run it and return once it is ready. Raises StartFailed with its last lines; nothing of it is left then."""
        try:
            await self._start()
        except OSError as error:  # no process or pipe to be had
            raise StartFailed(f"{self.name} did not start: {error}.") from error

    async def _start(self) -> None:
        ready, announce = os.pipe()
        try:
            try:
                await self._spawn(announce)
            finally:
                os.close(announce)
            await self._until_ready(ready)
        except BaseException:
            self.kill()
            await self.stop()
            raise
        finally:
            os.close(ready)

    async def ended(self) -> str:
        """Wait until it ends by itself; says how."""
        assert self._process is not None
        return describe(await self._process.wait())

    async def why(self, how: str) -> StartFailed:
        """What to say when its end, `how`, made the start of the others pointless."""
        return StartFailed(await self._report(f"{self.name} {how} while the others were starting"))

    async def stop(self) -> None:
        """SIGTERM, then SIGKILL to all of it once its grace is over. Harmless when it has ended."""
        if self._process is not None and self._process.returncode is None:
            self._leash.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), self._command.grace_s)
            except TimeoutError:
                self._leash.kill()
                await self._process.wait()
        self._leash.close()
        if self._reading:
            await self._reading

    def kill(self) -> None:
        """SIGKILL to all of it; `stop` must still follow."""
        self._leash.kill()

    async def _spawn(self, announce: int) -> None:
        self._leash.close()
        self._leash = Leash()
        self._process = await asyncio.create_subprocess_exec(
            *self._leash.guarded(self._command.arguments),
            pass_fds=(*self._leash.fds, announce),
            start_new_session=True,
            env={**os.environ, **self._environment, READY_FD: str(announce), "PYTHONUNBUFFERED": "1"},
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
        )
        self._leash.attached()
        assert self._process.stdout is not None
        self._reading = asyncio.create_task(self._read(self._process.stdout))

    async def _read(self, stream: asyncio.StreamReader) -> None:
        async for line in lines(stream):
            self._log.line(line)

    async def _until_ready(self, announced: int) -> None:
        assert self._process is not None
        lack = Lack()
        ready, ended = asyncio.create_task(self._ready(announced, lack)), asyncio.create_task(self._process.wait())
        try:
            await asyncio.wait({ready, ended}, timeout=START_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
            if ready.done() and ready.result():
                return
            if ended.done() or (ready.done() and not lack.reason):
                what = describe(await ended)
            elif ready.done():
                what = f"does not get ready: {lack.reason}"
            else:
                what = f"was not ready in {START_TIMEOUT_S:g} s" + (f": {lack.reason}" if lack.reason else "")
            raise StartFailed(await self._report(f"{self.name} did not start: it {what}"))
        finally:
            ready.cancel()
            ended.cancel()

    async def _ready(self, announced: int, lack: Lack) -> bool:
        """True once it works; False if it ended without ever saying so, or is stuck in a lack of something."""
        if self._command.ready_url is not None:
            return await until_ready(self._command.ready_url, lack)
        await readable(announced)
        return bool(os.read(announced, 1))

    async def _report(self, what: str) -> str:
        """What went wrong, with its last lines; nothing of it is left then."""
        self.kill()
        await self.stop()  # so that its last words are read
        said = "".join(f"\n  {line}" for line in self._log.last)
        return f"{what}." + (f" Its last lines ({self._log.path}):{said}" if said else " Its log is empty.")


async def lines(stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """The stream's lines, without their ends; one that is endless comes in pieces."""
    rest = b""
    while chunk := await stream.read(LINE_MAX_BYTES):
        *whole, rest = (rest + chunk).split(b"\n")
        if len(rest) > LINE_MAX_BYTES:
            whole, rest = [*whole, rest], b""
        for line in whole:
            yield line
    if rest:
        yield rest


async def readable(descriptor: int) -> None:
    """Wait until there is something to read, or the end."""
    loop, event = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, event.set)
    try:
        await event.wait()
    finally:
        loop.remove_reader(descriptor)


def describe(code: int) -> str:
    """An exit code in words: a guard reports a signal as 128 + its number."""
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(code - 128 if code > 128 else -code).name}"
    return f"ended with exit code {code}"


async def output_of(command: Command, environment: Mapping[str, str]) -> bytes:
    """Run a command to its end under a guard; its stdout. Raises StartFailed with its stderr's end when it fails."""
    with Leash() as leash:
        process = await asyncio.create_subprocess_exec(
            *leash.guarded(command.arguments),
            pass_fds=leash.fds,
            start_new_session=True,
            env={**os.environ, **environment},
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
        )
        leash.attached()
        try:
            output, complaint = await process.communicate()
        finally:
            leash.kill()
            await process.wait()
    if process.returncode:
        said = complaint.decode(errors="replace").strip()[-2000:]
        raise StartFailed(f"{command.name} {describe(process.returncode)}: {said}")
    return output
