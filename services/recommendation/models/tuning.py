"""Chooses a recipe: what would have foretold the last fifth of each history from what was before. PURE."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from services.recommendation.models.choices import Choice, Choices, Question
from services.recommendation.models.climbing import Table, Weights
from services.recommendation.models.interactions import Floats, Interactions
from services.recommendation.models.recipe import DEFAULT, PartName, Recipe

HELD_OUT = 0.2
_USERS = 2_000  # that are asked
_CELLS = 12_000_000  # scores of a part
_FEWEST = 20
"""Of fewer users one learns nothing: the default is better."""


def tune(seen: Interactions, ease_items: int, default: Recipe = DEFAULT) -> Recipe:
    """The recipe for these interactions; EASE has a part in it where there are at most `ease_items` items."""
    train, held = seen.split(HELD_OUT)
    users = _asked(train, held)
    if len(users) < _FEWEST:
        return default
    question = Question(train.of(users), train.last[users], held.of(users).taken)
    chosen = dict(Choices(train, question, ease_items).best())
    scales = {name: _scale(choice.scores) for name, choice in chosen.items()}
    table = Table.of({name: choice.scores / np.float32(scales[name]) for name, choice in chosen.items()}, question.wanted)
    return _recipe(default, chosen, scales, table.climb(_begins(chosen, default)))


def _asked(train: Interactions, held: Interactions) -> NDArray[np.int64]:
    users = np.flatnonzero((train.lengths > 0) & (held.lengths > 0))
    most = min(_USERS, max(_FEWEST, _CELLS // max(train.n_items, 1)))
    return np.sort(np.random.default_rng(0).permutation(users)[:most])


def _begins(chosen: Mapping[PartName, Choice], default: Recipe) -> list[Weights]:
    """Popularity first: who is not surely better is not more personal, but guesses."""
    alone = [{name: float(name == one) for name in chosen} for one in chosen]
    return [alone[0], {name: default.weights[name] for name in chosen}, *alone[1:]]


def _scale(scores: Floats) -> float:
    """What the best item of a middling history scores, so that weights of 1 are alike."""
    best = np.where(np.isfinite(scores), scores, 0).max(axis=1)
    return float(np.median(best)) or float(best.max()) or 1.0


def _recipe(default: Recipe, chosen: Mapping[PartName, Choice], scales: Weights, weights: Weights) -> Recipe:
    settled = {field: value for choice in chosen.values() for field, value in choice.settled.items()}
    half_lives = {name: choice.half_life for name, choice in chosen.items()}
    return default.model_copy(update={**settled, "half_lives": half_lives, "weights": weights, "scales": scales})
