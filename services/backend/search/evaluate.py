"""`python -m services evaluate-search`: how well the product's own ranking does on a judged collection."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, median

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.backend.search.judged import Judgements, Text, read_judgements, read_texts
from services.backend.search.measures import average_precision, ndcg_at, precision_at, recall_at
from services.backend.search.retrieval import Retriever
from shared.embeddings.base import Embedder, embed_documents
from shared.embeddings.open import open_embedder
from shared.errors import InvalidInput, Unavailable
from shared.lexical.index import LexicalIndex
from shared.logging import configure_logging
from shared.mongo.postings import Indexed
from shared.settings import Search, Settings
from shared.vectors.exact import ExactIndex

_SEARCHED = 200  # postings a search retrieves: that is what is timed
_ALL = 10_000  # documents that are ranked to the last; of more, trec_eval's usual
_DEPTH = 1_000
_BATCH = 64


@dataclass(frozen=True)
class Quality:
    """Means over the queries that have relevant documents, in [0, 1]; `p50_ms` is the median time of a search."""

    map: float
    p_at_5: float
    ndcg_at_10: float
    recall_at_10: float
    p50_ms: float


def run_evaluate(settings: Settings, corpus: Path, queries: Path, qrels: Path, *, as_json: bool) -> int:
    """Print the quality; exit code 0. Raises InvalidInput for files that cannot be used, Unavailable when the embedder is away."""
    configure_logging(
        settings.model_copy(update={"process": settings.process.model_copy(update={"log_level": "WARNING"})}), service="evaluate"
    )
    documents, asked, judged = read_texts(corpus), read_texts(queries), read_judgements(qrels)
    kept = {name: text.whole for name, text in asked.items() if any(grade > 0 for grade in judged.get(name, {}).values())}
    if not kept:
        raise InvalidInput(f"{qrels}: no query of {queries} has a relevant document", field="qrels")
    quality = asyncio.run(_evaluate(settings, documents, kept, judged))
    told = {**asdict(quality), "queries": len(kept), "documents": len(documents)}
    rounded = {name: round(value, 2 if name == "p50_ms" else 4) for name, value in told.items()}
    words = "\n".join(f"{name:13} {value}" for name, value in rounded.items())
    Console(soft_wrap=True, highlight=False, markup=False).print(json.dumps(rounded) if as_json else words)
    return 0


async def _evaluate(settings: Settings, documents: Mapping[str, Text], queries: Mapping[str, str], judged: Judgements) -> Quality:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        embedding, asking = progress.add_task("documents", total=len(documents)), progress.add_task("queries", total=len(queries))
        embedder = await asyncio.to_thread(open_embedder, settings, threads=2)
        try:
            retriever = await over(documents, embedder, settings.search, lambda done: progress.advance(embedding, done))
            return await measured(retriever, queries, judged, depth_of(len(documents)), lambda: progress.advance(asking))
        finally:
            await embedder.aclose()


async def over(documents: Mapping[str, Text], embedder: Embedder, search: Search, told: Callable[[int], None]) -> Retriever:
    """The product's retriever over these documents, in memory. `told` hears how many more are in. Raises Unavailable."""
    index, lexical, names = ExactIndex(embedder.dimensions), LexicalIndex(), list(documents)
    for start in range(0, len(names), _BATCH):
        chosen = names[start : start + _BATCH]
        vectors = await embed_documents(embedder, [documents[name] for name in chosen])
        postings = [
            Indexed(name, name, active=True, vector=vector, title=documents[name].title, text=documents[name].text)
            for name, vector in zip(chosen, vectors, strict=True)
        ]
        index.update(postings)
        await asyncio.to_thread(lexical.update, postings)
        told(len(postings))
    return Retriever(embedder, index, lexical, search)


async def measured(retriever: Retriever, queries: Mapping[str, str], judged: Judgements, depth: int, told: Callable[[], None]) -> Quality:
    """Of queries that have relevant documents. All are searched for twice: as the product does, timed, and then down to `depth`, as what
    lies deep counts for MAP. Raises Unavailable: half a ranking is not to be judged."""
    times, rankings = [], {}
    for text in queries.values():
        started = time.perf_counter()
        await retriever.retrieve(text, _SEARCHED)
        times.append(time.perf_counter() - started)
    for name, text in queries.items():
        found = await retriever.retrieve(text, depth)
        if found.degraded:
            raise Unavailable(f"query {name}: searched by words alone, as something was down: {found.degraded[0]}")
        rankings[name] = [each.greenhouse_id for each in found.ranked][:depth]
        told()
    return quality(rankings, judged, times)


def depth_of(documents: int) -> int:
    """All of a small collection; of a large one as deep as trec_eval usually looks."""
    return documents if documents <= _ALL else _DEPTH


def quality(rankings: Mapping[str, Sequence[str]], judged: Judgements, times: Sequence[float]) -> Quality:
    """PURE: `times` in seconds."""
    pairs = [(ranking, judged[name]) for name, ranking in rankings.items()]
    return Quality(
        map=mean(average_precision(*pair) for pair in pairs),
        p_at_5=mean(precision_at(5, *pair) for pair in pairs),
        ndcg_at_10=mean(ndcg_at(10, *pair) for pair in pairs),
        recall_at_10=mean(recall_at(10, *pair) for pair in pairs),
        p50_ms=median(times) * 1000,
    )
