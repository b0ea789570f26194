"""How far vectors are from a query by some bits of each: good for choosing some per cent to look at closely, in a fraction of the time.

A bit says on which side of a plane a vector lies; the planes are always the same, at random, at right angles to each other as far as there
are dimensions for it. Bits that differ from the query's count once, or three times where the query lies far from the plane: that is about
all that two bits can say of its coordinate (RaBitQ, https://arxiv.org/abs/2405.12497, has the idea of a query finer than the rows).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint64]

_FEWEST, _MOST = 6, 12  # words of 64 bits; with as many bits as dimensions a cosine is off by about 0.05 at 384
_BLOCK = 8_192  # rows whose bits stay in a core's cache


def words_of(dimensions: int) -> int:
    """How many words the bits of a vector take."""
    return min(max(_FEWEST, -(-dimensions // 64)), _MOST)


@lru_cache(maxsize=4)
def _planes(dimensions: int) -> NDArray[np.float32]:
    """Their normals as columns: shape (d, bits)."""
    bits = 64 * words_of(dimensions)
    wide, narrow = max(dimensions, bits), min(dimensions, bits)
    orthogonal = np.linalg.qr(np.random.default_rng(0).standard_normal((wide, narrow)))[0].astype(np.float32)
    return orthogonal if dimensions >= bits else np.ascontiguousarray(orthogonal.T)


def signs(vectors: NDArray[np.float32]) -> Bits:
    """The bits of vectors of shape (n, d): shape (words, n), so that a word of all rows lies together."""
    return _packed(vectors @ _planes(vectors.shape[1]) > 0)


def _packed(marked: NDArray[np.bool_]) -> Bits:
    return np.packbits(marked, axis=1).view(np.uint64).T


def distances(bits: Bits, query: NDArray[np.float32]) -> NDArray[np.uint16]:
    """How far each row of (words, n) is from a query of shape (d,); below 2,500. By the caller's thread alone: waiting for another would
    take longer than it saves."""
    coordinates = query[None] @ _planes(len(query))
    of_query, thrice = _packed(coordinates > 0), _packed(np.abs(coordinates) > np.sqrt(np.mean(coordinates**2)))
    out = np.empty(bits.shape[1], np.uint16)
    for start in range(0, len(out), _BLOCK):
        differing = bits[:, start : start + _BLOCK] ^ of_query
        counts = np.bitwise_count(differing)
        counts += 2 * np.bitwise_count(np.bitwise_and(differing, thrice, out=differing))
        np.add.reduce(counts, axis=0, dtype=np.uint16, out=out[start : start + _BLOCK])
    return out
