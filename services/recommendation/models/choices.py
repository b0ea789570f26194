"""How each part of the blend may be made, and how well it does alone. PURE."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
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
_PULLS = (Pull(4, 12), Pull(20, 40), Pull(20, 60), Pull(80, 160), Pull(80, 240))
_FADING = (3.0, 10.0, 40.0, NO_FADING)
_SLOW_FADING = (10.0, NO_FADING)
_FAST_FADING = (0.5, 1.5, 5.0)
_TREND_SHARES = (0.3, 0.1, 0.03, 0.01, 0.003)  # of the time between the first event and the last
_SWEEPS, _MORE_SWEEPS = 15, 8
_CELLS = 4_000_000  # scores held at once


@dataclass(frozen=True)
class Question:
    """Histories, when each user asks, and what they took afterwards, (users, items)."""

    histories: Interactions
    at: Times
    wanted: Sparse

    def pieces(self) -> Iterator[Question]:
        """The same of some users at a time: scores of all items are held for these alone."""
        step = max(1, _CELLS // max(self.histories.n_items, 1))
        for start in range(0, len(self.at), step):
            rows = np.arange(start, min(start + step, len(self.at)))
            yield Question(self.histories.of(rows), self.at[rows], self.wanted[rows])

    def judged(self, scores: Floats) -> measures.PerUser:
        """`scores` of shape (users, items); those of a user's history become -inf."""
        ranking = measures.best(without_taken(scores, self.histories))
        return measures.judged(measures.hits(ranking, self.wanted), np.diff(self.wanted.indptr))


Scoring = Callable[[Question], Floats]
"""Scores (users, items) for a question's histories at their times."""


class Choice(NamedTuple):
    """One way to make a part: the fields of the recipe it settles, its scores, what each user gains by it alone, and what the best item
    of a middling history scores."""

    settled: Mapping[str, Any]
    half_life: float
    scoring: Scoring
    gains: Floats
    scale: float

    def scores(self, question: Question) -> Floats:
        """By the scale of all parts."""
        return self.scoring(question) / np.float32(self.scale)

    @classmethod
    def judged(cls, question: Question, scoring: Scoring, settled: Mapping[str, Any], half_life: float = NO_FADING) -> Choice:
        gains, peaks = [], []
        for piece in question.pieces():
            scores = scoring(piece)
            gains.append(piece.judged(scores).gain)
            peaks.append(np.where(np.isfinite(scores), scores, 0).max(axis=1))
        best = np.concatenate(peaks)
        return cls(settled, half_life, scoring, np.concatenate(gains), float(np.median(best)) or float(best.max()) or 1.0)


@dataclass(frozen=True)
class Choices:
    """What can be learned from `train`, asked the `question`."""

    train: Interactions
    question: Question
    ease_items: int

    def best(self) -> Iterator[tuple[PartName, Choice]]:
        """The best choice of each part, the simplest parts first. The second factors are of another confidence than the first: what one
        cannot know from a part of the events is which will be best for all."""
        confidence = 0.0
        for name, choices in self._all():
            others = [
                choice for choice in choices if name != "more_factors" or choice.settled["more_factors_pull"].confidence != confidence
            ]
            best = max(others, key=lambda choice: float(choice.gains.mean()))
            confidence = best.settled["factors_pull"].confidence if name == "factors" else confidence
            yield name, best

    def _all(self) -> Iterator[tuple[PartName, Iterator[Choice]]]:
        popular = popularity.popular(self.train)
        yield "popular", iter([Choice.judged(self.question, lambda asked: np.tile(popular, (len(asked.at), 1)), {})])
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
        for half_life_s in half_lives_s(self.train):
            scoring = partial(_trending, self.train, half_life_s)
            yield Choice.judged(self.question, scoring, {"trend_half_life_s": half_life_s})

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
        return Choice.judged(self.question, lambda asked: part.scores(asked.histories), settled, part.half_life)


def half_lives_s(train: Interactions) -> Iterator[float]:
    """Of trends: those worth trying, the longest first."""
    return (share * popularity.span_s(train.times) for share in _TREND_SHARES)


def _trending(train: Interactions, half_life_s: float, asked: Question) -> Floats:
    return popularity.trending(train, asked.at, half_life_s)
