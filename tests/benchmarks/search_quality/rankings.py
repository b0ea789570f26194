"""The product's ranking and those it stands beside: the ten best for each query, and how long each took."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from statistics import mean
from typing import Literal

import bm25s
from Stemmer import Stemmer  # type: ignore[import-not-found]

from services.backend.search.measures import ndcg_at, recall_at
from services.backend.search.retrieval import Retriever
from tests.benchmarks.search_quality.sets import Judged

_SEARCHED = 200
_MEASURES = {"ndcg_at_10": ndcg_at, "recall_at_10": recall_at}


@dataclass(frozen=True)
class Found:
    """Ids, best first, by query; seconds a query."""

    rankings: Mapping[str, list[str]]
    times: list[float]


async def by_product(retriever: Retriever, queries: Mapping[str, str]) -> Found:
    async def ask(text: str) -> list[str]:
        return [each.greenhouse_id for each in (await retriever.retrieve(text, _SEARCHED)).ranked[:10]]

    return await _asked(queries, ask)


async def by_cosine(retriever: Retriever, queries: Mapping[str, str]) -> Found:
    """The product's vectors, and nothing else of it."""

    async def ask(text: str) -> list[str]:
        return [hit.greenhouse_id for hit in await retriever.index.search((await retriever.embedder.embed([text]))[0], 10)]

    return await _asked(queries, ask)


async def _asked(queries: Mapping[str, str], ask: Callable[[str], Awaitable[list[str]]]) -> Found:
    rankings, times = {}, []
    for name, text in queries.items():
        started = time.perf_counter()
        rankings[name] = await ask(text)
        times.append(time.perf_counter() - started)
    return Found(rankings, times)


def by_bm25(judged: Judged, queries: Mapping[str, str]) -> Found:
    """bm25s as its documentation has it, with the stemmer of the language and, for English, its stop words."""
    names = list(judged.documents)
    options = {"stemmer": Stemmer(judged.language), "stopwords": "en" if judged.language == "english" else None, "show_progress": False}
    peer = bm25s.BM25()
    peer.index(bm25s.tokenize([text.whole for text in judged.documents.values()], **options), show_progress=False)
    rankings, times = {}, []
    for name, text in queries.items():
        started = time.perf_counter()
        tokens = bm25s.tokenize([text], **options)
        found, scores = peer.retrieve(tokens, k=min(10, len(names)), show_progress=False)
        rankings[name] = [names[row] for row, score in zip(found[0].tolist(), scores[0].tolist(), strict=True) if score > 0]
        times.append(time.perf_counter() - started)
    return Found(rankings, times)


def measured(measure: Literal["ndcg_at_10", "recall_at_10"], rankings: Mapping[str, list[str]], judged: Judged) -> float:
    return mean(_MEASURES[measure](10, ranking, judged.judgements[name]) for name, ranking in rankings.items())
