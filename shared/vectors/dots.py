"""How like each other unit vectors are, by int8 codes: numkong's kernels, or numpy where it has no wheel; on all cores when it pays.

A vector is kept as `codes` (its components × 127 / the largest of them, rounded) and one `scale` that undoes this. The cosine of two
vectors so kept is off by about 0.0005 at 384 dimensions: good for choosing whom to look at closely, not for an order.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

numkong: ModuleType | None
try:
    import numkong
except ImportError:  # no wheel for this machine
    numkong = None

_FAR = np.float32(2**22)
_CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
_ALONE = 2_000_000  # bytes of codes: for fewer another thread costs more than it brings
_PIECES = 4  # a core: one that is busy elsewhere does fewer
_BLOCK = 4_096  # rows whose scores for a batch stay in a core's cache
_PACKED_FROM = 3  # queries from which reading each row once for all of them is quicker than once for each

_pool = ThreadPoolExecutor(_CORES, thread_name_prefix="vector-dots")


def quantised(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Codes (n, d) and scales (n,) of finite vectors of shape (n, d)."""
    scales = np.abs(vectors).max(axis=1, initial=0) / np.float32(127)
    divisors = np.where(scales > 0, scales, np.float32(1))
    return np.rint(vectors / divisors[:, None]).astype(np.int8), scales.astype(np.float32)


def likeness(
    codes: NDArray[np.int8],
    scales: NDArray[np.float32],
    queries: NDArray[np.float32],
    out: NDArray[np.float32],
    masks: Sequence[NDArray[np.bool_] | None],
) -> None:
    """Fill `out`, shape (b, n), with how like each query, shape (b, d), each row is: about their cosine, times a factor of the query's
    that is positive and below 2**20. Rows that a query's mask, shape (n,), does not mark come far below all others of that query. Lets go
    of the GIL."""
    dots = _dots(quantised(queries)[0])

    def fill(block: slice) -> None:
        np.multiply(dots(codes[block]), scales[block], out=out[:, block])
        for row, mask in zip(out, masks, strict=True):
            if mask is not None:
                row[block] += (mask[block] - np.float32(1)) * _FAR

    in_parallel(fill, _blocks(codes, len(queries)))


def in_parallel(work: Callable[[slice], None], blocks: list[slice]) -> None:
    """Each block once, by the caller's thread and as many others as there are cores for. It never waits for one that has not begun."""
    left = iter(blocks)  # of a list: each takes the next, and none the same

    def take() -> None:
        for block in left:
            work(block)

    helpers = [_pool.submit(take) for _ in range(min(_CORES, len(blocks)) - 1)]
    take()
    for helper in helpers:
        if not helper.cancel():
            helper.result()


def _blocks(codes: NDArray[np.int8], queries: int) -> list[slice]:
    rows, dimensions = codes.shape
    step = _BLOCK if queries >= _PACKED_FROM or numkong is None else max(_ALONE // dimensions, -(-rows // (_PIECES * _CORES)), 1)
    return [slice(start, min(start + step, rows)) for start in range(0, rows, step)]


def _dots(queries: NDArray[np.int8]) -> Callable[[NDArray[np.int8]], NDArray[np.generic]]:
    """A function of codes (n, d) to their dot products with the queries, shape (b, n)."""
    if numkong is None:
        wide = queries.astype(np.float32)
        return lambda codes: wide @ codes.astype(np.float32).T
    if len(queries) < _PACKED_FROM:
        cdist = numkong.cdist
        return lambda codes: np.asarray(cdist(queries, codes, "dot", out_dtype="float32"))
    packed, dots_packed = numkong.dots_pack(queries), numkong.dots_packed
    return lambda codes: np.asarray(dots_packed(codes, packed)).T
