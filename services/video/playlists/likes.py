"""PURE: which exercises are like which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST = 10
"""Not each has a clip of the kind that is missing."""
_SCALE = 127


class Profile(NamedTuple):
    """What makes exercises similar: the muscles they are for, and what they are about (float32 unit vectors by embedder id)."""

    slug: str
    muscles: frozenset[str]
    vectors: dict[str, NDArray[np.float32]]


class Likes:
    """All exercises, each with those like it.

    Vectors are compared in whole numbers: their sums are the same on every machine, and root and quotient are rounded one way only
    (IEEE 754), so near ties fall the same way everywhere.
    """

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self._profiles = {profile.slug: profile for profile in profiles}
        self._vectors = _whole(profiles)
        self._found: dict[str, tuple[str, ...]] = {}

    def __len__(self) -> int:
        return len(self._profiles)

    def of(self, slug: str) -> tuple[str, ...]:
        """Up to `MOST` others that share a muscle it is for, the nearest in meaning first, then those that share the most; none of an
        unknown one."""
        if slug in self._profiles and slug not in self._found:
            self._found[slug] = self._look(self._profiles[slug])
        return self._found.get(slug, ())

    def _look(self, one: Profile) -> tuple[str, ...]:
        others = [other for other in self._profiles.values() if other.slug != one.slug and other.muscles & one.muscles]
        if not others:
            return ()
        near = _cosines(self._vectors[one.slug], np.stack([self._vectors[other.slug] for other in others]))
        keys = [(-cosine, -len(other.muscles & one.muscles), other.slug) for cosine, other in zip(near.tolist(), others, strict=True)]
        return tuple(slug for *_, slug in sorted(keys)[:MOST])


def _whole(profiles: Iterable[Profile]) -> dict[str, NDArray[np.float64]]:
    """Each exercise's vector by the embedder most of them have, in whole numbers; zeros where it has none."""
    counts = Counter((name, len(vector)) for profile in profiles for name, vector in profile.vectors.items())
    embedder, dimensions = max(counts, key=lambda each: (counts[each], each), default=("", 1))
    return {profile.slug: _in_whole_numbers(profile.vectors.get(embedder), dimensions) for profile in profiles}


def _in_whole_numbers(vector: NDArray[np.float32] | None, dimensions: int) -> NDArray[np.float64]:
    if vector is None or len(vector) != dimensions:
        return np.zeros(dimensions)
    whole: NDArray[np.float64] = np.rint(vector * np.float32(_SCALE)).astype(np.float64)
    return whole


def _cosines(one: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of `one`, shape (d,), with each row of `others`, shape (n, d): shape (n,); 0 with zeros."""
    squares = (one @ one) * np.einsum("ij,ij->i", others, others)
    cosines: NDArray[np.float64] = (others @ one) / np.sqrt(np.where(squares, squares, 1.0))
    return cosines
