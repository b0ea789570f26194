"""Reads and writes the snapshots of indexes that follow the postings together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from shared.logging import get_logger
from shared.mongo.postings import Indexed
from shared.vectors.snapshots import Meta, Snapshots

log = get_logger(__name__)


class Follower(Protocol):
    """An index that is told of every posting. Of `update`, `save` and `load` one runs at a time, in a thread; questions may come beside."""

    def update(self, changed: Sequence[Indexed]) -> None:
        """Postings as they are now. Those no longer active leave; each may come any number of times."""
        ...

    def save(self, folder: Path) -> None:
        """Write all into a folder of its own, which is made. Raises OSError."""
        ...

    def load(self, folder: Path) -> bool:
        """Take what `save` wrote in place of all that is here. False when it cannot be used."""
        ...

    def __len__(self) -> int: ...


class Keeper:
    """`leads` says whether this process may write; `in_use` that there is a folder to write to. All may block."""

    def __init__(self, folder: Path, followers: Mapping[str, Follower]) -> None:
        self._snapshots = Snapshots(folder)
        self._followers = followers
        self._seen: str | None = None
        self.in_use = True

    def restore(self, of: str) -> tuple[Meta | None, bool]:
        """The newest snapshot that was not seen yet, if there is one of `of`, and whether all followers took it."""
        found = None
        while found is None and self.newer():
            self._seen = self._snapshots.current()  # while we read it, another may take its place
            found = self._snapshots.read(str(self._seen), of)
        if found is None:
            return None, False
        folder, meta = found
        return meta, all(follower.load(folder / name) for name, follower in self._followers.items())

    def newer(self) -> bool:
        """Whether another process has written one since."""
        return self._snapshots.current() not in (None, self._seen)

    def lead(self) -> bool:
        """Whether this process may write now; nobody else may until it resigns."""
        try:
            return self._snapshots.lead()
        except OSError as error:
            self._give_up(error)
            return False

    def write(self, meta: Meta) -> None:
        """Write a snapshot, as the one who leads. Where that fails none is written any more: a full disk does not get better by trying."""
        try:
            self._seen = self._snapshots.write(meta, self._save)
        except OSError as error:
            self._give_up(error)

    def resign(self) -> None:
        self._snapshots.resign()

    def _save(self, folder: Path) -> None:
        for name, follower in self._followers.items():
            follower.save(folder / name)

    def _give_up(self, error: OSError) -> None:
        self.in_use = False
        log.warning("no_snapshots", error=f"{type(error).__name__}: {error}")
