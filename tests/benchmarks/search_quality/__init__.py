"""How good the ranking is, with and without a typo, beside BM25 and beside the same vectors without words; and how long it takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from statistics import median

from services.backend.search.evaluate import over
from services.backend.search.retrieval import Retriever
from shared.embeddings.local import open_local
from shared.settings import Search
from tests.benchmarks.row import Goal, Row
from tests.benchmarks.search_quality.rankings import Found, by_bm25, by_cosine, by_product, measured
from tests.benchmarks.search_quality.sets import LABELS, Judged, sets
from tests.benchmarks.tools import Tools

NAME = "search-quality"

BM25_GOALS = {("esco", False): Goal("ratio", "≥", 1.2), ("esco", True): Goal("ratio", "≥", 1.25)}
COSINE_GOAL = Goal("ratio", "≥", 1.0)
_NOTE = f"esco and jobbert are left out: there is no {LABELS}"


async def rows(tools: Tools) -> AsyncGenerator[Row, None]:
    embedder = await asyncio.to_thread(open_local, threads=2)
    note = "" if LABELS.is_dir() else _NOTE
    for judged in sets(tools.quick):
        tools.tell(f"search_quality.{judged.name}: embedding {len(judged.documents):,} documents")
        retriever = await over(judged.documents, embedder, Search(), lambda _: None)
        async for row in _rows(tools, judged, retriever, note):
            yield row


async def _rows(tools: Tools, judged: Judged, retriever: Retriever, note: str) -> AsyncGenerator[Row, None]:
    for typo in (False, True):
        name = f"search_quality.{judged.name}{'_typo' if typo else ''}"
        tools.tell(name)
        queries = judged.with_typos() if typo else judged.queries
        ours = await by_product(retriever, queries)
        bm25 = await asyncio.to_thread(by_bm25, judged, queries)
        cosine = await by_cosine(retriever, queries)
        for row in _compared(name, judged, ours, bm25, cosine, typo=typo):
            yield Row(**{**vars(row), "note": note})


def _compared(name: str, judged: Judged, ours: Found, bm25: Found, cosine: Found, *, typo: bool) -> Iterator[Row]:
    for measure in ("ndcg_at_10", "recall_at_10"):
        mine, theirs, plain = (measured(measure, found.rankings, judged) for found in (ours, bm25, cosine))
        goal = BM25_GOALS.get((judged.name, typo)) if measure == "ndcg_at_10" else None
        yield Row(f"{name}.{measure}", mine, "", "BM25 (bm25s)", theirs, mine / theirs, goal)
        yield Row(f"{name}.{measure}", mine, "", "the same vectors alone", plain, mine / plain, COSINE_GOAL)
    times = median(ours.times) * 1000, median(cosine.times) * 1000
    yield Row(f"{name}.p50", times[0], "ms", "the same vectors alone", times[1], times[0] / times[1])
