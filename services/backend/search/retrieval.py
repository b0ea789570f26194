"""From a prompt to the postings near it, best first: slips mended, embedded, looked up by vector and by words, ranked."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from services.backend.search.ranking import Ranked, by_words, fused, order
from shared.embeddings.base import Embedder
from shared.embeddings.minilm import english_words
from shared.errors import Unavailable
from shared.lexical.index import LexicalIndex
from shared.lexical.query import LexicalHit, LexicalQuery
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
class Near:
    """What was found for a query, in no order yet: `hits` by vector, `unvectored` by words alone."""

    query: str
    asked: LexicalQuery
    k: int
    hits: tuple[Hit, ...]
    unvectored: tuple[Hit, ...]
    degraded: tuple[str, ...]

    @property
    def subject_keys(self) -> set[str]:
        return {hit.subject_key for hit in (*self.hits, *self.unvectored)}


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
        return await self.rank(await self.near(prompt, k, filters, without))

    async def near(self, prompt: str, k: int, filters: Filters = EVERYTHING, without: Collection[str] = ()) -> Near:
        """What `retrieve` is to rank: whose postings they are is known here already."""
        query = await asyncio.to_thread(self.lexical.mended, prompt, self.english)
        try:
            vector, (asked, named) = await asyncio.gather(self.embedder.embed([query]), asyncio.to_thread(self._asked, query))
            hits, unvectored = await self._near(vector[0], asked, named, k, filters, without)
        except Unavailable as error:
            log.warning("searched_by_words", code=error.code, error=error.message)
            asked = await asyncio.to_thread(self.lexical.ask, query)
            return Near(query, asked, k, (), tuple(await self._by_words(asked, filters, without)), (error.code,))
        return Near(query, asked, k, tuple(hits), tuple(unvectored), (EMBEDDING_BEHIND,) if unvectored else ())

    async def rank(self, near: Near) -> Retrieved:
        return await asyncio.to_thread(self._rank, near)

    def _asked(self, query: str) -> tuple[LexicalQuery, list[str]]:
        """And the postings that have a rare word of it."""
        asked = self.lexical.ask(query)
        return asked, [hit.greenhouse_id for hit in asked.rare(_JOINED)]

    async def _near(
        self, vector: NDArray[np.float32], asked: LexicalQuery, named: Sequence[str], k: int, filters: Filters, without: Collection[str]
    ) -> tuple[list[Hit], list[Hit]]:
        """Hits of the vector index, and postings it has no vector of yet."""
        hits = await self.index.search(vector, k, filters, without)
        known = {hit.greenhouse_id for hit in hits}
        missed = [greenhouse_id for greenhouse_id in named if greenhouse_id not in known]
        scored = await self.index.score(vector, missed, filters) if missed else []
        found = [*hits, *_not_in(without, scored)]
        if filters != EVERYTHING or (len(hits) == k and len(scored) == len(missed)):
            return found, []
        worded = await asyncio.to_thread(asked.best, k)
        vectored = known.union(hit.greenhouse_id for hit in await self.index.score(vector, [hit.greenhouse_id for hit in worded]))
        unvectored = [hit for hit in worded if hit.greenhouse_id not in vectored]
        return found, _not_in(without, [Hit(hit.greenhouse_id, hit.subject_key, 0.0, hit.company) for hit in unvectored])

    def _rank(self, near: Near) -> Retrieved:
        scores, now = near.asked.score([hit.greenhouse_id for hit in (*near.hits, *near.unvectored)]), datetime.now(UTC)
        ranked = fused(near.hits, scores, self.settings, now)
        if near.unvectored:
            worded = by_words(near.unvectored, scores, self.settings, now)
            ranked = sorted([*ranked, *worded], key=order) if near.hits else worded[: near.k]
        return Retrieved(near.query, tuple(ranked), near.degraded)

    async def _by_words(self, asked: LexicalQuery, filters: Filters, without: Collection[str]) -> list[Hit]:
        worded = await asyncio.to_thread(asked.best, _BY_WORDS)
        return _not_in(without, await self._let_through(worded, filters))

    async def _let_through(self, worded: Sequence[LexicalHit], filters: Filters) -> list[Hit]:
        """The vector index knows what passes a filter, whatever the vector; where it is away, too, nothing is known to."""
        anywhere = np.zeros(self.embedder.dimensions, np.float32)
        anywhere[0] = 1
        try:
            return await self.index.score(anywhere, [hit.greenhouse_id for hit in worded], filters)
        except Unavailable:
            return [Hit(hit.greenhouse_id, hit.subject_key, 0.0, hit.company) for hit in worded] if filters == EVERYTHING else []


def _not_in(without: Collection[str], hits: Sequence[Hit]) -> list[Hit]:
    return [hit for hit in hits if hit.subject_key not in without]
