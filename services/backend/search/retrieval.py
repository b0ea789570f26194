"""From a prompt to the postings near it, best first: slips mended, embedded, looked up by vector and by words, ranked."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from services.backend.search.ranking import Ranked, by_words, fused
from shared.embeddings.base import Embedder
from shared.embeddings.minilm import english_words
from shared.errors import Unavailable
from shared.lexical.index import LexicalHit, LexicalIndex
from shared.logging import get_logger
from shared.settings import Search
from shared.vectors.base import EVERYTHING, Filters, Hit, VectorIndex

log = get_logger(__name__)

_JOINED = 50  # of the best by words, whatever their vectors say
_NEWNESS = 0.1  # its weight for who asks for it: as much as a tenth in cosine
_BY_WORDS = 1_000  # looked at where there are no vectors: filters may let few of them through


@dataclass(frozen=True)
class Retrieved:
    """`query` is the prompt as it was searched for, its slips mended. `degraded` names what was down."""

    query: str
    ranked: tuple[Ranked, ...]
    degraded: tuple[str, ...] = ()


@dataclass(frozen=True)
class Retriever:
    """`english` are words that are no slips, whether a posting has them or not."""

    embedder: Embedder
    index: VectorIndex
    lexical: LexicalIndex
    settings: Search
    english: Collection[str] = field(default_factory=english_words)

    async def retrieve(
        self, prompt: str, k: int, filters: Filters = EVERYTHING, without: Collection[str] = (), half_life_days: float | None = None
    ) -> Retrieved:
        """Active postings that pass the filters and whose subject is not in `without`: the `k` nearest by vector and a few that have the
        prompt's words, best first. Where vectors cannot be had, up to `k` by words alone. `half_life_days`: newness counts, and halves in
        this time. Never raises Unavailable."""
        weights = _weights(self.settings, half_life_days)
        query = await asyncio.to_thread(self.lexical.mended, prompt, self.english)
        try:
            hits = await self._near(query, k, filters, without)
        except Unavailable as error:
            log.warning("searched_by_words", code=error.code, error=error.message)
            hits, scores = await self._by_words(query, filters, without)
            return Retrieved(query, tuple(by_words(hits, scores, weights, datetime.now(UTC))[:k]), (error.code,))
        return Retrieved(query, tuple(await asyncio.to_thread(self._fused, query, hits, weights)))

    async def _near(self, query: str, k: int, filters: Filters, without: Collection[str]) -> list[Hit]:
        vectors, worded = await asyncio.gather(self.embedder.embed([query]), asyncio.to_thread(self.lexical.search, query, _JOINED))
        hits = await self.index.search(vectors[0], k, filters, without)
        known = {hit.greenhouse_id for hit in hits}
        missed = [hit.greenhouse_id for hit in worded if hit.greenhouse_id not in known]
        if missed and len(hits) == k:
            hits += _not_in(without, await self.index.score(vectors[0], missed, filters))
        return hits

    def _fused(self, query: str, hits: Sequence[Hit], weights: Search) -> list[Ranked]:
        scores = self.lexical.score(query, [hit.greenhouse_id for hit in hits])
        return fused(hits, scores, weights, datetime.now(UTC))

    async def _by_words(self, query: str, filters: Filters, without: Collection[str]) -> tuple[list[Hit], dict[str, LexicalHit]]:
        scores = {hit.greenhouse_id: hit for hit in await asyncio.to_thread(self.lexical.search, query, _BY_WORDS)}
        return _not_in(without, await self._let_through(scores, filters)), scores

    async def _let_through(self, scores: dict[str, LexicalHit], filters: Filters) -> list[Hit]:
        """The vector index knows what passes a filter, whatever the vector; where it is away, too, nothing is known to."""
        anywhere = np.zeros(self.embedder.dimensions, np.float32)
        anywhere[0] = 1
        try:
            return await self.index.score(anywhere, list(scores), filters)
        except Unavailable:
            everything = filters == EVERYTHING
            return [Hit(hit.greenhouse_id, hit.subject_key, 0.0, hit.company) for hit in scores.values() if everything]


def _weights(settings: Search, half_life_days: float | None) -> Search:
    """Who asks for newness gets some of it, whatever the settings say."""
    if half_life_days is None:
        return settings
    weight = settings.recency_weight or _NEWNESS
    return settings.model_copy(update={"recency_half_life_days": half_life_days, "recency_weight": weight})


def _not_in(without: Collection[str], hits: Sequence[Hit]) -> list[Hit]:
    return [hit for hit in hits if hit.subject_key not in without]
