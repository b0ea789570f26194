"""From a prompt to the postings near it, best first: slips mended, embedded, looked up by vector and by words, ranked."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from services.backend.search.ranking import Ranked, by_words, fused, order
from shared.embeddings.base import Embedder
from shared.embeddings.minilm import english_words
from shared.errors import Unavailable
from shared.lexical.index import LexicalHit, LexicalIndex
from shared.logging import get_logger
from shared.settings import Search
from shared.vectors.base import EVERYTHING, Filters, Hit, VectorIndex

log = get_logger(__name__)

_JOINED = 20  # of those with a rare word of the prompt, whatever their vectors say: the name of a company is in no vector
EMBEDDING_BEHIND = "embedding_behind"
"""Postings among those found have no vector yet: what they mean could not be compared."""
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

    async def retrieve(self, prompt: str, k: int, filters: Filters = EVERYTHING, without: Collection[str] = ()) -> Retrieved:
        """Active postings that pass the filters and whose subject is not in `without`: the `k` nearest by vector and a few that have a rare
        word of the prompt, best first. Where vectors cannot be had, up to `k` by words alone. Never raises Unavailable."""
        query, named = await asyncio.to_thread(self._read, prompt)
        try:
            hits, unvectored = await self._near(query, named, k, filters, without)
        except Unavailable as error:
            log.warning("searched_by_words", code=error.code, error=error.message)
            hits, scores = await self._by_words(query, filters, without)
            return Retrieved(query, tuple(by_words(hits, scores, self.settings, datetime.now(UTC))[:k]), (error.code,))
        ranked = await asyncio.to_thread(self._fused, query, hits, unvectored)
        return Retrieved(query, tuple(ranked), (EMBEDDING_BEHIND,) if unvectored else ())

    def _read(self, prompt: str) -> tuple[str, list[str]]:
        """The prompt without its slips, and the postings that have a rare word of it."""
        query = self.lexical.mended(prompt, self.english)
        return query, [hit.greenhouse_id for hit in self.lexical.search_rare(query, _JOINED)]

    async def _near(
        self, query: str, named: Sequence[str], k: int, filters: Filters, without: Collection[str]
    ) -> tuple[list[Hit], list[Hit]]:
        """Hits of the vector index, and postings it has no vector of yet."""
        vector = (await self.embedder.embed([query]))[0]
        hits = await self.index.search(vector, k, filters, without)
        known = {hit.greenhouse_id for hit in hits}
        missed = [greenhouse_id for greenhouse_id in named if greenhouse_id not in known]
        scored = await self.index.score(vector, missed, filters) if missed else []
        found = [*hits, *_not_in(without, scored)]
        if filters != EVERYTHING or (len(hits) == k and len(scored) == len(missed)):
            return found, []
        worded = await asyncio.to_thread(self.lexical.search, query, k)
        vectored = known.union(hit.greenhouse_id for hit in await self.index.score(vector, [hit.greenhouse_id for hit in worded]))
        unvectored = [hit for hit in worded if hit.greenhouse_id not in vectored]
        return found, _not_in(without, [Hit(hit.greenhouse_id, hit.subject_key, 0.0, hit.company) for hit in unvectored])

    def _fused(self, query: str, hits: Sequence[Hit], unvectored: Sequence[Hit]) -> list[Ranked]:
        scores, now = self.lexical.score(query, [hit.greenhouse_id for hit in (*hits, *unvectored)]), datetime.now(UTC)
        ranked = [*fused(hits, scores, self.settings, now), *by_words(unvectored, scores, self.settings, now)]
        return sorted(ranked, key=order) if unvectored else ranked

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


def _not_in(without: Collection[str], hits: Sequence[Hit]) -> list[Hit]:
    return [hit for hit in hits if hit.subject_key not in without]
