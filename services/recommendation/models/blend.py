"""The blend: several models of co-watching, each scoring every item for a history, weighted by a recipe. PURE."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from services.recommendation.models import factors
from services.recommendation.models.factors import Pull
from services.recommendation.models.interactions import Floats, Interactions, Sparse
from services.recommendation.models.recipe import PartName, PlainPart, Recipe


@dataclass(frozen=True)
class Linear:
    """Item-to-item weights of shape (items, items): what a history scores is their sum over its items, over the root of how many it has."""

    weights: Sparse
    half_life: float

    def scores(self, histories: Interactions) -> Floats:
        faded = histories.fading(self.half_life)
        summed = faded @ self.weights
        dense = summed if isinstance(summed, np.ndarray) else summed.toarray()
        return np.asarray(dense / np.sqrt(np.maximum(faded.sum(axis=1), 1e-9))[:, None], np.float32)


@dataclass(frozen=True)
class Latent:
    """Item factors of shape (items, k); a user's are solved for anew from their history."""

    items: Floats
    pull: Pull
    half_life: float

    def scores(self, histories: Interactions) -> Floats:
        return np.asarray(factors.taste(histories.fading(self.half_life), self.items, self.pull, self._gram) @ self.items.T)

    @cached_property
    def _gram(self) -> Floats:
        return factors.gram(self.items, self.pull)


Part = Linear | Latent


Plain = Mapping[PlainPart, Floats]


@dataclass(frozen=True)
class Blend:
    """What was learned. `plain` are the parts that are the same for every history, of shape (1, items), as of when it was learned."""

    recipe: Recipe
    parts: Mapping[PartName, Part]
    plain: Plain

    @property
    def n_items(self) -> int:
        return int(self.plain["popular"].shape[1])

    def scored(self, histories: Interactions, plain: Plain | None = None) -> dict[PartName, Floats]:
        """What each part adds to the score of every item, shape (users, items) or (1, items). `plain`: of other times."""
        found: dict[PartName, Floats] = {name: values * self._weight(name) for name, values in (plain or self.plain).items()}
        for name, part in self.parts.items():
            if weight := self._weight(name):
                found[name] = part.scores(histories) * weight
        return found

    def scores(self, histories: Interactions, plain: Plain | None = None) -> Floats:
        """Shape (users, items), float32."""
        total = np.zeros((histories.n_users, self.n_items), np.float32)
        for part in self.scored(histories, plain).values():
            total += part
        return total

    def _weight(self, name: PartName) -> np.float32:
        return np.float32(self.recipe.weights.get(name, 0.0) / self.recipe.scales.get(name, 1.0))


def without_taken(scores: Floats, histories: Interactions) -> Floats:
    """In place: what is in a history gets -inf."""
    scores[histories.users, histories.items] = -np.inf
    return scores
