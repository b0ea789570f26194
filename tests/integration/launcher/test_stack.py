"""The stack: order, restarts, and a failed start that leaves nothing. Real processes; the scripts stand in for the services."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import psutil
import pytest

from services.launcher import stack as stack_module
from services.launcher.database import Database
from services.launcher.logs import Console, ProcessLog
from services.launcher.process import Child, Command, StartFailed
from services.launcher.stack import Part, Stack, backoff
from shared.mongo.embedded import DatabaseFailed, EmbeddedMongo
from tests.waiting import alive, until

SERVICE = """
import os, signal, sys
from shared.leash import announce_ready
def note(what):
    with open(DIARY, "a") as diary:
        diary.write(f"NAME {what}\\n")
def leave(*_):
    note("left")
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
note("came")
print(os.getpid())
announce_ready()
while True:
    signal.pause()
"""


class Stage:
    """Makes parts that keep a common diary."""

    def __init__(self, folder: Path) -> None:
        self.diary = folder / "diary"
        self.said: list[str] = []
        self.logs: dict[str, ProcessLog] = {}
        self._folder = folder

    def part(self, name: str, script: str = SERVICE, environment: dict[str, str] | None = None) -> Child:
        self.logs[name] = ProcessLog(name, self._folder / "logs", Console(echo=False))
        script = script.replace("DIARY", repr(str(self.diary))).replace("NAME", name)
        return Child(Command.python(name, "-c", script), self.logs[name], environment or {})

    def stack(self, *parts: Part) -> Stack:
        return Stack(parts, self.said.append)

    def pids(self, name: str) -> list[int]:
        return [int(line) for line in self.logs[name].last if line.isdigit()]

    def entries(self) -> list[str]:
        return self.diary.read_text().splitlines()

    async def heard(self, condition: Callable[[], object]) -> None:
        await asyncio.to_thread(until, condition)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


async def test_parts_start_in_order_and_stop_in_reverse(stage: Stage) -> None:
    stack = stage.stack(stage.part("a"), stage.part("b"), stage.part("c"))
    await stack.start()
    await stack.stop()
    assert stage.entries() == ["a came", "b came", "c came", "c left", "b left", "a left"]
    assert [line.split(" after")[0] for line in stage.said[:3]] == ["a is ready", "b is ready", "c is ready"]
    assert stage.said[3:] == ["stopping c", "stopping b", "stopping a"]


async def test_a_failed_start_stops_what_had_started_and_starts_no_more(stage: Stage) -> None:
    stack = stage.stack(stage.part("a"), stage.part("b", "raise SystemExit('no space')"), stage.part("c"))
    with pytest.raises(StartFailed, match=r"b did not start: it ended with exit code 1\.(.|\n)*no space"):
        await stack.start()
    await stack.stop()
    assert stage.entries() == ["a came", "a left"]


NEVER_READY = "import os, signal; print(os.getpid(), flush=True); signal.pause()"


async def test_one_that_dies_while_another_starts_is_the_cause(stage: Stage) -> None:
    stack = stage.stack(stage.part("a"), stage.part("b", NEVER_READY))
    starting = asyncio.create_task(stack.start())
    await stage.heard(lambda: "b" in stage.logs and stage.pids("b"))
    psutil.Process(stage.pids("a")[0]).kill()
    async with asyncio.timeout(10):
        with pytest.raises(StartFailed, match=r"a was ended by SIGKILL while the others were starting\. Its last lines"):
            await starting
    assert not alive(stage.pids("b")[0])
    await stack.stop()


async def test_a_mongod_that_dies_while_another_starts_is_explained(stage: Stage, tmp_path: Path) -> None:
    mongo = EmbeddedMongo(tmp_path / "mongo")
    stack = stage.stack(Database(mongo, {}, stage.said.append, _as_it_is), stage.part("b", NEVER_READY))
    starting = asyncio.create_task(stack.start())
    await stage.heard(lambda: "b" in stage.logs and stage.pids("b"))
    os.kill(int((tmp_path / "mongo" / "mongod.lock").read_text()), signal.SIGKILL)
    async with asyncio.timeout(10):
        with pytest.raises(DatabaseFailed, match=r"broke down: mongod ended with 137(.|\n)*The end of .*mongod\.log"):
            await starting
    await stack.stop()
    assert not any("starting it again" in line for line in stage.said)


async def test_a_kill_starts_nothing_again(stage: Stage) -> None:
    stack = stage.stack(stage.part("a"), stage.part("b"), stage.part("c"))
    await stack.start()
    pids = [stage.pids(name)[0] for name in "abc"]
    stack.kill()
    await stage.heard(lambda: not any(alive(pid) for pid in pids))
    await stack.stop()
    assert stage.said[3:] == ["stopping c", "stopping b", "stopping a"]


async def test_one_that_cannot_be_made_for_a_while_comes_back(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack_module, "FIRST_DELAY_S", 0.01)
    environment: dict[str, str] = {"ANY": "thing"}
    stack = stage.stack(stage.part("a", environment=environment))
    await stack.start()
    environment["TOO_LONG"] = "x" * 200_000
    psutil.Process(stage.pids("a")[0]).kill()
    await stage.heard(lambda: any("Argument list too long" in line for line in stage.said))
    del environment["TOO_LONG"]
    await stage.heard(lambda: "a runs again" in stage.said)
    await stack.stop()


async def test_one_that_dies_is_started_again_and_the_others_stay(stage: Stage) -> None:
    stack = stage.stack(stage.part("a"), stage.part("b"))
    await stack.start()
    try:
        psutil.Process(stage.pids("a")[-1]).kill()
        await stage.heard(lambda: stage.said.count("a runs again") == 1)
        psutil.Process(stage.pids("a")[-1]).kill()
        await stage.heard(lambda: stage.said.count("a runs again") == 2)
        assert [line for line in stage.said if "starting" in line] == [
            "a was ended by SIGKILL; starting it again in 0.5 s",
            "a was ended by SIGKILL; starting it again in 1 s",
        ]
        assert len(stage.pids("a")) == 3
        assert alive(stage.pids("a")[-1])
        assert stage.entries().count("b came") == 1
    finally:
        await stack.stop()
    assert stage.entries()[-2:] == ["b left", "a left"]


FAILS_LATER = (
    """
import os, sys
if os.path.exists(DIARY):
    sys.exit("no space")
"""
    + SERVICE
)


async def test_a_restart_that_fails_is_tried_again_and_can_be_stopped(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack_module, "FIRST_DELAY_S", 0.01)
    stack = stage.stack(stage.part("a", FAILS_LATER))
    await stack.start()
    psutil.Process(stage.pids("a")[0]).kill()
    await stage.heard(lambda: sum("no space" in line for line in stage.said) >= 2)
    stage.diary.unlink()
    await stage.heard(lambda: "a runs again" in stage.said)
    await stack.stop()
    assert stage.entries() == ["a came", "a left"]


async def test_a_stop_while_one_is_away_is_not_held_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack_module, "FIRST_DELAY_S", 600.0)
    stack = stage.stack(stage.part("a"), stage.part("b"))
    await stack.start()
    psutil.Process(stage.pids("b")[0]).kill()
    await stage.heard(lambda: any("starting it again" in line for line in stage.said))
    async with asyncio.timeout(10):
        await stack.stop()
    assert stage.entries() == ["a came", "b came", "a left"]


def test_delays_double_up_to_a_bound() -> None:
    assert list(islice(backoff(), 9)) == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


async def _as_it_is(_: str) -> None:
    """A database that needs no migrating."""
