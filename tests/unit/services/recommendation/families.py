"""Ways in which people may choose what to watch, as small sets of events to judge recommenders by."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from services.recommendation.interactions_file import Events

Draw = Callable[[int, list[int]], NDArray[np.float64]]
"""User and what they took → how likely each item is next."""


def latent(users: int = 200, items: int = 150, events: int = 14, seed: int = 0) -> Events:
    """A few tastes that all share, in parts of their own, and items that are more or less known."""
    random = np.random.default_rng(seed)
    likes, traits = random.normal(size=(users, 6)), random.normal(size=(items, 6))
    weights = np.exp(1.2 * likes @ traits.T - np.log(np.arange(1, items + 1)))
    return _drawn(random, users, events, lambda user, _: weights[user])


def clustered(users: int = 300, items: int = 200, events: int = 8, seed: int = 0) -> Events:
    """Each keeps to two of ten corners."""
    random = np.random.default_rng(seed)
    corner, popular = random.integers(0, 10, items), 1 / random.permutation(np.arange(1, items + 1)) ** 0.8
    mine = random.integers(0, 10, (users, 2))
    return _drawn(random, users, events, lambda user, _: popular * (0.02 + np.isin(corner, mine[user])))


def popular(users: int = 300, items: int = 200, events: int = 8, seed: int = 0) -> Events:
    """All take what all take."""
    random = np.random.default_rng(seed)
    weights = 1 / np.arange(1, items + 1)
    return _drawn(random, users, events, lambda *_: weights)


def drifting(users: int = 250, items: int = 150, events: int = 6, seed: int = 0) -> Events:
    """Sittings: items come and go, and one leads to the next."""
    random = np.random.default_rng(seed)
    born = np.sort(random.random(items))
    moment = random.random(users)

    def draw(user: int, taken: list[int]) -> NDArray[np.float64]:
        alive = np.where(born <= moment[user], np.exp(-(moment[user] - born) / 0.1), 0) + 1e-9
        near = np.exp(-np.abs(np.arange(items) - taken[-1]) / 2) if taken else 0
        return alive * (0.1 + near)

    return _drawn(random, users, events, draw, moment * 1e7)


def repeating(users: int = 250, items: int = 120, events: int = 20, seed: int = 0) -> Events:
    """Half of what they take they took before."""
    random = np.random.default_rng(seed)
    weights = np.exp(1.5 * random.normal(size=(users, 5)) @ random.normal(size=(5, items)) - 0.8 * np.log(np.arange(1, items + 1)))

    def draw(user: int, taken: list[int]) -> NDArray[np.float64]:
        again = np.bincount(taken, minlength=items) * weights[user].sum() / max(len(taken), 1)
        return np.asarray(weights[user] + again, np.float64)

    return _drawn(random, users, events, draw, again=True)


def _drawn(
    random: np.random.Generator, users: int, events: int, draw: Draw, begins: NDArray[np.float64] | None = None, *, again: bool = False
) -> Events:
    rows: list[tuple[int, int, float]] = []
    n_items = 0
    for user in range(users):
        taken: list[int] = []
        begin = random.random() * 1e7 if begins is None else begins[user]
        for step in range(max(3, int(random.poisson(events)))):
            weights = np.array(draw(user, taken), np.float64)
            n_items = len(weights)
            if not again:
                weights[taken] = 0
            taken.append(int(random.choice(n_items, p=weights / weights.sum())))
            rows.append((user, taken[-1], begin + 60 * step))
    columns = list(zip(*rows, strict=True))
    return Events(
        np.array(columns[0], np.int32), np.array(columns[1], np.int32), np.array(columns[2], np.float64), users, n_items, (), 0, 0
    )
