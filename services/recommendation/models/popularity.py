"""What many take, and what many take of late. PURE."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.recommendation.models.interactions import Floats, Interactions, Times
from services.recommendation.models.recipe import PlainPart, Recipe

_DEAD = 0.02


def trending(seen: Interactions, at: Times, half_life_s: float) -> Floats:
    """How many took each item up to each of these times, halved for each half-life that has passed; as shares of all, shape
    (len(at), items). Zeros before the first."""
    times, items = seen.by_time
    until = np.searchsorted(times, at, side="right")
    shares = np.zeros((len(at), seen.n_items), np.float32)
    faded, now, done = np.zeros(seen.n_items), 0.0, 0
    for row in np.argsort(at, kind="stable"):
        if until[row] == 0:
            continue
        faded *= np.exp2((now - at[row]) / half_life_s) if done else 0
        new = slice(done, until[row])
        faded += np.bincount(items[new], np.exp2((times[new] - at[row]) / half_life_s), seen.n_items)
        now, done = at[row], int(until[row])
        shares[row] = faded / max(faded.sum(), 1e-30)
    return shares


def lively(seen: Interactions, at: Times, half_life_s: float) -> Floats:
    """How much of what an item ever had it has of late: log of the ratio of its `trending` to its share of all, from 0 for one that nobody
    takes any more. Shape (len(at), items)."""
    shares = seen.counts / max(len(seen), 1)
    ratio = trending(seen, at, half_life_s) / np.maximum(shares, 1e-9)
    return np.asarray(np.log1p(ratio / _DEAD), np.float32)


def plain(seen: Interactions, at: Times, recipe: Recipe) -> dict[PlainPart, Floats]:
    """The parts of the blend that are the same for every history, at each of these times: each of shape (1 or len(at), items)."""
    return {
        "popular": popular(seen)[None, :],
        "trending": trending(seen, at, recipe.trend_half_life_s),
        "lively": lively(seen, at, recipe.lively_half_life_s),
    }


def popular(seen: Interactions) -> Floats:
    """The share of users who took each item; shape (items,)."""
    return np.asarray(seen.counts / max(int(np.count_nonzero(seen.lengths)), 1), np.float32)


def span_s(times: NDArray[np.float64]) -> float:
    """Between the first and the last, at least a second."""
    return max(float(times.max() - times.min()), 1.0) if len(times) else 1.0
