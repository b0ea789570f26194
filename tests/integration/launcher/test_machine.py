"""The launcher as its user meets it: one process, a real mongod and stand-ins for the services; signals, Ctrl-C twice, kill -9."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient

from services.launcher import machine as machine_module
from services.launcher.logs import Console
from services.launcher.machine import Machine, one_machine
from services.launcher.ports import PortTaken
from services.launcher.up import run_up
from shared.errors import SettingsError, Unavailable
from shared.mongo.embedded import database_uri, running_uri
from shared.settings import Mongo, Process, Settings, Storage, local_url
from tests.waiting import alive, until

SERVICE = """
import os, signal, subprocess, sys
encoder = subprocess.Popen(["sleep", "600"], start_new_session=True)
def leave(*_):
    print("draining", flush=True)
    if NAME != "generator":
        sys.exit(0)
signal.signal(signal.SIGTERM, leave)
print("pids", os.getpid(), encoder.pid, os.environ["MONGODB_URI"], flush=True)
from shared.leash import announce_ready
announce_ready()
while True:
    signal.pause()
"""

LAUNCHER = """
import asyncio, sys
from pathlib import Path
from services.launcher.database import Database
from services.launcher.logs import Console, ProcessLog
from services.launcher.machine import Machine, run
from services.launcher.process import Child, Command
from services.launcher.stack import Stack
from services.launcher.up import serve
from shared.mongo.embedded import EmbeddedMongo
folder, environment, console = Path(sys.argv[1]), {}, Console(echo=True)
parts = [Database(EmbeddedMongo(folder / "mongo"), environment, console.say, lambda _: asyncio.sleep(0))]
for name in ("backend", "generator"):
    command = Command.python(name, "-c", f"NAME = {name!r}" + SERVICE, grace_s=600)
    parts.append(Child(command, ProcessLog(name, folder / "logs", console), environment))
