"""Learns the blend from interactions. PURE."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from services.recommendation.models import popularity
from services.recommendation.models.blend import Blend, Latent, Linear, Part
from services.recommendation.models.ease import ease
from services.recommendation.models.factors import FACTORS, Pull
from services.recommendation.models.factors import learn as learn_factors
from services.recommendation.models.interactions import Interactions, Log
from services.recommendation.models.neighbours import NEIGHBOURS, alike, following, strongest_of
from services.recommendation.models.recipe import PartName, Recipe
from services.recommendation.models.tuning import tune

EASE_ITEMS = 5_000
_SWEEPS = 30


def learn(log: Log, ease_items: int = EASE_ITEMS) -> Blend:
    """Choose a recipe, and follow it."""
    return follow(log.seen, tune(log, ease_items), ease_items)


def follow(seen: Interactions, recipe: Recipe, ease_items: int = EASE_ITEMS) -> Blend:
    """The blend of this recipe."""
    parts = dict(_parts(seen, recipe, ease_items))
    return Blend(recipe, parts, popularity.plain(seen, np.array([seen.times.max(initial=0.0)]), recipe))


def _parts(seen: Interactions, recipe: Recipe, ease_items: int) -> Iterator[tuple[PartName, Part]]:
    """Those that weigh something."""
    weights, fading = recipe.weights, recipe.half_lives
    if weights.get("alike"):
        yield "alike", Linear(alike(seen, recipe.shrinkage), fading["alike"])
    if weights.get("ease") and seen.n_items <= ease_items:
        yield "ease", Linear(strongest_of(ease(seen, recipe.regularisation), 2 * NEIGHBOURS), fading["ease"])
    if weights.get("following"):
        yield "following", Linear(following(seen, recipe.following_shrinkage), fading["following"])
    pulls: dict[PartName, Pull] = {"factors": recipe.factors_pull, "more_factors": recipe.more_factors_pull}
    for name, size in FACTORS.items():
        if weights.get(name):
            yield name, Latent(learn_factors(seen, pulls[name], _SWEEPS, size), pulls[name], fading[name])
