"""All reels that may be recommended, in memory, kept in step with the database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import reels
from shared.mongo.client import Database, translated
from shared.mongo.reels import About, ReadyReel

log = get_logger(__name__)

_LOOK_S = 10.0
_ALL_ANEW_S = 600.0  # reels also go, and what they are about may change
_RETRY_S = 1.0
_OVERLAP = timedelta(minutes=2)  # clocks of workers differ
_ASKED = 500


@dataclass(frozen=True)
class Reels:
    """Reels by row. `vectors` (n, d) are unit ones, zeros where there is none; `created` in seconds (n,)."""

    ids: tuple[str, ...]
    about: tuple[About, ...]
    created: NDArray[np.float64]
    vectors: NDArray[np.float32]

    @classmethod
    def of(cls, ready: Iterable[ReadyReel], about: Mapping[str, About]) -> Reels:
        """Those that are about an open subject, newest first; of one subject the newest."""
        newest = {reel.subject_key: reel for reel in sorted(ready, key=lambda reel: (reel.created_at, reel.video_id))}
        kept = sorted((reel for reel in newest.values() if reel.subject_key in about), key=lambda reel: reel.created_at, reverse=True)
        told = tuple(about[reel.subject_key] for reel in kept)
        created = np.array([reel.created_at.timestamp() for reel in kept], np.float64)
        return cls(tuple(reel.video_id for reel in kept), told, created, _stacked(told))

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def row_of(self) -> dict[str, int]:
        """By subject."""
        return {about.subject_key: row for row, about in enumerate(self.about)}

    def rows_of(self, subject_keys: Iterable[str]) -> NDArray[np.intp]:
        """Those of these subjects that are here."""
        return np.array([row for key in subject_keys if (row := self.row_of.get(key)) is not None], np.intp)

    def in_category(self, category: str) -> NDArray[np.bool_]:
        """Whether each is in it; shape (n,)."""
        return np.fromiter((_belongs(about, category) for about in self.about), np.bool_, len(self))


def _belongs(about: About, category: str) -> bool:
    """A department, or words of one: "engineering" is in "software engineering"."""
    return any(f" {category} " in f" {name} " for name in about.categories)


def _stacked(about: Sequence[About]) -> NDArray[np.float32]:
    vectors = [each.vector for each in about]
    sizes = {len(vector) for vector in vectors if vector is not None}
    rows = np.zeros((len(vectors), max(sizes, default=1)), np.float32)
    for row, vector in zip(rows, vectors, strict=True):
        if vector is not None and len(vector) == len(row):
            row[:] = vector
    return rows


class Library:
    """`reels` is replaced as a whole: whoever ranks keeps the one they began with."""

    def __init__(self, db: Database, embedder_id: str) -> None:
        self._db = db
        self._embedder_id = embedder_id
        self._ready: dict[str, ReadyReel] = {}
        self._about: dict[str, About] = {}
        self._all_at = 0.0
        self.reels: Reels | None = None

    async def follow(self) -> None:
        """Keep in step, for ever."""
        while True:
            try:
                await self.refresh()
                await asyncio.sleep(_LOOK_S)
            except Unavailable as error:
                log.warning("library_waiting", error=error.message)
                await asyncio.sleep(_RETRY_S)

    async def refresh(self) -> None:
        """Look for what is new; now and then at everything. Raises Unavailable."""
        anew = self.reels is None or time.monotonic() - self._all_at > _ALL_ANEW_S
        with translated():
            changed = await (self._read_all() if anew else self._read_new())
        if changed or self.reels is None:
            self.reels = await asyncio.to_thread(Reels.of, list(self._ready.values()), dict(self._about))
            log.info("library_read", reels=len(self.reels), anew=anew)

    async def _read_all(self) -> bool:
        began = time.monotonic()
        ready = {reel.video_id: reel async for reel in reels.ready(self._db)}
        about = await self._read_about({reel.subject_key for reel in ready.values()})
        self._ready, self._about, self._all_at = ready, about, began
        return True

    async def _read_new(self) -> bool:
        since = max((reel.created_at for reel in self._ready.values()), default=None)
        found = [reel async for reel in reels.ready(self._db, since and since - _OVERLAP)]
        new = [reel for reel in found if reel.video_id not in self._ready]
        self._about |= await self._read_about({reel.subject_key for reel in new} - self._about.keys())
        self._ready |= {reel.video_id: reel for reel in new}
        return bool(new)

    async def _read_about(self, subject_keys: set[str]) -> dict[str, About]:
        keys, found = list(subject_keys), dict[str, About]()
        for start in range(0, len(keys), _ASKED):
            found |= await reels.about(self._db, keys[start : start + _ASKED], self._embedder_id)
        return found


def age_s(created: NDArray[np.float64], now: datetime) -> NDArray[np.float64]:
    """0 for what is made later than now."""
    return np.maximum(now.timestamp() - created, 0)
