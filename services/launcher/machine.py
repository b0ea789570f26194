"""What runs on one machine, in which order, and where it is reached."""

from __future__ import annotations

import asyncio
import signal
from collections import ChainMap
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from services.launcher.admin_key import ADMIN_KEY_FILE, kept_key
from services.launcher.database import Database
from services.launcher.logs import Console, ProcessLog
from services.launcher.ports import reserve
from services.launcher.process import Child, Command, StartFailed
from services.launcher.stack import Part, Stack
from services.migrate import bring_up_to_date
from shared.mongo.embedded import private_mongo
from shared.mongo.given import check_given
from shared.settings import Process, Settings, local_url
from shared.storage.s3_config import s3_config

_OPERATED = ("backend", "recommendation")
"""Services with paths under /admin."""
HTTP_GRACE_S = 5
HAND_BACK_S = 5.0
"""A worker whose grace is over still has to hand its job back."""
GIVEN_DATABASE_S = 10.0
"""MONGODB_URI's server must answer within this before anything is started."""


@dataclass(frozen=True)
class Machine:
    """The stack, and what a process needs to belong to it. `environment` has MONGODB_URI once the stack has started."""

    stack: Stack
    console: Console
    backend_url: str
    environment: Mapping[str, str]
    admin_key_file: Path | None = None
    given: Settings | None = None
    """Where a database that is not ours is named, if so."""

    async def start(self) -> None:
        """Everything. Raises ReelwrightError with the cause."""
        if self.given:
            await check_given(self.given, GIVEN_DATABASE_S)
        await self.stack.start()

    @property
    def recommendation_url(self) -> str:
        return local_url(self.environment["HOST"], int(self.environment["RECOMMENDATION_PORT"]))

    @property
    def video_url(self) -> str:
        return local_url(self.environment["HOST"], int(self.environment["VIDEO_PORT"]))

    def say_where(self) -> None:
        """Where it is reached, and where the key of /admin lies if it is one of ours."""
        if self.admin_key_file:
            self.console.say(f"the key of {self.backend_url}/admin is in {self.admin_key_file}")
        self.console.say(f"serving on {self.backend_url} (Ctrl-C stops it)")


def one_machine(settings: Settings, console: Console) -> Machine:
    """Nothing is started yet. Raises PortTaken or SettingsError, before anything is touched, when a port is not free or the store's
    settings are not complete; StartFailed when DATA_DIR cannot be written."""
    process = settings.process
    if settings.storage.storage != "local":
        s3_config(settings.storage)
    ports = reserve(process.host, _ports(process))
    environment = {"DATA_DIR": str(process.data_dir), "HOST": process.host} | {name: str(port) for name, port in ports.items()}
    commands = [
        _http_service("backend", process.host, ports["BACKEND_PORT"]),
        _http_service("video", process.host, ports["VIDEO_PORT"]),
        _http_service("recommendation", process.host, ports["RECOMMENDATION_PORT"]),
        Command.python("generator", "-m", "services.generator", grace_s=settings.queue.drain_grace_s + HAND_BACK_S),
    ]
    parts: list[Part] = []
    if settings.mongo.mongodb_uri:
        environment["MONGODB_URI"] = settings.mongo.mongodb_uri.get_secret_value()
    else:
        parts.append(Database(private_mongo(settings), environment, console.say, partial(bring_up_to_date, settings)))
    logs = [_log(command.name, process.data_dir / "logs", console) for command in commands]
    own_key = None if settings.admin.admin_api_key else process.data_dir / ADMIN_KEY_FILE
    secret = {"ADMIN_API_KEY": kept_key(own_key)} if own_key else {}
    for command, log in zip(commands, logs, strict=True):
        parts.append(Child(command, log, ChainMap(secret, environment) if command.name in _OPERATED else environment))
    given = settings if settings.mongo.mongodb_uri else None
    return Machine(Stack(parts, console.say), console, local_url(process.host, ports["BACKEND_PORT"]), environment, own_key, given)


def _ports(process: Process) -> dict[str, int]:
    return {"BACKEND_PORT": process.backend_port, "VIDEO_PORT": process.video_port, "RECOMMENDATION_PORT": process.recommendation_port}


def _log(name: str, folder: Path, console: Console) -> ProcessLog:
    try:
        return ProcessLog(name, folder, console)
    except OSError as error:
        raise StartFailed(f"DATA_DIR: there is no place for logs: {error}") from error


def _http_service(name: str, host: str, port: int) -> Command:
    return Command.python(
        name,
        *("-m", "uvicorn", f"services.{name}.app:app", "--host", host, "--port", str(port)),
        *("--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", str(HTTP_GRACE_S)),
        ready_url=f"{local_url(host, port)}/health/ready",
        grace_s=2 * HTTP_GRACE_S,
    )


async def run(machine: Machine, work: Callable[[Machine], Awaitable[None]]) -> bool:
    """Do `work`, which starts the stack, then stop everything. False if it was interrupted: SIGINT or SIGTERM ends the work and lets the
    processes finish theirs; the second kills them. Raises what the work raises."""
    working = asyncio.ensure_future(work(machine))
    interrupts = 0

    def interrupted() -> None:
        nonlocal interrupts
        interrupts += 1
        if interrupts == 1:
            machine.console.say("interrupted: work in progress may finish (once more: stop at once)")
            working.cancel()
        else:
            machine.console.say("killing")
            machine.stack.kill()

    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, interrupted)
    try:
        await working
    except asyncio.CancelledError:
        return False
    finally:
        await machine.stack.stop()
        machine.console.say("stopped")
    return True
