"""The private mongod, with real processes: what it keeps, who may run it, how it ends, and what it says when it cannot start."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from shared.errors import Unavailable
from shared.mongo.embedded import DatabaseFailed, EmbeddedMongo, database_uri, private_socket_dir, running_uri
from shared.mongo.locks import DataDirInUse
from shared.settings import Mongo, Process, Settings
from tests.waiting import alive, until


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "mongo"


@pytest.fixture
def mongo(data_dir: Path) -> Iterator[EmbeddedMongo]:
    mongo = EmbeddedMongo(data_dir)
    yield mongo
    mongo.kill()  # quicker than a clean stop, and just as safe
    mongo.stop()


def client(uri: str) -> MongoClient[dict[str, object]]:
    return MongoClient(uri, serverSelectionTimeoutMS=2000)


def mongod_pid(data_dir: Path) -> int:
    return int((data_dir / "mongod.lock").read_text())


def insert(uri: str, key: str) -> None:
    with client(uri) as connection:
        connection.test.kept.insert_one({"_id": key})


def kept(uri: str) -> set[object]:
    with client(uri) as connection:
        return {document["_id"] for document in connection.test.kept.find()}


def test_a_restart_finds_everything(mongo: EmbeddedMongo) -> None:
    first = mongo.start()
    insert(first, "before")
    mongo.stop()
    assert mongo.start() == first
    assert kept(first) == {"before"}


def test_a_moved_folder_finds_everything(mongo: EmbeddedMongo, data_dir: Path, tmp_path: Path) -> None:
    insert(mongo.start(), "before")
    mongo.stop()
    moved = EmbeddedMongo(data_dir.rename(tmp_path / "elsewhere"))
    try:
        assert kept(moved.start()) == {"before"}
    finally:
        moved.stop()


def test_only_we_can_reach_it(mongo: EmbeddedMongo, data_dir: Path) -> None:
    mongo.start()
    mongod = psutil.Process(mongod_pid(data_dir))
    assert mongod.net_connections("inet") == []
    sockets = {Path(str(connection.laddr)) for connection in mongod.net_connections("unix")}
    assert len(sockets) == 1
    assert {path.parent.stat().st_mode & 0o777 for path in sockets} == {0o700}


def test_a_second_supervisor_is_refused_and_may_join(mongo: EmbeddedMongo, data_dir: Path) -> None:
    assert running_uri(data_dir) is None
    uri = mongo.start()
    assert running_uri(data_dir) == uri
    with pytest.raises(DataDirInUse, match=rf"process {os.getpid()} \(.*python.*\) runs the database in {data_dir}"):
        EmbeddedMongo(data_dir).start()
    assert kept(uri) == set(), "the refused one did no harm"
    mongo.stop()
    assert running_uri(data_dir) is None
    assert (data_dir / "reelwright.lock").read_text() == "", "nobody is invited to a mongod that is stopping"


def test_database_uri_joins_or_starts_for_its_duration(tmp_path: Path) -> None:
    settings = Settings(process=Process(data_dir=tmp_path))
    with database_uri(settings) as own:
        pid = mongod_pid(tmp_path / "mongo")
        with database_uri(settings) as joined:
            assert joined == own
        assert alive(pid), "the guest left, the host stays"
    assert not alive(pid)


def test_those_who_come_at_once_share_one(tmp_path: Path) -> None:
    settings = Settings(process=Process(data_dir=tmp_path))
    together = threading.Barrier(3)

    def use(_: int) -> str:
        with database_uri(settings) as uri:
            together.wait(timeout=30)
            return uri

    with ThreadPoolExecutor(3) as pool:
        assert len(set(pool.map(use, range(3)))) == 1


def test_the_one_who_started_it_waits_for_those_who_joined(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(process=Process(data_dir=tmp_path))
    started, joined, may_leave = threading.Event(), threading.Event(), threading.Event()

    def start() -> None:
        with database_uri(settings):
            started.set()
            assert joined.wait(30)

    def join() -> None:
        assert started.wait(30)
        with database_uri(settings) as uri:
            joined.set()
            assert may_leave.wait(30)
            insert(uri, "late")

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(start), pool.submit(join)]
        until(lambda: "waiting for others" in capsys.readouterr().err)
        assert not both[0].done()
        may_leave.set()
        for each in both:
            each.result(30)
    assert "waiting" not in capsys.readouterr().err, "it is said once"
    with database_uri(settings) as uri:
        assert kept(uri) == {"late"}


def test_guests_are_not_waited_for_longer_than_told(mongo: EmbeddedMongo, tmp_path: Path) -> None:
    mongo.start()
    told: list[str] = []
    with database_uri(Settings(process=Process(data_dir=tmp_path))):
        mongo.let_guests_finish(0.6, lambda: told.append("waiting"))
        assert told == ["waiting"]
        waiting = threading.Event()
        with ThreadPoolExecutor(1) as pool:
            finishing = pool.submit(mongo.let_guests_finish, 600, waiting.set)
            assert waiting.wait(30)
            mongo.kill()
            finishing.result(30)
    mongo.stop()


def test_a_client_whose_mongod_ended_learns_why(tmp_path: Path) -> None:
    def use() -> None:
        with database_uri(_in(tmp_path)) as uri:
            os.kill(mongod_pid(tmp_path / "mongo"), signal.SIGKILL)
            insert(uri, "lost")

    with pytest.raises(DatabaseFailed, match=r"broke down: mongod ended with 137(.|\n)*mongod\.log"):
        use()


def test_a_guest_whose_host_ended_learns_it(mongo: EmbeddedMongo, tmp_path: Path) -> None:
    mongo.start()

    def use() -> None:
        with database_uri(_in(tmp_path)) as joined:
            mongo.kill()
            mongo.stop()
            insert(joined, "lost")

    with pytest.raises(DatabaseFailed, match=r"The process that ran the database in .* has ended it"):
        use()


def test_a_failure_that_is_not_the_databases_stays_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="the network"), database_uri(_in(tmp_path)):
        raise Unavailable("the network")


def _in(data_dir: Path) -> Settings:
    return Settings(process=Process(data_dir=data_dir))


def test_database_uri_prefers_the_one_given(tmp_path: Path) -> None:
    given = Settings.model_validate({"process": Process(data_dir=tmp_path), "mongo": Mongo.model_validate({"mongodb_uri": "mongodb://db"})})
    with database_uri(given) as uri:
        assert uri == "mongodb://db"
    assert list(tmp_path.iterdir()) == []


HOST = """
import sys
from pathlib import Path
from shared.mongo.embedded import EmbeddedMongo
print(EmbeddedMongo(Path(sys.argv[1])).start(), flush=True)
sys.stdin.read()
"""


def test_it_does_not_outlive_a_killed_parent_and_lets_the_next_in(mongo: EmbeddedMongo, data_dir: Path) -> None:
    host = subprocess.Popen([sys.executable, "-c", HOST, data_dir], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with host:
        assert host.stdout is not None
        insert(host.stdout.readline().strip(), "acknowledged")
        mongod = psutil.Process(mongod_pid(data_dir))
        guard = mongod.parent()
        assert guard is not None
        host.kill()
    assert kept(mongo.start()) == {"acknowledged"}, "the next start waits for the old mongod to end"
    assert not mongod.is_running()
    until(lambda: not guard.is_running())


def test_kill_9_of_mongod_loses_no_acknowledged_write(mongo: EmbeddedMongo, data_dir: Path) -> None:
    acknowledged: set[object] = set()
    for round_number in range(3):
        _write_until_killed(mongo.start(), mongod_pid(data_dir), round_number, acknowledged)
        assert mongo.wait() == 128 + signal.SIGKILL
        mongo.stop()
    assert acknowledged <= kept(mongo.start())


def _write_until_killed(uri: str, pid: int, round_number: int, acknowledged: set[object]) -> None:
    enough = threading.Semaphore(0)

    def write(writer: int) -> None:
        with MongoClient[dict[str, object]](uri, serverSelectionTimeoutMS=300, retryWrites=False) as connection:
            for count in range(100_000):
                key = f"{round_number}-{writer}-{count}"
                try:
                    connection.test.kept.insert_one({"_id": key})
                except PyMongoError:
                    return
                acknowledged.add(key)
                enough.release()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for _ in range(200):
        assert enough.acquire(timeout=20)
    os.kill(pid, signal.SIGKILL)
    for writer in writers:
        writer.join()


def _truncate(data_dir: Path) -> None:
    file = data_dir / "WiredTiger.wt"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _scribble(data_dir: Path) -> None:
    (data_dir / "WiredTiger.turtle").write_text("garbage\n" * 20)


def _empty_the_collections(data_dir: Path) -> None:
    for file in data_dir.glob("collection-*.wt"):
        file.write_bytes(b"")


def _garble_the_indexes(data_dir: Path) -> None:
    for file in data_dir.glob("index-*.wt"):
        file.write_text("garbage")


def test_a_file_in_the_place_of_the_folder_is_named(mongo: EmbeddedMongo, data_dir: Path) -> None:
    data_dir.write_text("a file")
    with pytest.raises(DatabaseFailed, match=f"The database in {data_dir} did not start: .*File exists"):
        mongo.start()


@pytest.mark.parametrize("damage", [_truncate, _scribble, _empty_the_collections, _garble_the_indexes])
def test_damage_is_named_and_nothing_is_deleted(damage: Callable[[Path], None], mongo: EmbeddedMongo, data_dir: Path) -> None:
    mongo.start()
    mongo.stop()
    damage(data_dir)
    before = {path.name for path in data_dir.iterdir()}
    with pytest.raises(DatabaseFailed) as failed:
        mongo.start()
    message = str(failed.value)
    assert f"The database in {data_dir} did not start" in message
    assert f"mv {data_dir} {data_dir}.broken" in message
    assert "WiredTiger" in message.partition("mongod.log:")[2], "the end of the log is shown"
    assert before <= {path.name for path in data_dir.iterdir()}
    assert running_uri(data_dir) is None


ON_A_FULL_DISK = """
import subprocess, sys
from pathlib import Path
from shared.errors import ReelwrightError
from shared.mongo.embedded import EmbeddedMongo
disk = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=" + sys.argv[2], "tmpfs", disk], check=True)
print("mounted", flush=True)
try:
    EmbeddedMongo(disk / "mongo").start()
