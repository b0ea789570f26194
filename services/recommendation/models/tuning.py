"""Chooses a recipe: what would have foretold the last fifth of each history from what was before. PURE."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from services.recommendation import measures
from services.recommendation.measures import DEPTH
from services.recommendation.models.blend import without_taken
from services.recommendation.models.choices import Choice, Choices, Question, half_lives_s
from services.recommendation.models.climbing import Table, Weights, surely
from services.recommendation.models.factors import FACTORS, directions, learn
from services.recommendation.models.interactions import Floats, Interactions, Log, Sparse
from services.recommendation.models.popularity import lively
from services.recommendation.models.recipe import DEFAULT, PartName, Recipe
from services.recommendation.ranking import relative, spread

HELD_OUT = 0.2
_USERS = 2_000  # that are asked
_CELLS = 60_000_000  # scores of a part, not held at once
_DOUBT, _BELIEVED = 2 / 3, 1_000
_STRENGTHS = (0.2, 0.1, 0.05, 0.02)
_AFFORDED = 0.003  # of the gain
_SPREAD_FOR = 500  # users
_SWEEPS = 10
_FEWEST = 20
"""Of fewer users one learns nothing: the default is better."""


def tune(log: Log, ease_items: int, default: Recipe = DEFAULT) -> Recipe:
    """The recipe for these events; EASE has a part in it where there are at most `ease_items` items."""
    early, wanted = log.split(HELD_OUT)
    users, train = _asked(wanted), early.seen
    if len(users) < _FEWEST:
        return default
    question = Question(train.of(users), train.last[users], wanted[users])
    chosen = dict(Choices(train, question, ease_items).best())
    table = Table.joined([_table(piece, chosen) for piece in question.pieces()])
    recipe = _recipe(default, chosen, table.climb(_begins(chosen, default)))
    recipe, table = _livelier(recipe, table, train, question)
    recipe = recipe.model_copy(update={"weights": trusted(recipe.weights, default.weights, len(users))})
    return recipe.model_copy(update={"diversity": _diversity(table, recipe, train)})


def _asked(wanted: Sparse) -> NDArray[np.int64]:
    """Some of those who took something new."""
    users = np.flatnonzero(np.diff(wanted.indptr))
    most = min(_USERS, max(_FEWEST, _CELLS // max(wanted.shape[1], 1)))
    return np.sort(np.random.default_rng(0).permutation(users)[:most])


def _begins(chosen: Mapping[PartName, Choice], default: Recipe) -> list[Weights]:
    """Popularity first: who is not surely better is not more personal, but guesses."""
    alone = [{name: float(name == one) for name in chosen} for one in chosen]
    return [alone[0], {name: default.weights[name] for name in chosen}, *alone[1:]]


def _table(piece: Question, chosen: Mapping[PartName, Choice]) -> Table:
    return Table.of({name: without_taken(choice.scores(piece), piece.histories) for name, choice in chosen.items()}, piece.wanted)


def _recipe(default: Recipe, chosen: Mapping[PartName, Choice], weights: Weights) -> Recipe:
    settled = {field: value for choice in chosen.values() for field, value in choice.settled.items()}
    half_lives = {name: choice.half_life for name, choice in chosen.items()}
    scales = {name: choice.scale for name, choice in chosen.items()}
    return default.model_copy(update={**settled, "half_lives": half_lives, "weights": weights, "scales": scales})


def trusted(found: Weights, default: Weights, n_users: int) -> Weights:
    """Both in proportion: what few users say is mixed with the default, two parts of three if hardly any; a thousand are believed."""
    doubt = _DOUBT * max(0.0, 1 - n_users / _BELIEVED)
    ours, usual = sum(found.values()) or 1.0, sum(default.get(name, 0.0) for name in found)
    return {name: (1 - doubt) * weight / ours + doubt * default.get(name, 0.0) / usual for name, weight in found.items()}


def _livelier(recipe: Recipe, table: Table, train: Interactions, question: Question) -> tuple[Recipe, Table]:
    """With what is known of how items come and go, where that surely helps."""
    plain, best, best_gains = table, recipe, table.gains(recipe.weights)
    for half_life_s in half_lives_s(train):
        choice = Choice.judged(question, partial(_lively, train, half_life_s), {})
        tried = plain.and_part("lively", (choice.scores(piece) for piece in question.pieces()))
        weights, gains = tried.step("lively", recipe.weights, tried.gains(recipe.weights))
        if surely(gains, best_gains):
            settled = {"lively_half_life_s": half_life_s, "weights": weights, "scales": {**recipe.scales, "lively": choice.scale}}
            best, table, best_gains = recipe.model_copy(update=settled), tried, gains
    return best.model_copy(update={"weights": table.climb([best.weights])}) if best is not recipe else recipe, table


def _lively(train: Interactions, half_life_s: float, asked: Question) -> Floats:
    return lively(train, asked.at, half_life_s)


def _diversity(table: Table, recipe: Recipe, train: Interactions) -> float:
    """The most that costs users next to nothing."""
    total, taken = table.total(recipe.weights)[:_SPREAD_FOR], table.taken[:_SPREAD_FOR]
    best = measures.best(total, 3 * DEPTH)
    vectors = directions(learn(train, recipe.factors_pull, _SWEEPS, FACTORS["factors"]))

    def gain(strength: float) -> float:
        hits = []
        for row, places in enumerate(best):
            places = places[np.isfinite(total[row, places])]
            order = spread(relative(total[row, places]), vectors[table.found[row, places]], (), DEPTH, strength)[:DEPTH]
            hits.append(np.pad(taken[row, places[order]], (0, DEPTH - len(order))))
        return float(measures.judged(np.array(hits), table.wanted[:_SPREAD_FOR]).gain.mean())

    least = gain(0.0) * (1 - _AFFORDED)
    return next((strength for strength in _STRENGTHS if gain(strength) >= least), 0.0)
