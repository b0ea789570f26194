"""Implicit matrix factorisation by alternating least squares (Hu, Koren & Volinsky, ICDM 2008), solved by conjugate gradients. PURE."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.recommendation.models.interactions import Floats, Interactions, Sparse

FACTORS: dict[Literal["factors", "more_factors"], int] = {"factors": 64, "more_factors": 128}
"""Two, as their mean errs less than either."""
_STEPS = 3
_BLOCK = 400_000  # numbers gathered at once: they should stay in the processor's cache


class Pull(NamedTuple):
    """`confidence`: how much more a taken item counts than one that was not; `regularisation`: how much it takes to believe it."""

    confidence: float
    regularisation: float


def learn(seen: Interactions, pull: Pull, sweeps: int, size: int, begin: Floats | None = None) -> Floats:
    """Item factors of shape (items, size), beginning with others where there are some."""
    random = np.random.default_rng(size)
    items = random.normal(scale=0.1, size=(seen.n_items, size)).astype(np.float32) if begin is None else begin.copy()
    users = np.zeros((seen.n_users, size), np.float32)
    taken, taken_by = seen.taken, seen.taken.T.tocsr()
    for _ in range(sweeps):
        _improve(users, taken, items, pull)
        _improve(items, taken_by, users, pull)
    return items


def taste(weights: Sparse, items: Floats, pull: Pull, of_all: Floats) -> Floats:
    """User factors, shape (rows, factors), of histories: rows of weights in (0, 1] for what was taken. `of_all`: the items' `gram`."""
    tastes = np.zeros((weights.shape[0], items.shape[1]), np.float32)
    for row in range(weights.shape[0]):
        part = slice(weights.indptr[row], weights.indptr[row + 1])
        taken, trust = items[weights.indices[part]], pull.confidence * weights.data[part]
        tastes[row] = np.linalg.solve(of_all + (taken.T * trust) @ taken, (1 + trust) @ taken)
    return tastes


def directions(items: Floats) -> Floats:
    """Rows at length 1; those of zeros stay so."""
    return np.asarray(items / np.maximum(np.linalg.norm(items, axis=1, keepdims=True), 1e-9), np.float32)


def gram(other: Floats, pull: Pull) -> Floats:
    """What there is to solve for somebody who took nothing; shape (factors, factors)."""
    return np.asarray(other.T @ other + pull.regularisation * np.eye(other.shape[1], dtype=np.float32), np.float32)


def _improve(ours: Floats, weights: Sparse, other: Floats, pull: Pull) -> None:
    """A few steps of conjugate gradients towards the best factors of one side, given the other's; those with nothing become 0."""
    of_all = gram(other, pull)
    ours[np.diff(weights.indptr) == 0] = 0
    for rows, places, there in _blocks(np.diff(weights.indptr), weights.indptr, other.shape[1]):
        taken = other[weights.indices[places]]  # (rows, longest, factors)
        trust = np.where(there, pull.confidence * weights.data[places], 0).astype(np.float32)
        goal = np.matmul((trust + there)[:, None, :], taken)[:, 0]
        ours[rows] = _solve(of_all, taken, trust, goal, ours[rows])


def _solve(of_all: Floats, taken: Floats, trust: Floats, goal: Floats, found: Floats) -> Floats:
    def product(x: Floats) -> Floats:
        common = np.matmul(taken, x[:, :, None])[:, :, 0] * trust
        return np.asarray(x @ of_all + np.matmul(common[:, None, :], taken)[:, 0])

    rest = goal - product(found)
    direction, size = rest, np.einsum("rf,rf->r", rest, rest)
    for _ in range(_STEPS):
        moved = product(direction)
        step = size / np.maximum(np.einsum("rf,rf->r", direction, moved), 1e-12)
        found = found + step[:, None] * direction
        rest = rest - step[:, None] * moved
        before, size = size, np.einsum("rf,rf->r", rest, rest)
        direction = rest + (size / np.maximum(before, 1e-12))[:, None] * direction
    return found


def _blocks(
    lengths: NDArray[np.int64], starts: NDArray[np.int64], factors: int
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.bool_]]]:
    """Rows of like length together: the rows, the places of what they have (rows, longest), and which of these are there."""
    order = np.argsort(lengths, kind="stable")
    order = order[lengths[order] > 0]
    begin = 0
    while begin < len(order):
        shortest = lengths[order[begin]]
        most = begin + max(1, _BLOCK // (factors * int(shortest)))
        end = begin + int(np.searchsorted(lengths[order[begin:most]], shortest * 1.2 + 2, side="right"))
        rows = order[begin:end]
        within = np.arange(lengths[rows[-1]])
        there = within < lengths[rows][:, None]
        yield rows, np.where(there, starts[rows][:, None] + within, 0), there
        begin = end
