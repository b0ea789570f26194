"""Finds the weights of several scores under which users would have been served best. PURE."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.recommendation import measures
from services.recommendation.measures import Bools, Ranking
from services.recommendation.models.interactions import Floats, Sparse
from services.recommendation.models.recipe import PartName

Weights = dict[PartName, float]

_CANDIDATES = 100  # of each part: what is beyond hardly ever ends in a page
_STEPS = (0.0, 0.05, 0.1, 0.2, 0.35, 0.6, 1.0, 1.7, 3.0)
_ROUNDS = 3


@dataclass(frozen=True)
class Table:
    """The best candidates of all parts for each user: which they are (-1 where there are no more), their scores by part, and whether
    they were taken afterwards, all (users, candidates); and how many were taken in all, (users,)."""

    found: Ranking
    parts: Mapping[PartName, Floats]
    taken: Bools
    wanted: NDArray[np.int64]

    @classmethod
    def of(cls, scores: Mapping[PartName, Floats], wanted: Sparse) -> Table:
        """From scores of all items, (users, items)."""
        found = np.concatenate([measures.best(each, _CANDIDATES) for each in scores.values()], axis=1)
        found.sort(axis=1)
        found[:, 1:][found[:, 1:] == found[:, :-1]] = -1
        found = -np.sort(-found, axis=1)[:, : int((found >= 0).sum(axis=1).max(initial=0))]
        parts = {name: _at(found, each) for name, each in scores.items()}
        return cls(found, parts, measures.hits(found, wanted), np.diff(wanted.indptr))

    @classmethod
    def joined(cls, tables: Sequence[Table]) -> Table:
        """Those of more users below."""
        width = max(table.found.shape[1] for table in tables)

        def stacked(arrays: Sequence[NDArray[Any]], empty: float) -> NDArray[Any]:
            return np.concatenate([np.pad(each, ((0, 0), (0, width - each.shape[1])), constant_values=empty) for each in arrays])

        return cls(
            stacked([table.found for table in tables], -1),
            {name: stacked([table.parts[name] for table in tables], -np.inf) for name in tables[0].parts},
            stacked([table.taken for table in tables], 0),
            np.concatenate([table.wanted for table in tables]),
        )

    def and_part(self, name: PartName, scores: Iterable[Floats]) -> Table:
        """With one more part, of which no candidates are taken; scores of all items, (users, items), for some users after another."""
        values, begin = [], 0
        for each in scores:
            values.append(_at(self.found[begin : begin + len(each)], each))
            begin += len(each)
        return replace(self, parts={**self.parts, name: np.concatenate(values)})

    def gains(self, weights: Mapping[PartName, float]) -> Floats:
        """What each user gains by these weights; shape (users,)."""
        return self._gains(self.total(weights))

    def _gains(self, total: Floats) -> Floats:
        ranking = measures.best(total)
        return measures.judged(np.take_along_axis(self.taken, ranking, axis=1), self.wanted).gain

    def total(self, weights: Mapping[PartName, float]) -> Floats:
        total = np.zeros(self.taken.shape, np.float32)
        for name, weight in weights.items():
            if weight and name in self.parts:
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
                weights, gains = self.step(name, weights, gains)
            if weights == before:
                break
        return weights

    def step(self, name: PartName, weights: Weights, gains: Floats) -> tuple[Weights, Floats]:
        """The best weight of one part beside the others, and what each user gains then."""
        others = self.total({**weights, name: 0.0})
        tried = {step: self._gains(others + np.float32(step) * self.parts[name] if step else others) for step in _STEPS}
        best = max(tried, key=lambda step: float(tried[step].mean()))
        return ({**weights, name: best}, tried[best]) if surely(tried[best], gains) else (weights, gains)


def _at(found: Ranking, scores: Floats) -> Floats:
    """Scores of these items, -inf where there are none."""
    return np.where(found < 0, np.float32(-np.inf), np.take_along_axis(scores, np.maximum(found, 0), axis=1))


def surely(new: Floats, old: Floats) -> bool:
    """Whether users gain, by more than a standard error: else it may be chance."""
    more = new - old
    return bool(more.mean() > max(more.std() / np.sqrt(len(more)), 1e-6))
