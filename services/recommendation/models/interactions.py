"""Who took what and when, as arrays. PURE."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp  # type: ignore[import-untyped]
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Times = NDArray[np.float64]
Sparse = Any
"""A scipy.sparse.csr_array of float32."""

NO_FADING = 1e9
"""A half-life so long that all count alike; a number that JSON has."""


@dataclass(frozen=True)
class Interactions:
    """Each pair of user and item once, at its latest; sorted by user, then by time. Users and items are numbers from 0; `times` in seconds.

    `users` and `items` are int32 of shape (n,), `times` float64. Make them with `latest`.
    """

    users: Ints
    items: Ints
    times: Times
    n_users: int
    n_items: int

    def __len__(self) -> int:
        return len(self.users)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where each user's begin; shape (n_users + 1,)."""
        return np.concatenate([[0], np.cumsum(np.bincount(self.users, minlength=self.n_users))])

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        return np.diff(self.starts)

    @cached_property
    def ages(self) -> NDArray[np.int64]:
        """How many the same user took later, for each."""
        return np.asarray(self.starts[1:][self.users] - 1 - np.arange(len(self)))

    @cached_property
    def taken(self) -> Sparse:
        """1 where the user took the item; shape (n_users, n_items)."""
        return self.fading(NO_FADING)

    def fading(self, half_life: float) -> Sparse:
        """As `taken`, halved for each `half_life` items the user took later."""
        return self._matrix(np.exp2(-self.ages / half_life).astype(np.float32))

    def _matrix(self, values: Floats) -> Sparse:
        return sp.csr_array((values, self.items, self.starts), shape=(self.n_users, self.n_items))

    @cached_property
    def counts(self) -> Floats:
        """How many users took each item; shape (n_items,)."""
        return np.bincount(self.items, minlength=self.n_items).astype(np.float32)

    @cached_property
    def by_time(self) -> tuple[Times, Ints]:
        """The times in order, and the items taken then."""
        order = np.argsort(self.times, kind="stable")
        return self.times[order], self.items[order]

    @cached_property
    def last(self) -> Times:
        """When each user took something last; -inf for those who never did; shape (n_users,)."""
        ends = np.full(self.n_users, -np.inf)
        some = self.lengths > 0
        ends[some] = self.times[self.starts[1:][some] - 1]
        return ends

    def of(self, users: NDArray[Any]) -> Interactions:
        """Those of these users alone, who get numbers in this order."""
        lengths = self.lengths[users]
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        rows = np.repeat(self.starts[users], lengths) + within
        renamed = np.repeat(np.arange(len(users), dtype=np.int32), lengths)
        return Interactions(renamed, self.items[rows], self.times[rows], len(users), self.n_items)

    def capped(self, most: int) -> Interactions:
        """The latest `most` of each user: what is learned from pairs must not grow with the square of a long history."""
        return self._where(self.ages < most) if len(self) and self.lengths.max() > most else self

    def _where(self, kept: NDArray[np.bool_]) -> Interactions:
        return Interactions(self.users[kept], self.items[kept], self.times[kept], self.n_users, self.n_items)


@dataclass(frozen=True)
class Log:
    """Events as they came, sorted by user and then by time: a user may take the same again. Make it with `of`."""

    users: Ints
    items: Ints
    times: Times
    n_users: int
    n_items: int

    @classmethod
    def of(cls, users: NDArray[Any], items: NDArray[Any], times: NDArray[Any], n_users: int, n_items: int) -> Log:
        """From events in any order; of those at one time the later in the arrays is the later one."""
        order = np.lexsort((np.arange(len(users)), times, users))
        return cls(users[order].astype(np.int32), items[order].astype(np.int32), np.asarray(times[order], np.float64), n_users, n_items)

    def __len__(self) -> int:
        return len(self.users)

    @cached_property
    def seen(self) -> Interactions:
        return latest(self.users, self.items, self.times, self.n_users, self.n_items)

    def split(self, share: float, fewest: int = 2) -> tuple[Log, Sparse]:
        """The earlier events; and what users took for the first time in the last `share` of theirs, rounded up, as 1 in (n_users, n_items).
        Of users with less than `fewest` events nothing is held out."""
        counts = np.bincount(self.users, minlength=self.n_users)
        later = np.cumsum(counts)[self.users] - 1 - np.arange(len(self))
        late = later < held_out(counts, share, fewest)[self.users]
        early, held = self._where(~late), self._where(late).seen.taken
        new = sp.csr_array(held - held.multiply(early.seen.taken))
        new.eliminate_zeros()
        return early, new

    def _where(self, kept: NDArray[np.bool_]) -> Log:
        return Log(self.users[kept], self.items[kept], self.times[kept], self.n_users, self.n_items)


def held_out(lengths: NDArray[np.int64], share: float, fewest: int) -> NDArray[np.int64]:
    """How many of a user's last events are held out, by how many there are."""
    held = lengths - np.floor(lengths * (1 - share) + 1e-9).astype(np.int64)
    return np.where(lengths >= fewest, np.minimum(held, lengths - 1), 0)


def latest(users: NDArray[Any], items: NDArray[Any], times: NDArray[Any], n_users: int, n_items: int) -> Interactions:
    """From events in any order; of those at one time the later in the arrays is the later one."""
    order = np.lexsort((np.arange(len(users)), times, users))
    users, items, times = users[order], items[order], times[order]
    pairs = users.astype(np.int64) * n_items + items
    _, from_the_end = np.unique(pairs[::-1], return_index=True)
    kept = np.sort(len(pairs) - 1 - from_the_end)
    return Interactions(users[kept].astype(np.int32), items[kept].astype(np.int32), np.asarray(times[kept], np.float64), n_users, n_items)


def history(items: NDArray[Any], times: NDArray[Any], n_items: int) -> Interactions:
    """One user's."""
    return latest(np.zeros(len(items), np.int32), items, times, 1, n_items)
