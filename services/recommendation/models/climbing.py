"""Finds the weights of several scores under which users would have been served best. PURE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.recommendation import measures
from services.recommendation.measures import Bools
from services.recommendation.models.interactions import Floats, Sparse
from services.recommendation.models.recipe import PartName

Weights = dict[PartName, float]

_CANDIDATES = 100  # of each part: what is beyond hardly ever ends in a page
_STEPS = (0.0, 0.05, 0.1, 0.2, 0.35, 0.6, 1.0, 1.7, 3.0)
_ROUNDS = 3


@dataclass(frozen=True)
class Table:
    """The best candidates of all parts for each user: their scores by part, whether they were taken afterwards, (users, candidates); and
    how many were taken in all, (users,)."""

    parts: Mapping[PartName, Floats]
    taken: Bools
    wanted: NDArray[np.int64]

    @classmethod
    def of(cls, scores: Mapping[PartName, Floats], wanted: Sparse) -> Table:
        """From scores of all items, (users, items)."""
        found = np.concatenate([measures.best(each, _CANDIDATES) for each in scores.values()], axis=1)
        found.sort(axis=1)
        again = np.zeros(found.shape, np.bool_)
        again[:, 1:] = found[:, 1:] == found[:, :-1]
        parts = {name: np.where(again, -np.inf, np.take_along_axis(each, found, axis=1)) for name, each in scores.items()}
        return cls(parts, measures.hits(np.where(again, -1, found), wanted), np.diff(wanted.indptr))

    def gains(self, weights: Mapping[PartName, float]) -> Floats:
        return self._gains(self._total(weights))

    def _gains(self, total: Floats) -> Floats:
        ranking = measures.best(total)
        return measures.judged(np.take_along_axis(self.taken, ranking, axis=1), self.wanted).gain

    def _total(self, weights: Mapping[PartName, float]) -> Floats:
        total = np.zeros(self.taken.shape, np.float32)
        for name, weight in weights.items():
            if weight:
                total += np.float32(weight) * self.parts[name]
        return total

    def climb(self, begins: Sequence[Weights]) -> Weights:
        """From the best of `begins`, one weight at a time. An earlier beginning is left, and a weight changed, only for what surely gains:
        so the simplest should come first."""
        weights, gains = begins[0], self.gains(begins[0])
        for other in begins[1:]:
            tried = self.gains(other)
            if surely(tried, gains):
                weights, gains = other, tried
        for _ in range(_ROUNDS):
            before = weights
            for name in self.parts:
                weights, gains = self._step(name, weights, gains)
            if weights == before:
                break
        return weights

    def _step(self, name: PartName, weights: Weights, gains: Floats) -> tuple[Weights, Floats]:
        others = self._total({**weights, name: 0.0})
        tried = {step: self._gains(others + np.float32(step) * self.parts[name] if step else others) for step in _STEPS}
        best = max(tried, key=lambda step: float(tried[step].mean()))
        return ({**weights, name: best}, tried[best]) if surely(tried[best], gains) else (weights, gains)


def surely(new: Floats, old: Floats) -> bool:
    """Whether users gain, by more than a standard error: else it may be chance."""
    more = new - old
    return bool(more.mean() > max(more.std() / np.sqrt(len(more)), 1e-6))
