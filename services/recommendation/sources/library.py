"""Candidates among our own reels: like what was liked, watched by people alike, watched by many of late, new. PURE."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from services.recommendation.co_watch import CoWatch
from services.recommendation.library import Reels, age_s
from services.recommendation.sources.base import Candidate
from services.recommendation.taste import Signal, Taste

_FRESH_HALF_LIFE_S = 3 * 86_400.0

Rows = NDArray[np.intp]
Bools = NDArray[np.bool_]


def candidate(reels: Reels, row: int, score: float, reason: str) -> Candidate:
    about = reels.about[row]
    return Candidate(reels.ids[row], about.subject_key, about.company, score, reason)


def like(reels: Reels, taste: Taste, allowed: Bools, most: int) -> list[Candidate]:
    """Nearest to the taste, by cosine; those without a vector are near nothing."""
    if not taste or reels.vectors.shape[1] != taste.vectors.shape[1]:
        return []
    scores = reels.vectors @ taste.vector
    return _best(reels, scores, allowed & (scores > 0), most, lambda row: taste.reason(reels.vectors[row]))


def co_watched(
    reels: Reels, model: CoWatch, items: Rows, known: Sequence[Signal], allowed: Bools, most: int, *, include_trending: bool
) -> list[Candidate]:
    """`items`: the number each reel has in the model, -1 for those it does not know; shape (n,)."""
    if not known:
        return []
    scores = _of_rows(model.scores(known, include_trending=include_trending), items)
    return _best(reels, scores, allowed & (items >= 0), most, lambda _: "Watched by people who watched what you did")


def trending(reels: Reels, model: CoWatch, items: Rows, allowed: Bools, most: int) -> list[Candidate]:
    scores = _of_rows(model.trending, items)
    return _best(reels, scores, allowed & (scores > 0), most, lambda _: "Many watch this now")


def fresh(reels: Reels, now: datetime, allowed: Bools, most: int) -> list[Candidate]:
    scores = np.exp2(-age_s(reels.created, now) / _FRESH_HALF_LIFE_S).astype(np.float32)
    return _best(reels, scores, allowed, most, lambda _: "New")


def items_of(reels: Reels, model: CoWatch) -> Rows:
    """The number each reel has in the model, -1 for those it does not know; shape (n,)."""
    return np.fromiter((model.number_of.get(about.subject_key, -1) for about in reels.about), np.intp, len(reels))


def _of_rows(scores: NDArray[np.float32], items: Rows) -> NDArray[np.float32]:
    return np.where(items >= 0, scores[items], 0).astype(np.float32) if len(scores) else np.zeros(len(items), np.float32)


def _best(reels: Reels, scores: NDArray[np.float32], allowed: Bools, most: int, reason: Callable[[int], str]) -> list[Candidate]:
    rows = np.flatnonzero(allowed)
    if len(rows) > most:
        rows = rows[np.argpartition(-scores[rows], most - 1)[:most]]
    rows = rows[np.argsort(-scores[rows], kind="stable")]
    return [candidate(reels, int(row), float(scores[row]), reason(int(row))) for row in rows]
