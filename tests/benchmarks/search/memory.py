"""What the index takes, in a process of its own: loaded from the database, and mapped from a snapshot that another process has mapped, too.

The figure is the growth of the process's proportional set (PSS), in which a page that two share counts half for each.
"""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import psutil

from shared.mongo.postings import Indexed
from shared.vectors import scan
from shared.vectors.exact import ExactIndex
from tests.benchmarks.row import Row
from tests.benchmarks.search.corpus import Corpus
from tests.benchmarks.search.scan import loaded
from tests.benchmarks.tools import Tools

_PER = 100_000
_QUERIES = 20
_NOTE = "search.memory: PSS per 100,000 postings after 20 searches, the text index not among them"


async def rows(tools: Tools, corpus: Corpus) -> AsyncIterator[Row]:
    tools.tell("search.memory")
    folder = tools.folder / "memory"
    index = loaded(corpus)
    np.save(tools.folder / "queries.npy", corpus.queries[:_QUERIES])
    index.save(folder)  # this process has it mapped from now on
    scan.search(index._view, [scan.Query(corpus.queries[0], 20)])
    for name, mode in (("loaded", "copied"), ("mapped", "mapped")):
        shared, own = await asyncio.to_thread(grown, mode, folder, tools.folder / "queries.npy")
        note = f"{_NOTE}; {name}: of it {own * _PER / len(corpus):,.0f} MB are its own"
        yield Row(f"search.memory_{name}", shared * _PER / len(corpus), "MB", note=note)


def grown(mode: str, folder: Path, queries: Path) -> tuple[float, float]:
    """MB of a process that does as `mode` says, and how much of it nobody shares."""
    command = [sys.executable, "-m", "tests.benchmarks.search.memory", mode, str(folder), str(queries)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600).stdout
    shared, own = map(float, told.split())
    return shared, own


def main(mode: str, folder: Path, queries: Path) -> None:
    process, wishes = psutil.Process(), np.load(queries)
    kept = ExactIndex(wishes.shape[1])
    warm = wishes[0] @ np.ones((wishes.shape[1], 8), np.float32)  # what the libraries take is not the index's
    assert len(warm) == 8
    before = process.memory_full_info()
    assert kept.load(folder)
    if mode == "copied":
        kept = copied(kept)
        gc.collect()
    for query in wishes:
        scan.search(kept._view, [scan.Query(query, 20)])
    after = process.memory_full_info()
    print((after.pss - before.pss) / 1e6, (after.uss - before.uss) / 1e6)  # noqa: T201 - the parent reads it


def copied(mapped: ExactIndex) -> ExactIndex:
    """As one that was told of every posting has them."""
    base, index = mapped._view.base, ExactIndex(mapped._dimensions)
    words = mapped._view.words.company.words
    for start in range(0, len(base), 1_000):
        rows = range(start, min(start + 1_000, len(base)))
        index.update(
            [
                Indexed(
                    base.ids[row].decode(),  # type: ignore[union-attr]
                    base.subjects[row].decode(),  # type: ignore[union-attr]
                    active=True,
                    vector=base.vectors[row],
                    company_slug=words[base.company[row]],
                    place_keys=(f"place {row % 900}", f"country {row % 30}", f"whole {row % 1000}"),
                    department_keys=(f"department {row % 40}",),
                )
                for row in rows
            ]
        )
    return index


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
