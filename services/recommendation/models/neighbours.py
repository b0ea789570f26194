"""Items taken by the same users, and items taken soon after: sparse item-to-item weights. PURE."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp  # type: ignore[import-untyped]
from numpy.typing import NDArray

from services.recommendation.models.interactions import Floats, Interactions, Sparse

NEIGHBOURS = 200
_FEW_NEIGHBOURS, _WEIGHTS = 50, 5_000_000
_HISTORY = 500  # items of a user that pairs are counted of
_BLOCK = 8_000_000  # counts held at once
_WINDOW, _DECAY = 5, 0.7


def kept_of(n_items: int) -> int:
    """How many neighbours an item keeps: of large catalogues fewer, for memory."""
    return min(NEIGHBOURS, max(_FEW_NEIGHBOURS, _WEIGHTS // max(n_items, 1)))


def alike(seen: Interactions, shrinkage: float) -> Sparse:
    """Cosine with shrinkage, both / (sqrt(n_i · n_j) + shrinkage): few common users say little (Bell & Koren 2007). Shape (items, items),
    the best of each row, 0 on the diagonal."""
    taken = seen.capped(_HISTORY).taken
    by_item, norms = taken.T.tocsr(), np.sqrt(np.maximum(seen.counts, 1))
    return _in_blocks(seen.n_items, lambda rows: _shrunk((by_item[rows] @ taken).tocoo(), rows.start, norms, shrinkage))


def following(seen: Interactions, shrinkage: float) -> Sparse:
    """How often an item was among the next few a user took after another, nearer ones counting more; normalised and cut as in `alike`."""
    rows, columns, values = [], [], []
    for step in range(1, min(_WINDOW, max(len(seen), 1)) + 1):
        same = seen.users[step:] == seen.users[:-step]
        rows.append(seen.items[:-step][same])
        columns.append(seen.items[step:][same])
        values.append(np.full(int(same.sum()), _DECAY ** (step - 1), np.float32))
    pairs = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    counts = sp.csr_array(pairs, shape=(seen.n_items, seen.n_items))
    norms = np.sqrt(np.maximum(seen.counts, 1))
    return _in_blocks(seen.n_items, lambda rows: _shrunk(counts[rows].tocoo(), rows.start, norms, shrinkage))


def _shrunk(counts: Sparse, first_row: int, norms: Floats, shrinkage: float) -> Sparse:
    rows, columns = counts.row, counts.col
    values = counts.data / (norms[rows + first_row] * norms[columns] + shrinkage)
    values[rows + first_row == columns] = 0
    return sp.csr_array((values.astype(np.float32), (rows, columns)), shape=counts.shape)


def _in_blocks(n_items: int, block_of: Callable[[slice], Sparse]) -> Sparse:
    step, keep = max(1, _BLOCK // max(n_items, 1)), kept_of(n_items)
    blocks = [strongest(block_of(slice(start, min(start + step, n_items))), keep) for start in range(0, n_items, step)]
    return sp.vstack(blocks, format="csr") if blocks else sp.csr_array((0, 0), dtype=np.float32)


def strongest(weights: Sparse, keep: int) -> Sparse:
    """The `keep` largest by magnitude of each row."""
    weights.eliminate_zeros()
    sizes = np.diff(weights.indptr)
    for row in np.flatnonzero(sizes > keep):
        values = weights.data[weights.indptr[row] : weights.indptr[row + 1]]
        values[np.argpartition(-np.abs(values), keep - 1)[keep:]] = 0
    weights.eliminate_zeros()
    return weights


def strongest_of(weights: Floats, keep: int) -> Sparse:
    """A dense matrix as a sparse one of the `keep` largest by magnitude of each row."""
    if weights.shape[1] <= keep:
        return sp.csr_array(weights)
    columns: NDArray[np.intp] = np.argpartition(-np.abs(weights), keep - 1, axis=1)[:, :keep]
    columns.sort(axis=1)
    starts = np.arange(0, columns.size + 1, keep)
    return sp.csr_array((np.take_along_axis(weights, columns, axis=1).ravel(), columns.ravel(), starts), shape=weights.shape)
