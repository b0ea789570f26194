"""A private mongod of our own: no Docker, no TCP port, no orphan.

A single-node replica set on a Unix socket in a folder only we can enter. One supervisor per data directory holds `reelwright.lock`;
the kernel frees it however that process ends, and the guard ends mongod with it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from shared.errors import Conflict, ReelwrightError
from shared.leash import Leash
from shared.log_files import rotate
from shared.mongo.mongod import REPLICA_SET, find_mongod, options
from shared.mongo.mongod_log import last_complaints
from shared.settings import Settings

LOCK, LOG = "reelwright.lock", "mongod.log"
SOCKET = "mongodb-27017.sock"
"""The name mongod gives a socket by default: under another one it would open both."""
SOCKET_PATH_MAX = 103
"""Bytes in a Unix socket's path: 107 on Linux, 103 on macOS."""
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
STEP_S = 0.02
LOCK_PATIENCE_S = 0.5
"""`running_uri` of another process touches the lock for an instant."""
FULL_BELOW_BYTES = 1 << 20
NOT_YET = {23, 93, 94}
"""AlreadyInitialized, InvalidReplicaSetConfig, NotYetInitialized: another look in a moment tells more."""


class DatabaseFailed(ReelwrightError):
    code = "database_failed"
    title = "The private database could not start"


class DataDirInUse(Conflict):
    code = "data_dir_in_use"
    title = "Another process runs this database"


class EmbeddedMongo:
    """A mongod over `data_dir` that lives from `start` to `stop`, and never longer than this process. Blocking: call it in a thread."""

    def __init__(self, data_dir: Path, *, mongod: Path | None = None) -> None:
        self.data_dir = data_dir.absolute()
        self._chosen = mongod
        self._parts = contextlib.ExitStack()
        self._guard: subprocess.Popen[bytes] | None = None
        self._leash: Leash | None = None

    def start(self, timeout_s: float = START_TIMEOUT_S) -> str:
        """Start it and return its URI once it takes writes. Raises DataDirInUse, DatabaseFailed or SettingsError (no mongod)."""
        deadline = time.monotonic() + timeout_s
        try:
            with self._explained():
                lock = self._parts.enter_context(_take_lock(self.data_dir / LOCK))
                socket_dir = private_socket_dir(self.data_dir)
                self._parts.callback(shutil.rmtree, socket_dir, ignore_errors=True)
                rotate(self.data_dir / LOG)
                self._launch(socket_dir, deadline)
                uri = self._until_writable(socket_dir / SOCKET, deadline)
                _record(lock, uri)
                self._parts.callback(lock.truncate, 0)
        except BaseException:
            self.stop()
            raise
        return uri

    def stop(self) -> None:
        """Shut it down cleanly, by force after 20 s. Harmless when it is not running."""
        self._parts.close()

    def kill(self) -> None:
        """End it at once, from any thread; `stop` must still follow. Acknowledged writes are safe: they are in the journal."""
        if self._leash:
            self._leash.kill()

    def wait(self) -> int:
        """Block until mongod ends, which it should not do before `stop`; returns its exit code."""
        assert self._guard is not None, "start() comes first"
        return self._guard.wait()

    def _launch(self, socket_dir: Path, deadline: float) -> None:
        mongod = find_mongod(self._chosen, socket_dir / "lib")
        command = [mongod.path, *options(self.data_dir, socket_dir / SOCKET)]
        _await_predecessor(self.data_dir / "mongod.lock", deadline)
        self._leash = leash = self._parts.enter_context(Leash())
        with open(self.data_dir / LOG, "ab") as log:
            self._guard = subprocess.Popen(  # noqa: S603 - the command is ours
                leash.guarded(command, grace_s=STOP_TIMEOUT_S),
                pass_fds=leash.fds,
                start_new_session=True,
                env=os.environ | mongod.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        leash.attached()
        self._parts.callback(_shut_down, self._guard, leash)

    def _until_writable(self, socket_path: Path, deadline: float) -> str:
        uri = f"mongodb://{quote(str(socket_path), safe='')}/?directConnection=true&w=majority"
        while not _listening(socket_path):
            self._check(deadline)
        with MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=5000, socketTimeoutMS=10_000) as client:
            while not _is_primary(client, str(socket_path)):
                self._check(deadline)
        return uri

    def _check(self, deadline: float) -> None:
        """Wait a moment. Raises DatabaseFailed if mongod ended, or if it is too late."""
        assert self._guard is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            raise self._failure(f"mongod ended with {self._guard.wait(STEP_S)}")
        if time.monotonic() > deadline:
            raise self._failure("mongod did not take writes in time")

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (OSError, PyMongoError) as error:
            raise self._failure(str(error)) from error

    def _failure(self, what: str) -> DatabaseFailed:
        log = self.data_dir / LOG
        lines = list(last_complaints(log))
        if _is_full(self.data_dir) or any(os.strerror(errno.ENOSPC) in line for line in [what, *lines]):
            advice = "The disk is full: free some space and start again."
        else:
            advice = f"If its files are damaged, move them aside and start with an empty one: mv {self.data_dir} {self.data_dir}.broken"
        shown = "".join(f"\n  {line}" for line in lines)
        return DatabaseFailed(
            f"The database in {self.data_dir} did not start: {what}. {advice} Nothing was deleted."
            + (f" The end of {log}:{shown}" if shown else "")
        )


