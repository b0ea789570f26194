"""A search among rows, for a thread: who passes the filters, who is near by the bits, whose int8 cosine is best, and of those the exact
order. Many searches together leave the bits out: one pass over the int8 codes for all of them is quicker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.vectors.base import EVERYTHING, Filters, Hit
from shared.vectors.dots import in_parallel, likeness
from shared.vectors.rows import Rows, milliseconds, moment, names
from shared.vectors.signs import distances
from shared.vectors.vocabulary import Vocabularies

_RESCORED = 100
_GROUP = 64
_FEW = 1 / 8  # of all rows: fewer are gathered and scored by themselves, more are scored with all the rest
_SHARED = 4  # searches from which one pass over the codes for all is quicker than a choice by the bits for each
_NEAR = 20  # times as many rows as are scored exactly are chosen by the bits; and
_OF_PASSING = 100  # at least one in as many: the more there are, the more are nearly as near
_WORTH = 4  # times as many must pass, or it is not worth it

Mask = NDArray[np.bool_]
Numbers = NDArray[np.intp]


@dataclass(frozen=True)
class Query:
    """What VectorIndex.search is asked."""

    vector: NDArray[np.float32]
    k: int
    filters: Filters = EVERYTHING
    without: Set[str] = frozenset()


@dataclass(frozen=True)
class Rough:
    """How like a query `rows` are; without `rows` all are meant, and those that do not pass are far below the others."""

    likeness: NDArray[np.float32]
    rows: Numbers | None = None


@dataclass(frozen=True)
class View:
    """All rows at one moment, first those of `base`, then those of `tail`. `alive` (n,) marks those that count."""

    base: Rows
    tail: Rows
    alive: Mask
    words: Vocabularies

    def passing(self, filters: Filters) -> Mask:
        """Which of the living rows are what the filters ask for."""
        alive = self.alive[: len(self.base)], self.alive[len(self.base) :]
        return np.concatenate([_passing(self.base, alive[0], filters, self.words), _passing(self.tail, alive[1], filters, self.words)])

    def likeness(self, vectors: Sequence[NDArray[np.float32]], masks: Sequence[Mask | None]) -> NDArray[np.float32]:
        """How like each of b queries each row is: shape (b, n); far below all others those that the query's mask does not mark."""
        queries = np.stack(vectors)
        out = np.empty((len(queries), len(self.alive)), np.float32)
        split = len(self.base)
        for rows, where in ((self.base, slice(0, split)), (self.tail, slice(split, None))):
            if len(rows):
                likeness(rows.codes, rows.scales, queries, out[:, where], [mask if mask is None else mask[where] for mask in masks])
        return out

    def likeness_of(self, chosen: Numbers, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """How like a query these rows are."""
        out = np.empty((1, len(chosen)), np.float32)
        likeness(self._gathered("codes", chosen), self._gathered("scales", chosen), np.stack([query]), out, [None])
        return out.reshape(-1)

    def near(self, query: NDArray[np.float32], mask: Mask, count: int) -> Numbers:
        """The `count` rows nearest by the bits of those that the mask marks, and all that are as near as the last; in ascending order."""
        far = np.concatenate([distances(self.base.bits, query), distances(self.tail.bits, query)])
        far |= mask - np.uint16(1)  # 65,535 where it does not mark them
        return np.flatnonzero(far <= np.partition(far, count - 1)[count - 1])

    def exact(self, chosen: Numbers, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """The cosine of a query with these rows."""
        return np.asarray(self._gathered("vectors", chosen) @ query)

    def hits(self, chosen: Numbers, cosines: NDArray[np.float32]) -> list[Hit]:
        """These rows as hits, in their order."""
        scores = np.clip((1 + cosines) / 2, 0, 1).tolist()
        companies = [self.words.company.words[code] for code in self._gathered("company", chosen).tolist()]
        moments = map(moment, self._gathered("published", chosen).tolist())
        return list(map(Hit, self._names("ids", chosen), self._names("subjects", chosen), scores, companies, moments))

    def subjects(self, chosen: Numbers) -> list[str]:
        return self._names("subjects", chosen)

    def _gathered(self, column: str, chosen: Numbers) -> NDArray[Any]:
        base, tail, split = getattr(self.base, column), getattr(self.tail, column), len(self.base)
        in_base = chosen < split
        if in_base.all():
            return np.asarray(base[chosen])
        if not in_base.any():
            return np.asarray(tail[chosen - split])
        out = np.empty((len(chosen), *tail.shape[1:]), tail.dtype)
        out[in_base], out[~in_base] = base[chosen[in_base]], tail[chosen[~in_base] - split]
        return out

    def _names(self, column: str, chosen: Numbers) -> list[str]:
        base, tail, split = getattr(self.base, column), getattr(self.tail, column), len(self.base)
        in_base = chosen < split
        if in_base.all():
            return names(base, chosen)
        of_base, of_tail = iter(names(base, chosen[in_base])), iter(names(tail, chosen[~in_base] - split))
        return [next(of_base if there else of_tail) for there in in_base.tolist()]


def _passing(rows: Rows, alive: Mask, filters: Filters, words: Vocabularies) -> Mask:
    mask = alive.copy()
    if filters.company is not None:
        mask &= rows.company == words.company.code(filters.company)
    if filters.location is not None:
        mask &= rows.having("place", words.place.code(filters.location))
    if filters.department is not None:
        mask &= rows.having("department", words.department.code(filters.department))
    if filters.remote is not None:
        mask &= rows.remote == filters.remote
    if filters.posted_since is not None:
        mask &= rows.published >= milliseconds(filters.posted_since)
    return mask


def search(view: View, queries: Sequence[Query]) -> list[list[Hit]]:
    """The hits of each query. When they are many, each row's int8 codes are read once for all of them that many rows pass."""
    masks = {filters: view.passing(filters) for filters in {query.filters for query in queries}}
    passing = {filters: int(np.count_nonzero(mask)) for filters, mask in masks.items()}
    broad = [number for number, query in enumerate(queries) if passing[query.filters] > _FEW * len(view.alive)]
    shared = dict(zip(broad, _together(view, [queries[number] for number in broad], masks), strict=True)) if len(broad) >= _SHARED else {}
    found: list[list[Hit]] = [[] for _ in queries]

    def pick(which: slice) -> None:
        query = queries[which.start]
        found[which.start] = _nearest(view, query, masks[query.filters], passing[query.filters], shared.get(which.start))

    in_parallel(pick, [slice(number, number + 1) for number in range(len(queries))])
    return found


def score(view: View, rows: Numbers, vector: NDArray[np.float32], filters: Filters) -> list[Hit]:
    """Those of these rows that pass the filters, in no order."""
    chosen = rows[view.passing(filters)[rows]]
    return view.hits(chosen, view.exact(chosen, vector))


def _together(view: View, queries: Sequence[Query], masks: Mapping[Filters, Mask]) -> list[Rough]:
    needed = [None if (mask := masks[query.filters]).all() else mask for query in queries]
    return [Rough(likeness) for likeness in view.likeness([query.vector for query in queries], needed)]


def _rough(view: View, query: Query, mask: Mask, passing: int, looked_at: int) -> Rough:
    count = max(_NEAR * looked_at, passing // _OF_PASSING)
    if passing >= _WORTH * count:
        rows = view.near(query.vector, mask, count)
    elif passing <= _FEW * len(mask):
        rows = np.flatnonzero(mask)
    else:
        return Rough(view.likeness([query.vector], [mask])[0])
    return Rough(view.likeness_of(rows, query.vector), rows)


def _nearest(view: View, query: Query, mask: Mask, passing: int, shared: Rough | None) -> list[Hit]:
    """Widens only where many of the nearest are to be left out."""
    looked_at = max(_RESCORED, 2 * query.k)
    while True:
        rough = shared or _rough(view, query, mask, passing, looked_at)
        near = _largest(rough.likeness, min(looked_at, passing))
        chosen = near if rough.rows is None else rough.rows[near]
        exact = view.exact(chosen, query.vector)
        order = np.argsort(-exact, kind="stable")
        kept = _wanted(view, chosen[order], query)
        if looked_at >= passing or (len(kept) == query.k and 2 * (kept[-1] + 1) <= looked_at):
            return view.hits(chosen[order[kept]], exact[order[kept]])
        looked_at *= 4


def _wanted(view: View, ordered: Numbers, query: Query) -> Numbers:
    """The places of the first k that are not to be left out."""
    if not query.without:
        return np.arange(min(query.k, len(ordered)))
    there = [place for place, subject in enumerate(view.subjects(ordered)) if subject not in query.without]
    return np.asarray(there[: query.k], np.intp)


def _largest(values: NDArray[np.float32], count: int) -> Numbers:
    """The places of the `count` largest, in ascending order."""
    if count >= len(values):
        return np.arange(len(values))
    if len(values) < _GROUP * 2 * count:
        return np.sort(np.argpartition(values, len(values) - count)[len(values) - count :])
    # as many groups have a member as large as the count-th largest of their maxima: most values need not be ordered at all
    maxima = values[: len(values) // _GROUP * _GROUP].reshape(_GROUP, -1).max(axis=0)
    places = np.flatnonzero(values >= np.partition(maxima, len(maxima) - count)[len(maxima) - count])
    return np.asarray(places[_largest(values[places], count)])
