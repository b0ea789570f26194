"""How a search and the index's memory grow to a million postings. Each size is an index in a process of its own."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median

import numpy as np
import psutil

from shared.vectors import scan
from shared.vectors.base import Filters
from tests.benchmarks.row import Row
from tests.benchmarks.search.corpus import Corpus, make_corpus
from tests.benchmarks.search.scan import loaded
from tests.benchmarks.tools import Tools

SIZES = (10_000, 100_000, 1_000_000)
_QUERIES = 30


async def rows(tools: Tools, corpus: Corpus) -> AsyncIterator[Row]:
    if tools.quick:
        return
    figures: list[dict[str, float]] = []
    for size in SIZES:
        tools.tell(f"search.scan_among_{size}")
        figures.append(await asyncio.to_thread(_measured, size, tools.folder / f"growth_{size}"))
    smallest = f"among {SIZES[0]:,}"
    for size, told in zip(SIZES[1:], figures[1:], strict=True):
        for name, unit in (("scan", "ms"), ("memory", "MB")):
            first = figures[0][name]
            yield Row(f"search.{name}_among_{size}", told[name], unit, smallest, first, told[name] / first)


def _measured(size: int, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.search.growth", str(size), str(folder)]
    told: dict[str, float] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=1800).stdout)
    return told


async def main(size: int, folder: Path) -> None:
    """The median of searches with a filter that half pass, and how much of the snapshot stays in memory after them."""
    corpus, process = await make_corpus(size), psutil.Process()
    before = process.memory_full_info().pss
    index = loaded(corpus)
    index.save(folder)
    times = []
    for query in corpus.queries[:_QUERIES]:
        started = time.perf_counter()
        scan.search(index._view, [scan.Query(np.asarray(query), 20, Filters(remote=True))])
        times.append((time.perf_counter() - started) * 1000)
    print(json.dumps({"scan": median(times), "memory": (process.memory_full_info().pss - before) / 1e6}))  # noqa: T201 - the parent reads


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
