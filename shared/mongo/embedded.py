"""A private mongod of our own: no Docker, no TCP port, no orphan.

A single-node replica set on a Unix socket in a folder only we can enter. One supervisor per data directory runs it, others may join as
its guests (`shared.mongo.locks`); however the supervisor ends, the guard ends mongod with it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from shared.errors import ReelwrightError, Unavailable
from shared.leash import Leash
from shared.log_files import rotate
from shared.mongo.locks import GUESTS, STEP_S, SUPERVISOR, DataDirInUse, become_supervisor, record, recorded, try_lock
from shared.mongo.mongod import find_mongod, options
from shared.mongo.mongod_log import last_complaints, names_a_full_disk
from shared.mongo.replica_set import is_primary, listening
from shared.settings import Settings

LOG = "mongod.log"
SOCKET = "mongodb-27017.sock"
"""The name mongod gives a socket by default: under another one it would open both."""
SOCKET_PATH_MAX = 103
"""Bytes in a Unix socket's path: 107 on Linux, 103 on macOS."""
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
GUESTS_S = 600.0
"""A command that started the database for itself waits this long for the others that came to use it."""
GUEST_GLANCE_S = 0.5
"""Whoever looks for a database to join takes the guests' lock for an instant."""
END_NOTICED_S = 1.0
"""A client may notice mongod's end a little before its guard does."""
FULL_BELOW_BYTES = 1 << 20


class DatabaseFailed(ReelwrightError):
    code = "database_failed"
    title = "The private database does not work"


class EmbeddedMongo:
    """A mongod over `data_dir` that lives from `start` to `stop`, and never longer than this process. Blocking: call it in a thread."""

    def __init__(self, data_dir: Path, *, mongod: Path | None = None) -> None:
        self.data_dir = data_dir.absolute()
        self._chosen = mongod
        self._parts = contextlib.ExitStack()
        self._guard: subprocess.Popen[bytes] | None = None
        self._leash: Leash | None = None
        self._guests: IO[str] | None = None

    def start(self, timeout_s: float = START_TIMEOUT_S) -> str:
        """Start it and return its URI once it takes writes. Raises DataDirInUse, DatabaseFailed or SettingsError (no mongod)."""
        deadline = time.monotonic() + timeout_s
        try:
            with self._explained():
                lock = self._parts.enter_context(become_supervisor(self.data_dir))
                record(lock)
                self._guests = self._parts.enter_context((self.data_dir / GUESTS).open("a"))
                socket_dir = private_socket_dir(self.data_dir)
                self._parts.callback(shutil.rmtree, socket_dir, ignore_errors=True)
                rotate(self.data_dir / LOG)
                self._launch(socket_dir, deadline)
                uri = self._until_writable(socket_dir / SOCKET, deadline)
                record(lock, uri)
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

    def let_guests_finish(self, patience_s: float, waiting: Callable[[], None]) -> None:
        """Before `stop`: return once all who joined have left, or after `patience_s`; from then on nobody joins. Calls `waiting` once if
        somebody is there. Returns when mongod ends, and at once when it does not run."""
        if self._guests is None or self._guests.closed:
            return
        began, told = time.monotonic(), False
        while not try_lock(self._guests, fcntl.LOCK_EX) and not self._ends_within(STEP_S):
            waited = time.monotonic() - began
            if waited > patience_s:
                return
            if waited > GUEST_GLANCE_S and not told:
                told = True
                waiting()

    def why_it_ended(self) -> DatabaseFailed:
        """What to say when mongod has ended without `stop`."""
        return self._failure(f"broke down: mongod ended with {self.wait()}")

    @contextlib.contextmanager
    def explaining(self) -> Iterator[None]:
        """A failure of the driver, ours or a guest's, is DatabaseFailed with the cause when the database itself has one."""
        try:
            yield
        except (Unavailable, PyMongoError) as error:
            if self._guard is not None and self._ends_within(END_NOTICED_S):
                raise self.why_it_ended() from error
            if _is_full(self.data_dir):
                raise self._failure(f"does not take writes ({type(error).__name__})") from error
            if running_uri(self.data_dir) is None:
                raise DatabaseFailed(f"The process that ran the database in {self.data_dir} has ended it.") from error
            raise

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
        while not listening(socket_path):
            self._check(deadline)
        with MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=5000, socketTimeoutMS=10_000) as client:
            while not is_primary(client, str(socket_path)):
                self._check(deadline)
        return uri

    def _check(self, deadline: float) -> None:
        """Wait a moment. Raises DatabaseFailed if mongod ended, or if it is too late."""
        assert self._guard is not None
        if self._ends_within(STEP_S):
            raise self._failure(f"did not start: mongod ended with {self._guard.wait()}")
        if time.monotonic() > deadline:
            raise self._failure("did not start: mongod did not take writes in time")

    def _ends_within(self, seconds: float) -> bool:
        assert self._guard is not None
        try:
            self._guard.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (OSError, PyMongoError) as error:
            raise self._failure(f"did not start: {error}") from error

    def _failure(self, what: str) -> DatabaseFailed:
        log = self.data_dir / LOG
        lines = last_complaints(log)
        if _is_full(self.data_dir) or os.strerror(errno.ENOSPC) in what or names_a_full_disk(log):
            advice = "The disk is full: free some space and start again."
        else:
            advice = f"If its files are damaged, move them aside and start with an empty one: mv {self.data_dir} {self.data_dir}.broken"
        shown = "".join(f"\n  {line}" for line in lines)
        return DatabaseFailed(
            f"The database in {self.data_dir} {what}. {advice} Nothing was deleted." + (f" The end of {log}:{shown}" if shown else "")
        )


