"""From what is known of somebody to the ranked pool. PURE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.recommendation.co_watch import CoWatch
from services.recommendation.interests import Direction
from services.recommendation.library import Reels
from services.recommendation.pools import Ask, Recommended, SourceName
from services.recommendation.ranking import Blended, Weights, affordable, blended, explored, spread, tempered
from services.recommendation.sources import library as own
from services.recommendation.sources.base import Candidate
from services.recommendation.taste import Signal, Taste, fading, is_taken
from shared.settings import Ranking

_SOURCES: Mapping[SourceName, float] = {"vector": 1.0, "co_watch": 1.0, "trending": 0.25, "fresh": 0.15, "youtube": 0.4}
_EVIDENCE = 1  # liked reels of a history at which what others watched counts half
_INTEREST = 0.7  # of an interest, where a reel watched to its end is 1
_DEEP = 400  # the fewest candidates of a source, and the most that are spread
_EXPLORING = "Few have watched it yet"
_AGAIN = "Watch it again"

Found = dict[SourceName, Sequence[Candidate]]


@dataclass(frozen=True)
class Person:
    """Whom to rank for: their signals, the latest first, what they hid, and what they said they like."""

    signals: Sequence[Signal] = ()
    hidden: frozenset[str] = frozenset()
    directions: Sequence[Direction] = ()


@dataclass(frozen=True)
class Stock:
    """What there is to choose from. `items`: the number each reel has in the model, -1 for those it does not know; shape (reels,)."""

    reels: Reels
    model: CoWatch | None
    items: NDArray[np.intp]

    @classmethod
    def of(cls, reels: Reels, model: CoWatch | None) -> Stock:
        return cls(reels, model, own.items_of(reels, model) if model else np.full(len(reels), -1))


def ranked(stock: Stock, person: Person, ask: Ask, others: Found, settings: Ranking) -> tuple[Recommended, ...]:
    """Up to `ask.size`, best first. What was watched comes at the end, and only where there is too little else."""
    weights = _weights(stock, person, ask, settings)
    found = {**candidates(stock, person, ask), **others}
    chosen = blended(found, weights.sources)
    order, drawn = _order(stock, chosen, ask, weights)
    shown = [_exploring(chosen[place]) if place in drawn else chosen[place] for place in order[: ask.size]]
    return _falling(shown) + _again(stock.reels, person, ask, ask.size - len(shown))


def candidates(stock: Stock, person: Person, ask: Ask) -> Found:
    """What each source of ours finds: nothing that is hidden, watched or of another category."""
    reels, model, most = stock.reels, stock.model, max(_DEEP, 2 * ask.size)
    allowed = np.ones(len(reels), np.bool_) if ask.category is None else reels.in_category(ask.category)
    allowed[reels.rows_of([*person.hidden, *(signal.subject_key for signal in person.signals)])] = False
    found: Found = {
        "vector": own.like(reels, taste(reels, person), allowed, most),
        "fresh": own.fresh(reels, ask.now, allowed, most),
    }
    if model:
        known, trend = model.known(person.signals), ask.include_trending
        found["co_watch"] = own.co_watched(reels, model, stock.items, known, allowed, most, include_trending=trend)
        found["trending"] = own.trending(reels, model, stock.items, allowed, most) if trend else ()
    return found


def taste(reels: Reels, person: Person) -> Taste:
    """The vectors of the reels they met and of their interests."""
    met = [(signal, row) for signal in person.signals if (row := reels.row_of.get(signal.subject_key)) is not None]
    fitting = [direction for direction in person.directions if len(direction[2]) == reels.vectors.shape[1]]
    vectors = [reels.vectors[row] for _, row in met] + [vector for _, _, vector in fitting]
    weights = [*fading([signal for signal, _ in met]), *(_INTEREST * weight for _, weight, _ in fitting)]
    words = [_like(reels, row) for _, row in met] + [f"You are interested in {topic}" for topic, _, _ in fitting]
    stacked = np.array(vectors, np.float32).reshape(len(vectors), reels.vectors.shape[1])
    return Taste(stacked, np.array(weights, np.float32), tuple(words))


def _like(reels: Reels, row: int) -> str:
    about = reels.about[row]
    return f"Like “{about.title}” at {about.company_name}, which you watched"


def _weights(stock: Stock, person: Person, ask: Ask, settings: Ranking) -> Weights:
    known = len(stock.model.known(person.signals)) if stock.model else 0
    sources = {**_SOURCES, "co_watch": _SOURCES["co_watch"] * known / (known + _EVIDENCE)}
    free = stock.model.blend.recipe.diversity if stock.model else settings.rec_diversity
    plain = Weights(sources, affordable(settings.rec_diversity, free), settings.rec_max_per_company, settings.rec_explore_every)
    return tempered(plain, ask.profile.assessment if ask.profile else None)


def _order(stock: Stock, chosen: Sequence[Blended], ask: Ask, weights: Weights) -> tuple[list[int], set[int]]:
    rows = np.array([stock.reels.row_of.get(one.candidate.subject_key, -1) for one in chosen], np.intp)
    vectors, exposure = np.zeros((len(rows), stock.reels.vectors.shape[1]), np.float32), np.zeros(len(rows), np.float32)
    ours = rows >= 0
    vectors[ours] = stock.reels.vectors[rows[ours]]
    if stock.model:
        items = np.where(ours, stock.items[rows], -1)
        exposure[items >= 0] = stock.model.counts[items[items >= 0]]
    relevance = np.array([one.relevance for one in chosen], np.float32)
    companies = [one.candidate.company for one in chosen]
    order = spread(relevance, vectors, companies, min(ask.size, _DEEP), weights.diversity, weights.per_company)
    return explored(order, exposure, weights.explore_every, f"{ask.user_id}|{ask.now:%Y-%m-%d %H}")


def _exploring(one: Blended) -> Blended:
    return one._replace(source="exploration", candidate=replace(one.candidate, reason=_EXPLORING))


def _falling(shown: Sequence[Blended]) -> tuple[Recommended, ...]:
    """Scores say what comes first, so none is above the one before."""
    least, items = 1.0, []
    for one, relevance, source in shown:
        least = min(least, relevance)
        items.append(Recommended(one.video_id, one.subject_key, one.company, round(least, 4), source, one.reason))
    return tuple(items)


def _again(reels: Reels, person: Person, ask: Ask, most: int) -> tuple[Recommended, ...]:
    """What they liked, the longest ago first."""
    rows = [
        row
        for signal in reversed(person.signals)
        if is_taken(signal.worth) and signal.subject_key not in person.hidden and (row := reels.row_of.get(signal.subject_key)) is not None
    ]
    allowed = reels.in_category(ask.category) if ask.category is not None else np.ones(len(reels), np.bool_)
    kept = [row for row in rows if allowed[row]][: max(0, most)]
    return tuple(Recommended(reels.ids[row], reels.about[row].subject_key, reels.about[row].company, 0.0, "vector", _AGAIN) for row in kept)
