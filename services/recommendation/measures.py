"""How good recommendations are, by what users took afterwards. PURE."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.recommendation.models.interactions import Floats, Sparse

DEPTH = 20

Bools = NDArray[np.bool_]
Ranking = NDArray[np.int64]


class PerUser(NamedTuple):
    """One figure in [0, 1] for each user; shape (users,)."""

    recall: Floats
    ndcg: Floats

    @property
    def gain(self) -> Floats:
        """Both in one: recall is the greater number by nature."""
        return np.asarray((self.recall + 2 * self.ndcg) / 3, np.float32)


def best(scores: Floats, depth: int = DEPTH) -> Ranking:
    """The columns of the `depth` highest scores of each row, highest first; equal ones by column."""
    depth = min(depth, scores.shape[1])
    if depth < scores.shape[1]:
        found = np.sort(np.argpartition(-scores, depth - 1, axis=1)[:, :depth], axis=1)
    else:
        found = np.broadcast_to(np.arange(depth), scores.shape)
    order = np.argsort(-np.take_along_axis(scores, found, axis=1), axis=1, kind="stable")
    return np.take_along_axis(found, order, axis=1)


def judged(hits: Bools, wanted: NDArray[np.int64]) -> PerUser:
    """`hits` says for each place of each list whether it was taken, (users, depth); `wanted` how many were taken at all, at least 1.

    Recall: the share of what was taken that is in the list. nDCG: gain 1 for each, over the best a list of this depth could have.
    """
    discounts = 1 / np.log2(np.arange(2, hits.shape[1] + 2))
    ideal = np.cumsum(discounts)[np.minimum(wanted, hits.shape[1]) - 1]
    recall = hits.sum(axis=1) / wanted
    return PerUser(recall.astype(np.float32), (hits @ discounts / ideal).astype(np.float32))


def hits(ranking: Ranking, wanted: Sparse) -> Bools:
    """Which places of rankings are in the same row of `wanted`; places of -1 are empty."""
    rows = np.repeat(np.arange(ranking.shape[0], dtype=np.int64), np.diff(wanted.indptr))
    there = np.sort(rows * wanted.shape[1] + wanted.indices)
    asked = np.arange(ranking.shape[0], dtype=np.int64)[:, None] * wanted.shape[1] + ranking
    places = np.minimum(np.searchsorted(there, asked), max(len(there) - 1, 0))
    return np.asarray((there[places] == asked) & (ranking >= 0)) if len(there) else np.zeros(ranking.shape, np.bool_)
