"""PURE: what makes one posting come before another: meaning, words, letters and newness, each kept for whoever asks why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from shared.lexical.query import LexicalHit
from shared.settings import Search
from shared.vectors.base import Hit

_NOTHING = LexicalHit("", 0.0, 0.0)


class Ranked(NamedTuple):
    """A posting near a query. `score` is (1 + cos) / 2, what thresholds are held against; None where it was found by words alone.
    `bm25`, `trigram` and `recency` are in [0, 1], before their weights. Postings are in the order of `rank`, highest first:
    cos + search_alpha · bm25 + search_trigram · trigram + recency_weight · recency (docs/search.md)."""

    greenhouse_id: str
    subject_key: str
    company: str
    score: float | None
    bm25: float
    trigram: float
    recency: float
    rank: float


def fused(hits: Iterable[Hit], lexical: Mapping[str, LexicalHit], weights: Search, now: datetime) -> list[Ranked]:
    """Hits of the vector index with what they have in common with the query in words, best first; equal ones by id."""
    return sorted((_ranked(hit, hit.score, lexical, weights, now) for hit in hits), key=order)


def by_words(hits: Iterable[Hit], lexical: Mapping[str, LexicalHit], weights: Search, now: datetime) -> list[Ranked]:
    """The same without vectors: the scores of the hits say nothing."""
    return sorted((_ranked(hit, None, lexical, weights, now) for hit in hits), key=order)


def _ranked(hit: Hit, score: float | None, lexical: Mapping[str, LexicalHit], weights: Search, now: datetime) -> Ranked:
    name, subject, _, company, published = hit
    _, bm25, trigram, _, _ = lexical.get(name, _NOTHING)
    recency = newness(published, now, weights.recency_half_life_days)
    cosine = 0.0 if score is None else 2 * score - 1
    rank = cosine + weights.search_alpha * bm25 + weights.search_trigram * trigram + weights.recency_weight * recency
    return Ranked(name, subject, company, score, bm25, trigram, recency, rank)


def newness(published: datetime | None, now: datetime, half_life_days: float) -> float:
    """1 for what is published now or later, half of it each half-life before; 0 for what does not say."""
    if published is None:
        return 0.0
    days = max(0.0, (now - published).total_seconds() / 86_400)
    return float(0.5 ** (days / half_life_days))


def order(ranked: Ranked) -> tuple[float, str]:
    return -ranked.rank, ranked.greenhouse_id