def running_uri(data_dir: Path) -> str | None:
    """URI of the mongod that a process of ours runs over `data_dir` right now; None if there is none that takes writes."""
    try:
        with open(data_dir / LOCK) as lock:
            return str(json.load(lock)["uri"]) if not _try_lock(lock, fcntl.LOCK_SH) else None
    except (OSError, json.JSONDecodeError):
        return None


@contextlib.contextmanager
def database_uri(settings: Settings) -> Iterator[str]:
    """The database to use: MONGODB_URI, else the private one another process of ours runs, else one of our own for the duration."""
    if settings.mongo.mongodb_uri:
        yield settings.mongo.mongodb_uri.get_secret_value()
        return
    own = private_mongo(settings)
    try:
        yield _join_or_start(own, time.monotonic() + START_TIMEOUT_S)
    finally:
        own.stop()


def private_mongo(settings: Settings) -> EmbeddedMongo:
    return EmbeddedMongo(settings.process.data_dir / "mongo", mongod=settings.mongo.reelwright_mongod)


def _join_or_start(own: EmbeddedMongo, deadline: float) -> str:
    while True:
        if uri := running_uri(own.data_dir):
            return uri
        try:
            return own.start()
        except DataDirInUse:
            if time.monotonic() > deadline:
                raise
            time.sleep(STEP_S)  # its holder is just starting or stopping it


def _try_lock(lock: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _take_lock(path: Path) -> IO[str]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = open(path, "a+")  # noqa: SIM115 - held until stop
    deadline = time.monotonic() + LOCK_PATIENCE_S
    while not _try_lock(lock, fcntl.LOCK_EX):
        if time.monotonic() > deadline:
            lock.seek(0)
            holder = lock.read() or "a process that is just starting or stopping it"
            lock.close()
            raise DataDirInUse(f"The database in {path.parent} is in use by {holder}.")
        time.sleep(STEP_S)
    lock.truncate(0)
    return lock


def _record(lock: IO[str], uri: str) -> None:
    """Tell others where to join us."""
    json.dump({"pid": os.getpid(), "uri": uri}, lock)
    lock.flush()


def private_socket_dir(data_dir: Path) -> Path:
    """A folder of ours that nobody else can enter, the same for the same database, with a path short enough for a socket."""
    name = f"reelwright-{os.getuid()}-{hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:10]}"
    bases = [base for base in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp") if base]  # noqa: S108 - private below
    for path in (Path(base) / name for base in bases):
        if len(os.fsencode(path / SOCKET)) <= SOCKET_PATH_MAX and _make_private(path):
            return path
    raise DatabaseFailed(f"There is no place for the database's socket: {name} could not be made private in any of {', '.join(bases)}.")


def _make_private(path: Path) -> bool:
    """The temporary folder is shared: whoever else may have made `path` before us must not hold our socket."""
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        status = path.lstat()
    except OSError:
        return False
    return status.st_uid == os.getuid() and status.st_mode & 0o777 == 0o700 and os.access(path, os.W_OK)


def _await_predecessor(mongods_lock: Path, deadline: float) -> None:
    """A supervisor that was killed leaves a mongod that its guard is still shutting down."""
    with open(mongods_lock, "a") as lock:
        while not _try_lock(lock, fcntl.LOCK_EX) and time.monotonic() < deadline:
            time.sleep(STEP_S)


def _shut_down(guard: subprocess.Popen[bytes], leash: Leash) -> None:
    leash.terminate()
    try:
        guard.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        leash.kill()
        guard.wait()


def _listening(socket_path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(socket_path)) == 0


def _is_primary(client: MongoClient[dict[str, Any]], host: str) -> bool:
    """Whether it takes writes; if it has no replica set yet, or had it at another path, give it one and look again later."""
    hello = client.admin.command("hello")
    if hello.get("isWritablePrimary"):
        return True
    if not str(hello.get("info", "")).startswith("Does not have a valid"):
        return False
    members = [{"_id": 0, "host": host}]
    config = client.local["system.replset"].find_one()
    try:
        if config is None:
            client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
        elif config["members"] != members:
            client.admin.command("replSetReconfig", {**config, "version": config["version"] + 1, "members": members}, force=True)
    except OperationFailure as error:
        if error.code not in NOT_YET:
            raise
    return False


def _is_full(data_dir: Path) -> bool:
    with contextlib.suppress(OSError):
        return shutil.disk_usage(data_dir).free < FULL_BELOW_BYTES
    return False
