"""Media as files under one folder, served by the video service."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import time
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import islice
from operator import itemgetter
from pathlib import Path

from shared.errors import Unavailable
from shared.storage.base import MAX_READ_BYTES, Blob, check_key, check_prefix, join_url, too_large

_PARTIAL = ".partial"  # keys never start with a dot, so no object lies here
_LEFTOVER_AGE_S = 86_400
_LIST_BATCH = 1000
_MOVES = 10_000  # a put gives up only when each finds its folder pruned: beside a busy disk dozens in a row do
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_GONE = (FileNotFoundError, NotADirectoryError)


class LocalStore:
    """Files under `root`, at `base_url` for clients. All file work happens in threads."""

    provider = "local"

    def __init__(self, root: Path, base_url: str) -> None:
        self.root = root
        self._base_url = base_url

    def path(self, key: str) -> Path:
        """The object's file, there or not. Raises InvalidInput."""
        return self.root / check_key(key)

    async def put_file(self, key: str, path: Path) -> None:
        target = self.path(key)
        await asyncio.to_thread(self._put, path, target, key)

    async def exists(self, key: str) -> bool:
        return await asyncio.to_thread(_is_file, self.path(key))

    async def read(self, key: str) -> bytes | None:
        return await asyncio.to_thread(_read, self.path(key), key)

    async def list(self, prefix: str = "", after: str = "") -> AsyncIterator[Blob]:
        found = self._walk(check_prefix(prefix), check_prefix(after))
        while batch := await asyncio.to_thread(lambda: list(islice(found, _LIST_BATCH))):
            for blob in batch:
                yield blob

    async def delete(self, keys: Iterable[str]) -> None:
        paths = [self.path(key) for key in keys]
        await asyncio.to_thread(self._delete, paths)

    def url(self, key: str) -> str:
        return join_url(self._base_url, key)

    async def ping(self) -> None:
        await asyncio.to_thread(self._check_root)

    async def aclose(self) -> None:
        """Nothing is held open."""

    def clear_leftovers(self) -> None:
        """Remove what a process that was killed while writing left behind, once no living writer can own it."""
        oldest = time.time() - _LEFTOVER_AGE_S
        for file in (self.root / _PARTIAL).glob("*"):
            with suppress(FileNotFoundError):
                if file.stat().st_mtime < oldest:
                    file.unlink()

    def _put(self, source: Path, target: Path, key: str) -> None:
        partial = self.root / _PARTIAL / uuid.uuid4().hex
        with source.open("rb") as readable, _translated(f"put {key}"):
            try:
                partial.parent.mkdir(parents=True, exist_ok=True)
                with partial.open("xb") as writable:
                    shutil.copyfileobj(readable, writable, 1 << 20)
                    writable.flush()
                    os.fsync(writable.fileno())
                _move(partial, target)
                with suppress(FileNotFoundError):  # deleted again already
                    _sync_folders(target.parent, self.root)
            finally:
                partial.unlink(missing_ok=True)

    def _walk(self, prefix: str, after: str) -> Iterator[Blob]:
        folder = prefix.rpartition("/")[0]
        with _translated(f"list {prefix}"):
            for key, entry in _files_below(self.root / folder, f"{folder}/" if folder else "", after):
                if key.startswith(prefix) and key > after:
                    with suppress(*_GONE):  # deleted since the folder was read
                        yield _blob(key, entry.stat())

    def _delete(self, paths: Iterable[Path]) -> None:
        with _translated("delete"):
            for path in paths:
                with suppress(*_GONE, IsADirectoryError):  # a folder is no object
                    path.unlink()
                self._prune(path.parent)

    def _prune(self, folder: Path) -> None:
        """Remove folders this left empty, below the root."""
        with suppress(OSError):
            while folder != self.root:
                folder.rmdir()
                folder = folder.parent

    def _check_root(self) -> None:
        with _translated("ping"):
            self.root.mkdir(parents=True, exist_ok=True)
        if not os.access(self.root, os.R_OK | os.X_OK):
            raise Unavailable("the media folder cannot be read", code="storage_denied")


def _move(partial: Path, target: Path) -> None:
    """Rename into place. Deletes may prune the folder, or one above it, before we are done: then again."""
    for left in reversed(range(_MOVES)):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            partial.replace(target)
            break
        except (FileNotFoundError, FileExistsError):  # the second when a folder was there for mkdir and gone for its look at it
            if not left:
                raise


def _sync_folders(folder: Path, root: Path) -> None:
    """Make a rename survive a power cut: its folder's entry, and those of the folders that may be new."""
    if os.name == "nt":  # Windows opens no folders
        return
    for each in (folder, *folder.parents):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if each == root:
            return


def _is_file(path: Path) -> bool:
    with _translated("exists"):
        return path.is_file()


def _read(path: Path, key: str) -> bytes | None:
    with _translated(f"read {key}"):
        try:
            with path.open("rb") as file:
                content = file.read(MAX_READ_BYTES + 1)
        except (*_GONE, IsADirectoryError):  # a folder is no object
            return None
    if len(content) > MAX_READ_BYTES:
        raise too_large(key)
    return content


def _blob(key: str, stat: os.stat_result) -> Blob:
    return Blob(key, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))


def _files_below(folder: Path, start: str, after: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Each file under the folder with its key, in the order of keys; folders whose keys all come before `after` are left out.

    `start` is what the keys begin with. A folder takes its place among files by its name and the slash that follows.
    """
    try:
        with os.scandir(folder) as found:
            entries = sorted(((f"{start}{each.name}{'/' * each.is_dir(follow_symlinks=False)}", each) for each in found), key=itemgetter(0))
    except _GONE:
        return
    for key, entry in entries:
        if entry.name.startswith("."):
            continue
        if not key.endswith("/"):
            yield key, entry
        elif key > after or after.startswith(key):
            yield from _files_below(folder / entry.name, key, after)


@contextmanager
def _translated(action: str) -> Iterator[None]:
    """The system's errors as ours."""
    try:
        yield
    except OSError as error:
        full = error.errno in _FULL
        reason = "the disk is full" if full else f"{error.strerror or error}"
        raise Unavailable(f"local storage, {action}: {reason}", code="disk_full" if full else "storage_unavailable") from error
