"""One search of the exact index, without a loop or a server around it: how good, and beside what its parts must cost at least.

The filter lets every other posting through, so that all codes are read. The floor reads the same codes once, with numpy's `max`: by one
thread, and by as many as the search uses. sqlite-vec searches the same codes, with the same filter, in memory.
"""

from __future__ import annotations

import ctypes
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import sqlite_vec  # type: ignore[import-untyped]
from numpy.typing import NDArray

from shared.vectors import dots, scan
from shared.vectors.base import Filters
from shared.vectors.dots import quantised
from shared.vectors.exact import ExactIndex
from tests.benchmarks.row import Goal, Row, beside
from tests.benchmarks.search.corpus import Corpus
from tests.benchmarks.tools import Tools, in_pairs

_K = 20
_HALF, _FEW = Filters(remote=True), Filters(department="department 7")
_THREADS = dots._CORES
_NOTE = f"search.filtered_scan: the whole search (filter, scan, rescoring, hits) by {_THREADS} threads"

Timed = Callable[[], Awaitable[float]]


async def rows(tools: Tools, corpus: Corpus) -> AsyncIterator[Row]:
    tools.tell("search.recall_at_20")
    index, rounds = loaded(corpus), 10 if tools.quick else 60
    yield Row("search.recall_at_20", recall(corpus, index), "of 1", goal=Goal("ours", "≥", 0.995))
    tools.tell("search.filtered_scan")
    half = timed(lambda: searched(index, corpus, _HALF))
    for readers in (1, _THREADS):
        figures = beside(await in_pairs(half, timed(reading(index._view.tail.codes, readers)), rounds))
        name, goal = ("", Goal("ratio", "≤", 1.3)) if readers == 1 else (f"_beside_{readers}_readers", None)
        yield Row(f"search.filtered_scan{name}", figures[0], "ms", f"{readers} thread(s) reading the codes", *figures[1:], goal, _NOTE)
    figures = beside(await in_pairs(timed(lambda: searched(index, corpus, _FEW)), half, rounds))
    yield Row("search.narrow_filter_scan", figures[0], "ms", "a filter that half pass", *figures[1:])
    tools.tell("search.beside_sqlite_vec")
    database = in_sqlite(corpus)
    theirs = timed(lambda: searched_in_sqlite(database, corpus))
    figures = beside(await in_pairs(rate(half), rate(theirs), 3 if tools.quick else 10))
    yield Row("search.beside_sqlite_vec", figures[0], "searches/s", "sqlite-vec, int8", *figures[1:], Goal("ratio", "≥", 10))
    database.close()


def loaded(corpus: Corpus) -> ExactIndex:
    index = ExactIndex(corpus.dimensions)
    for chunk in corpus.chunks():
        index.update(chunk)
    return index


def recall(corpus: Corpus, index: ExactIndex) -> float:
    """The share of the 20 nearest of each wish that is found."""
    found = 0
    for query in corpus.queries:
        nearest = np.argpartition(corpus.vectors @ query, -_K)[-_K:]
        hits = scan.search(index._view, [scan.Query(query, _K)])[0]
        found += len({corpus.ids[number] for number in nearest.tolist()} & {hit.greenhouse_id for hit in hits})
    return found / (_K * len(corpus.queries))


def searched(index: ExactIndex, corpus: Corpus, filters: Filters) -> None:
    assert len(scan.search(index._view, [scan.Query(corpus.queries[0], _K, filters)])[0]) == _K


def reading(codes: NDArray[np.int8], readers: int) -> Callable[[], None]:
    """Reads every code once."""
    parts, pool = np.array_split(codes, readers), ThreadPoolExecutor(readers)

    def read() -> None:
        assert max(map(np.max, parts) if readers == 1 else pool.map(np.max, parts)) == 127

    return read


def in_sqlite(corpus: Corpus) -> sqlite3.Connection:
    database = _with_vectors()
    database.execute(f"create virtual table postings using vec0(vector int8[{corpus.dimensions}] distance_metric=cosine, remote boolean)")
    for start in range(0, len(corpus), 10_000):
        codes, _ = quantised(corpus.vectors[start : start + 10_000])
        rows = ((row.tobytes(), number % 2 == 0) for number, row in enumerate(codes, start))
        database.executemany("insert into postings(vector, remote) values (vec_int8(?), ?)", rows)
    return database


def _with_vectors() -> sqlite3.Connection:
    """Some Pythons cannot load extensions into their SQLite; the SQLite itself can."""
    database = sqlite3.connect(":memory:")
    if hasattr(database, "enable_load_extension"):
        sqlite_vec.load(database)
        return database
    extension = ctypes.CDLL(f"{sqlite_vec.loadable_path()}.so")
    ctypes.CDLL("libsqlite3.so.0").sqlite3_auto_extension(extension.sqlite3_vec_init)
    return sqlite3.connect(":memory:")


def searched_in_sqlite(database: sqlite3.Connection, corpus: Corpus) -> None:
    codes, _ = quantised(corpus.queries[:1])
    query = "select rowid, distance from postings where vector match vec_int8(?) and k = ? and remote = true"
    assert len(database.execute(query, (codes.tobytes(), _K)).fetchall()) == _K


def timed(work: Callable[[], None]) -> Timed:
    """Milliseconds of one run."""

    async def run() -> float:
        started = time.perf_counter()
        work()
        return (time.perf_counter() - started) * 1000

    return run


def rate(timed: Timed) -> Timed:
    """Runs a second, told by one."""

    async def run() -> float:
        return 1000 / await timed()

    return run
