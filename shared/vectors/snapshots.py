"""Snapshots of what indexes hold, in a folder several processes share: written beside the last one, then switched to at once.

folder/lock        held by the process that writes
folder/current     the name of the snapshot to read
folder/{name}/     what the indexes wrote, each in its own folder, and manifest.json: what it is of, and a checksum of each file
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import uuid
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from shared.logging import get_logger
from shared.mongo.locks import try_lock

log = get_logger(__name__)

_FORMAT = 1
_MANIFEST = "manifest.json"
_WHOLE = 64 * 2**20  # bytes; of a larger file 64 pieces are looked at
_PIECE = 2**20


@dataclass(frozen=True)
class Meta:
    """`of` says whose postings these are; all that changed until `complete_to` is in it."""

    of: str
    complete_to: datetime
    known: tuple[str, ...]


class Snapshots:
    """Reading needs no lock: a snapshot that is replaced stays readable for those who have mapped it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: IO[str] | None = None

    def current(self) -> str | None:
        """The name of the newest snapshot."""
        try:
            return (self._folder / "current").read_text()
        except OSError:
            return None

    def read(self, name: str, of: str) -> tuple[Path, Meta] | None:
        """Where snapshot `name` lies and what it is. None, and a line in the log, when it is damaged or not of `of`."""
        folder = self._folder / name
        try:
            told = json.loads((folder / _MANIFEST).read_text())
            _check(folder, told, of)
            meta = Meta(told["of"], datetime.fromisoformat(told["complete_to"]), tuple(told["known"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("snapshot_ignored", folder=str(folder), error=f"{type(error).__name__}: {error}")
            return None
        return folder, meta

    def lead(self) -> bool:
        """Whether this process may write; until `resign`, or its end, no other may. Raises OSError where the folder cannot be made."""
        if self._lock is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = open(self._folder / "lock", "a+")  # noqa: SIM115 - held until it resigns
            if not try_lock(lock, fcntl.LOCK_EX):
                lock.close()
                return False
            self._lock = lock
        return True

    def resign(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def write(self, meta: Meta, save: Callable[[Path], None]) -> str:
        """Have `save` fill a new snapshot, make it the current one and remove the others. Returns its name. Raises OSError."""
        name = uuid.uuid4().hex
        folder = self._folder / name
        folder.mkdir()
        try:
            save(folder)
            self._finish(folder, meta)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        for other in self._folder.iterdir():
            if other.is_dir() and other.name != name:
                shutil.rmtree(other, ignore_errors=True)
        return name

    def _finish(self, folder: Path, meta: Meta) -> None:
        files = {str(path.relative_to(folder)): [path.stat().st_size, _checksum(path)] for path in _files(folder)}
        told = {"format": _FORMAT, **asdict(meta), "complete_to": meta.complete_to.isoformat(), "files": files}
        (folder / _MANIFEST).write_text(json.dumps(told))
        for path in (*_files(folder), folder):
            _on_disk(path)
        pointer = self._folder / "current.new"
        pointer.write_text(folder.name)
        _on_disk(pointer)
        pointer.replace(self._folder / "current")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _check(folder: Path, told: dict[str, Any], of: str) -> None:
    if told["format"] != _FORMAT or told["of"] != of:
        raise ValueError(f"it is format {told['format']} of {told['of']}, not format {_FORMAT} of {of}")
    for name, (size, checksum) in dict(told["files"]).items():
        path = folder / name
        if path.stat().st_size != size or _checksum(path) != checksum:
            raise ValueError(f"{name} is damaged")


def _checksum(path: Path) -> int:
    """Of the whole file, of a large one of pieces of it, the first and the last among them: all would have to be read at every start."""
    size, checksum, pieces = path.stat().st_size, 0, _WHOLE // _PIECE
    spread = ((size - _PIECE) * number // (pieces - 1) for number in range(pieces))
    with path.open("rb") as file:
        for start in range(0, size, _PIECE) if size <= _WHOLE else spread:
            file.seek(start)
            checksum = zlib.crc32(file.read(_PIECE), checksum)
    return checksum


def _on_disk(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
