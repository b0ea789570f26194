"""How each part of the blend may be made, and how well it does alone. PURE."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.recommendation import measures
from services.recommendation.models import popularity
from services.recommendation.models.blend import Latent, Linear, Part, without_taken
from services.recommendation.models.ease import ease
from services.recommendation.models.factors import FACTORS, Pull, learn
from services.recommendation.models.interactions import NO_FADING, Floats, Interactions, Sparse, Times
from services.recommendation.models.neighbours import alike, following
from services.recommendation.models.recipe import PartName

_REGULARISATIONS = (20.0, 100.0, 500.0)
_SHRINKAGES = (5.0, 20.0, 80.0)
_FOLLOWING_SHRINKAGES = (2.0, 20.0)
_PULLS = (Pull(4, 12), Pull(4, 40), Pull(20, 60), Pull(20, 200), Pull(80, 240))
_FADING = (3.0, 10.0, 40.0, NO_FADING)
_SLOW_FADING = (10.0, NO_FADING)
_FAST_FADING = (0.5, 1.5, 5.0)
TREND_SHARES = (0.3, 0.1, 0.03, 0.01, 0.003)  # of the time between the first event and the last
_SWEEPS, _MORE_SWEEPS = 15, 8


@dataclass(frozen=True)
class Question:
    """Histories, when each user asks, and what they took afterwards, (users, items)."""

    histories: Interactions
    at: Times
    wanted: Sparse

    def judged(self, scores: Floats) -> measures.PerUser:
        """`scores` of shape (users, items); those of a user's history become -inf."""
        ranking = measures.best(without_taken(scores, self.histories))
        return measures.judged(measures.hits(ranking, self.wanted), np.diff(self.wanted.indptr))


class Choice(NamedTuple):
    """One way to make a part: the fields of the recipe it settles, its scores, and what each user gains by it alone."""

    settled: Mapping[str, Any]
    half_life: float
    scores: Floats
    gains: Floats


@dataclass(frozen=True)
class Choices:
    """What can be learned from `train`, asked the `question`."""

    train: Interactions
    question: Question
    ease_items: int

    def best(self) -> Iterator[tuple[PartName, Choice]]:
        """The best choice of each part, the simplest parts first."""
        for name, choices in self._all():
            yield name, max(choices, key=lambda choice: float(choice.gains.mean()))

    def _all(self) -> Iterator[tuple[PartName, Iterator[Choice]]]:
        yield "popular", iter([self._choice({}, NO_FADING, np.tile(popularity.popular(self.train), (len(self.question.at), 1)))])
        yield "trending", self._trends()
        yield "alike", self._linear("shrinkage", _SHRINKAGES, lambda value: alike(self.train, value), _FADING)
        if self.train.n_items <= self.ease_items:
            yield "ease", self._linear("regularisation", _REGULARISATIONS, lambda value: ease(self.train, value), _FADING)
        yield (
            "following",
            self._linear("following_shrinkage", _FOLLOWING_SHRINKAGES, lambda value: following(self.train, value), _FAST_FADING),
        )
        for name, size in FACTORS.items():
            yield name, self._latent(name, size)

    def _trends(self) -> Iterator[Choice]:
        for share in TREND_SHARES:
            half_life_s = share * popularity.span_s(self.train.times)
            yield self._choice(
                {"trend_half_life_s": half_life_s}, NO_FADING, popularity.trending(self.train, self.question.at, half_life_s)
            )

    def _linear(self, field: str, values: Sequence[float], make: Callable[[float], Any], fading: Sequence[float]) -> Iterator[Choice]:
        for value in values:
            weights = make(value)
            for half_life in fading:
                yield self._part({field: value}, Linear(weights, half_life))

    def _latent(self, name: PartName, size: int) -> Iterator[Choice]:
        items: NDArray[np.float32] | None = None
        for pull in _PULLS:
            items = learn(self.train, pull, _SWEEPS if items is None else _MORE_SWEEPS, size, items)
            for half_life in _SLOW_FADING:
                yield self._part({f"{name}_pull": pull}, Latent(items, pull, half_life))

    def _part(self, settled: Mapping[str, Any], part: Part) -> Choice:
        return self._choice(settled, part.half_life, part.scores(self.question.histories))

    def _choice(self, settled: Mapping[str, Any], half_life: float, scores: Floats) -> Choice:
        return Choice(settled, half_life, scores, self.question.judged(scores).gain)
