"""Search over 100,000 postings: how good and how quick the vector index is, how it starts, how soon a write is found, how it grows."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from tests.benchmarks.row import Row
from tests.benchmarks.search import growth, memory, scan, throughput, whole, writes
from tests.benchmarks.search.corpus import DATA, make_corpus
from tests.benchmarks.tools import Tools

NAME = "search"


async def rows(tools: Tools) -> AsyncGenerator[Row, None]:
    if not DATA.exists():
        tools.tell(f"search: skipped, there are no listings at {DATA}")
        return
    tools.tell("search: making the corpus")
    corpus = await make_corpus(20_000 if tools.quick else 100_000)
    for part in (whole, scan, throughput, memory, writes, growth):
        async for row in part.rows(tools, corpus):
            yield row