except ReelwrightError as error:
    print(error.code, error)
"""


@pytest.mark.parametrize("size", ["4k", "500k"])
def test_a_full_disk_is_named(size: str, tmp_path: Path) -> None:
    command = ["unshare", "--map-root-user", "--mount", sys.executable, "-c", ON_A_FULL_DISK, str(tmp_path), size]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False) if shutil.which("unshare") else None
    if run is None or "mounted" not in run.stdout:
        pytest.skip("a small disk cannot be mounted here")
    assert f"database_failed The database in {tmp_path}/mongo did not start" in run.stdout, run.stderr
    assert "The disk is full" in run.stdout


FILLED_WHILE_IN_USE = """
import os, subprocess, sys
from pathlib import Path
from pymongo import MongoClient
from shared.errors import ReelwrightError
from shared.mongo.embedded import database_uri
from shared.settings import Process, Settings
disk = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=150m", "tmpfs", disk], check=True)
print("mounted", flush=True)
try:
    with database_uri(Settings(process=Process(data_dir=disk))) as uri, MongoClient(uri, serverSelectionTimeoutMS=2000) as client:
        while True:
            client.test.kept.insert_many([{"x": os.urandom(100_000)} for _ in range(20)])
except ReelwrightError as error:
    print(error.code, error)