def running_uri(data_dir: Path) -> str | None:
    """URI of the mongod that a process of ours runs over `data_dir` right now; None if there is none that takes writes."""
    try:
        with open(data_dir / SUPERVISOR) as lock:
            return None if try_lock(lock, fcntl.LOCK_SH) else recorded(lock).get("uri") or None
    except OSError:
        return None


@contextlib.contextmanager
def database_uri(settings: Settings) -> Iterator[str]:
    """The database to use: MONGODB_URI, else the private one another process of ours runs, else one of our own for the duration; that one
    stays until those who joined it are done, too."""
    if settings.mongo.mongodb_uri:
        yield settings.mongo.mongodb_uri.get_secret_value()
        return
    own = private_mongo(settings)
    with contextlib.ExitStack() as place:
        place.callback(own.stop)
        uri = _join_or_start(own, place, time.monotonic() + START_TIMEOUT_S)
        place.callback(own.let_guests_finish, GUESTS_S, _say_waiting)
        with own.explaining():
            yield uri


def _say_waiting() -> None:
    sys.stderr.write("waiting for others who use the database that this command started (Ctrl-C: do not wait)\n")
    sys.stderr.flush()


def private_mongo(settings: Settings) -> EmbeddedMongo:
    return EmbeddedMongo(settings.process.data_dir / "mongo", mongod=settings.mongo.reelwright_mongod)


def _join_or_start(own: EmbeddedMongo, place: contextlib.ExitStack, deadline: float) -> str:
    while True:
        if uri := _join(own.data_dir, place):
            return uri
        try:
            return own.start()
        except DataDirInUse:
            if time.monotonic() > deadline:
                raise
            time.sleep(STEP_S)  # its holder is just starting or stopping it


def _join(data_dir: Path, place: contextlib.ExitStack) -> str | None:
    """The URI of the database that runs; while `place` is kept, its supervisor knows of us and does not end it. None if there is none."""
    with contextlib.suppress(OSError), contextlib.ExitStack() as glance:
        guests = glance.enter_context(open(data_dir / GUESTS))
        if try_lock(guests, fcntl.LOCK_SH) and (uri := running_uri(data_dir)):
            place.push(glance.pop_all())
            return uri
    return None


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
        while not try_lock(lock, fcntl.LOCK_EX) and time.monotonic() < deadline:
            time.sleep(STEP_S)


def _shut_down(guard: subprocess.Popen[bytes], leash: Leash) -> None:
    leash.terminate()
    try:
        guard.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        leash.kill()
        guard.wait()


def _is_full(data_dir: Path) -> bool:
    with contextlib.suppress(OSError):
        return shutil.disk_usage(data_dir).free < FULL_BELOW_BYTES
    return False
