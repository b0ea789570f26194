"""What there is to choose about the blend; `tuning` chooses. PURE."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from services.recommendation.models.factors import Pull
from services.recommendation.models.interactions import NO_FADING
from shared.schemas.base import Document

PlainPart = Literal["popular", "trending", "lively"]
"""The same for every history."""
PartName = Literal[PlainPart, "alike", "ease", "following", "factors", "more_factors"]
PARTS: tuple[PartName, ...] = get_args(PartName)


_HALF_LIVES: dict[PartName, float] = {**dict.fromkeys(PARTS, NO_FADING), "alike": 10, "ease": 20, "following": 1.5}
_WEIGHTS: dict[PartName, float] = {
    "popular": 0.1,
    "trending": 0.1,
    "lively": 0.0,
    "alike": 0.5,
    "ease": 0.5,
    "following": 0.2,
    "factors": 0.5,
    "more_factors": 0.5,
}


class Recipe(Document):
    """`weights` are those of the parts' scores once each is divided by its scale (1 where there is none); `half_lives` count items of a
    history; `diversity` is how much likeness within a page may cost. The defaults are for data too small to tell."""

    shrinkage: float = 20
    regularisation: float = 100
    following_shrinkage: float = 20
    factors_pull: Pull = Pull(20, 60)
    more_factors_pull: Pull = Pull(4, 12)
    trend_half_life_s: float = 7 * 86_400
    lively_half_life_s: float = 7 * 86_400
    half_lives: dict[PartName, float] = Field(default_factory=lambda: dict(_HALF_LIVES))
    weights: dict[PartName, float] = Field(default_factory=lambda: dict(_WEIGHTS))
    scales: dict[PartName, float] = Field(default_factory=dict)
    diversity: float = 0.1


DEFAULT = Recipe()
