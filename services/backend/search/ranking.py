"""PURE: what makes one posting come before another: meaning, words, letters and newness, each kept for whoever asks why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.lexical.index import LexicalHit
from shared.settings import Search
from shared.vectors.base import Hit


@dataclass(frozen=True)
class Ranked:
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
    ranked = (_ranked(hit, hit.score, lexical.get(hit.greenhouse_id), weights, now) for hit in hits)
    return sorted(ranked, key=order)


def by_words(hits: Iterable[Hit], lexical: Mapping[str, LexicalHit], weights: Search, now: datetime) -> list[Ranked]:
    """The same without vectors: the scores of the hits say nothing."""
    ranked = (_ranked(hit, None, lexical.get(hit.greenhouse_id), weights, now) for hit in hits)
    return sorted(ranked, key=order)


def _ranked(hit: Hit, score: float | None, words: LexicalHit | None, weights: Search, now: datetime) -> Ranked:
    bm25, trigram = (words.bm25, words.trigram) if words else (0.0, 0.0)
    recency = newness(hit.first_published, now, weights.recency_half_life_days)
    cosine = 0.0 if score is None else 2 * score - 1
    rank = cosine + weights.search_alpha * bm25 + weights.search_trigram * trigram + weights.recency_weight * recency
    return Ranked(hit.greenhouse_id, hit.subject_key, hit.company, score, bm25, trigram, recency, rank)


def newness(published: datetime | None, now: datetime, half_life_days: float) -> float:
    """1 for what is published now or later, half of it each half-life before; 0 for what does not say."""
    if published is None:
        return 0.0
    days = max(0.0, (now - published).total_seconds() / 86_400)
    return float(0.5 ** (days / half_life_days))


def order(ranked: Ranked) -> tuple[float, str]:
    return -ranked.rank, ranked.greenhouse_id