machine = Machine(Stack(parts, console.say), console, "http://127.0.0.1:1", environment)
print("finished" if asyncio.run(run(machine, serve)) else "interrupted")
""".replace("SERVICE", repr(SERVICE))


class Launcher:
    """A launcher in a process of its own."""

    def __init__(self, folder: Path, runtime_dir: str) -> None:
        self.folder = folder
        self.errors = folder / "stderr"
        environment = {**os.environ, "XDG_RUNTIME_DIR": runtime_dir}
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-c", LAUNCHER, folder], env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
            )

    def heard(self, text: str) -> None:
        until(lambda: text in self.said() or self.process.poll() is not None, timeout_s=30)
        assert text in self.said()

    def said(self) -> str:
        return self.errors.read_text()

    def pids(self) -> list[int]:
        """mongod, each service and its encoder."""
        words = [line.split() for line in self.said().splitlines() if "| pids" in line]
        return [int((self.folder / "mongo" / "mongod.lock").read_text()), *(int(pid) for line in words for pid in line[3:5])]


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    with tempfile.TemporaryDirectory(prefix="rw") as runtime_dir, (launcher := Launcher(tmp_path, runtime_dir)).process:
        launcher.heard("serving on")
        yield launcher
        launcher.process.kill()


def test_kill_9_of_the_launcher_leaves_nothing(launcher: Launcher) -> None:
    pids = launcher.pids()
    assert len(pids) == 5
    assert all(alive(pid) for pid in pids)
    launcher.process.kill()
    until(lambda: not any(alive(pid) for pid in pids))


def test_the_first_interrupt_drains_in_reverse_and_the_second_kills(launcher: Launcher) -> None:
    pids = launcher.pids()
    launcher.process.send_signal(signal.SIGINT)
    launcher.heard("generator | draining")
    assert all(alive(pid) for pid in pids), "the generator drains; nobody else is stopped before it is done"
    assert "backend   | draining" not in launcher.said()
    launcher.process.send_signal(signal.SIGINT)
    assert launcher.process.wait(30) == 0
    assert launcher.process.stdout is not None
    assert launcher.process.stdout.read() == "interrupted\n"
    assert not any(alive(pid) for pid in pids)
    assert "launcher  | killing" in launcher.said()
    assert "starting it again" not in launcher.said()


def test_mongod_comes_back_at_the_same_place_with_all_it_had(launcher: Launcher) -> None:
    uri = next(word for word in launcher.said().split() if word.startswith("mongodb://"))
    with MongoClient[dict[str, object]](uri) as client:
        client.test.kept.insert_one({"_id": 1})
        os.kill(launcher.pids()[0], signal.SIGKILL)
        launcher.heard("mongod runs again")
        assert client.test.kept.find_one() == {"_id": 1}
    assert "mongod was ended by SIGKILL; starting it again in 0.5 s" in launcher.said()


def test_an_import_that_joined_may_finish_and_holds_up_the_end(launcher: Launcher) -> None:
    with database_uri(Settings(process=Process(data_dir=launcher.folder))) as uri:
        launcher.process.send_signal(signal.SIGINT)
        for pid in launcher.pids()[1::2]:
            os.kill(pid, signal.SIGKILL)
        launcher.heard("mongod: waiting up to 60 s for an import to finish")
        with MongoClient[dict[str, object]](uri) as client:
            client.test.kept.insert_one({"_id": 1})
    assert launcher.process.wait(30) == 0


def test_it_waits_for_an_import_that_came_first(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="rw") as runtime_dir, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", runtime_dir)
        with database_uri(Settings(process=Process(data_dir=tmp_path))):
            launcher = Launcher(tmp_path, runtime_dir)
            launcher.heard(f"launcher  | process {os.getpid()} (")
            assert "waiting up to 60 s for it to finish" in launcher.said()
        launcher.heard("serving on")
        assert running_uri(tmp_path / "mongo")
        with launcher.process:
            launcher.process.kill()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(process=Process(data_dir=tmp_path / "data", backend_port=0, video_port=0, recommendation_port=0))


def test_a_busy_port_fails_before_anything_is_touched(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        taken = settings.model_copy(update={"process": settings.process.model_copy(update={"video_port": port})})
        with pytest.raises(PortTaken):
            one_machine(taken, Console(echo=True))
        assert run_up(taken) == 1
    assert f"launcher  | VIDEO_PORT: port {port} is taken by process {os.getpid()} (" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_store_without_its_settings_fails_before_anything_is_touched(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="STORAGE=s3 needs S3_BUCKET, S3_PUBLIC_URL"):
        one_machine(settings.model_copy(update={"storage": Storage(storage="s3")}), Console(echo=True))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("uri", "problem", "words"),
    [
        ("mongodb://127.0.0.1:1", Unavailable, r"MONGODB_URI: that database cannot be used: 127\.0\.0\.1:1: .*refused.*|.*failed.*\Z"),
        ("http://127.0.0.1", SettingsError, "MONGODB_URI: InvalidURI"),
    ],
)
async def test_a_given_database_that_is_not_there_fails_before_anything_starts(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, uri: str, problem: type[Exception], words: str
) -> None:
    monkeypatch.setattr(machine_module, "GIVEN_DATABASE_S", 0.2)
    given = settings.model_copy(update={"mongo": Mongo.model_validate({"mongodb_uri": uri})})
    machine = one_machine(given, Console(echo=False))
    with pytest.raises(problem, match=words):
        await machine.start()
    assert machine.stack._started == []


def test_a_data_dir_that_is_no_folder_is_named(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data").write_text("a file")
    assert run_up(settings) == 1
    assert f"DATA_DIR: there is no place for logs: [Errno 20] Not a directory: '{tmp_path}/data/logs'" in capsys.readouterr().err


def test_free_ports_are_told_to_the_services(settings: Settings) -> None:
    machine: Machine = one_machine(settings, Console(echo=True))
    assert machine.backend_url == f"http://127.0.0.1:{machine.environment['BACKEND_PORT']}"
    assert len({machine.environment[f"{name}_PORT"] for name in ("BACKEND", "VIDEO", "RECOMMENDATION")} | {"0"}) == 4
    assert machine.recommendation_url == f"http://127.0.0.1:{machine.environment['RECOMMENDATION_PORT']}"
    assert machine.environment["DATA_DIR"] == str(settings.process.data_dir)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("::1", "http://[::1]:80"),
        ("box", "http://box:80"),
    ],
)
def test_where_a_service_is_reached(host: str, url: str) -> None:
    assert local_url(host, 80) == url