"""


def test_a_disk_that_gets_full_while_it_is_used_is_named(tmp_path: Path) -> None:
    command = ["unshare", "--map-root-user", "--mount", sys.executable, "-c", FILLED_WHILE_IN_USE, str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False) if shutil.which("unshare") else None
    if run is None or "mounted" not in run.stdout:
        pytest.skip("a small disk cannot be mounted here")
    assert f"database_failed The database in {tmp_path}/mongo " in run.stdout, run.stderr
    assert "The disk is full" in run.stdout
    assert len(run.stdout) < 3000


@pytest.mark.parametrize("unusable", ["/nonexistent", "/proc", "too deep"])
def test_an_unusable_runtime_folder_is_passed_over(unusable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    too_deep = tmp_path / ("x" * 90)
    too_deep.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(too_deep) if unusable == "too deep" else unusable)
    folder = private_socket_dir(tmp_path)
    assert folder.parent == Path(tempfile.gettempdir())
    folder.rmdir()


def test_a_socket_folder_others_could_enter_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="rw") as runtime_dir:
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime_dir)
        ours = private_socket_dir(tmp_path)
        assert ours.parent == Path(runtime_dir)
        ours.chmod(0o777)
        passed_over_to = private_socket_dir(tmp_path)
        assert passed_over_to.parent == Path(tempfile.gettempdir())
        passed_over_to.rmdir()
