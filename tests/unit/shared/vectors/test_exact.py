"""The exact index against brute force: through adds, changes and removals, from memory and from files."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from shared.mongo.postings import Indexed
from shared.vectors import exact, scan, tail
from shared.vectors.base import Filters
from shared.vectors.exact import ExactIndex
from tests.vector_cases import FILTERS, D, brute_force, passes, posting, unit

STEPS = st.lists(st.lists(st.tuples(st.integers(0, 12), st.booleans(), st.booleans(), st.integers(0, 10**6)), max_size=8), max_size=12)


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that short histories grow and compact, too."""
    monkeypatch.setattr(tail, "_GROWTH", 2)
    monkeypatch.setattr(exact, "_DEAD", 3)


@given(STEPS, st.integers(1, 20), FILTERS, st.frozensets(st.sampled_from(["s0", "s1", "s2", "s3"])), st.integers(0, 12))
async def test_finds_what_brute_force_finds(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[list[tuple[int, bool, bool, int]]],
    k: int,
    filters: Filters,
    without: frozenset[str],
    saved_after: int,
) -> None:
    index, kept = ExactIndex(D), dict[str, Indexed]()
    for number, step in enumerate(steps):
        changed = [posting(n, seed, there=there, active=active) for n, there, active, seed in step]
        index.update(changed)
        for one in changed:
            kept.pop(one.greenhouse_id, None)
            if one.active and one.vector is not None:
                kept[one.greenhouse_id] = one
        if number == saved_after:
            index.save(tmp_path_factory.mktemp("snapshot") / "vectors")
    query = unit(7)
    hits = await index.search(query, k, filters, without)
    expected = list(brute_force(kept, query, filters, without).values())[:k]
    assert len(index) == len(kept)
    assert [hit.score for hit in hits] == pytest.approx(expected, abs=1e-6)
    for hit in hits:
        one = kept[hit.greenhouse_id]
        assert (hit.subject_key, hit.company, hit.first_published) == (one.subject_key, one.company_slug, one.first_published)
        assert passes(one, filters)
        assert one.subject_key not in without
    asked = [*list(kept)[::2], "unknown", "of a name that is longer than all others"]
    scored = {hit.greenhouse_id: hit.score for hit in await index.score(query, asked, filters)}
    every = brute_force(kept, query, filters, frozenset())
    assert scored == pytest.approx({name: score for name, score in every.items() if name in asked}, abs=1e-6)


def crowd(count: int, dimensions: int = D) -> list[Indexed]:
    """Postings of subjects of their own."""
    vectors = np.random.default_rng(3).normal(size=(count, dimensions)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [Indexed(f"p{n}", f"s{n}", active=True, vector=vector, remote=n % 3 == 0) for n, vector in enumerate(vectors)]


async def names(index: ExactIndex, k: int, **more: Any) -> list[str]:
    return [hit.greenhouse_id for hit in await index.search(unit(7), k, **more)]


@pytest.mark.parametrize("count", [5_000, 20_000])
@pytest.mark.parametrize("at_once", [1, 20])
async def test_the_best_of_many_are_found_whatever_bits_and_codes_round_off(count: int, at_once: int) -> None:
    """Of fewer than 8,000 all codes are compared, also of more when many ask."""
    index, many = ExactIndex(64), crowd(count, 64)
    index.update(many)
    matrix, queries = np.array([one.vector for one in many]), [unit(seed, 64) for seed in range(20)]
    hits = []
    for start in range(0, 20, at_once):
        hits += await asyncio.gather(*(index.search(query, 20) for query in queries[start : start + at_once]))
    best = [{many[row].greenhouse_id for row in np.argsort(-(matrix @ query))[:20]} for query in queries]
    found = sum(len(wanted & {hit.greenhouse_id for hit in its}) for wanted, its in zip(best, hits, strict=True))
    assert found >= 0.995 * 20 * 20


async def test_of_many_that_are_alike_or_leave_the_rest_is_found() -> None:
    """More are as near as the last that was to be chosen; those that left are nearer."""
    index = ExactIndex(D)
    index.update([Indexed(f"p{n}", f"s{n}", active=True, vector=unit(7 + n % 2), remote=n % 3 == 0) for n in range(30_000)])
    index.update([Indexed(f"p{n}", "", active=False, vector=None) for n in range(0, 4_000, 2)])
    found = await names(index, 30, filters=Filters(remote=True))
    assert len(set(found)) == 30
    assert set(found) <= {f"p{n}" for n in range(4_002, 30_000, 6)}


@pytest.mark.parametrize("count", [3_000, 20_000])
@pytest.mark.parametrize("filters", [Filters(), Filters(remote=True)])
async def test_with_many_left_out_it_looks_further(count: int, filters: Filters) -> None:
    index = ExactIndex(D)
    index.update(crowd(count))
    everything = await names(index, 2_000, filters=filters)
    assert len(everything) == (min(2_000, count // 3) if filters.remote else 2_000)
    nearest = {f"s{name[1:]}" for name in everything[:500]}
    assert await names(index, 10, filters=filters, without=nearest) == everything[500:510]


async def test_few_that_pass_are_found_as_many_are() -> None:
    """Few rows are scored by themselves, many with all the others."""
    index = ExactIndex(D)
    index.update(crowd(2_000))
    assert await names(index, 5, filters=Filters(remote=False)) == (await names(index, 5, without={f"s{n}" for n in range(0, 2_000, 3)}))
    rare = [Indexed(f"r{n}", f"r{n}", active=True, vector=unit(n), company_slug="rare") for n in range(9)]
    index.update(rare)
    assert await names(index, 20, filters=Filters(company="rare")) == list(
        brute_force({one.greenhouse_id: one for one in rare}, unit(7), Filters(), frozenset())
    )


async def test_queries_that_come_during_a_scan_share_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    index, batches = ExactIndex(D), list[int]()
    index.update(crowd(200))
    alone = [await names(index, k + 1) for k in range(40)]
    search = scan.search

    def counted(view: scan.View, queries: Any) -> Any:
        batches.append(len(queries))
        return search(view, queries)

    monkeypatch.setattr(scan, "search", counted)
    assert await asyncio.gather(*(names(index, k + 1) for k in range(40))) == alone
    assert batches == [16, 16, 8]


async def test_a_search_sees_the_rows_that_were_there_when_it_began() -> None:
    index = ExactIndex(D)
    index.update(crowd(50))
    view = index._view
    before = scan.search(view, [scan.Query(unit(7), 50)])[0]
    index.update([Indexed(f"p{n}", "", active=False, vector=None) for n in range(25)])
    index.update(crowd(500)[400:])
    assert scan.search(view, [scan.Query(unit(7), 50)])[0] == before
    assert len(await names(index, 500)) == len(index) == 125


async def test_a_posting_changed_twice_in_one_update_is_what_it_was_last() -> None:
    index = ExactIndex(D)
    index.update([posting(1, 5), posting(1, 7)])
    [hit] = await index.search(unit(7), 5)
    assert hit.score == pytest.approx(1)
    index.update([posting(1, 7), posting(1, 7, active=False)])
    assert await index.search(unit(7), 5) == []


@pytest.mark.parametrize("vector", [np.ones(3, np.float32), np.full(D, np.nan, np.float32), np.full(D, np.inf, np.float32)])
async def test_a_vector_that_cannot_be_compared_is_left_out(vector: NDArray[np.float32]) -> None:
    index = ExactIndex(D)
    index.update([posting(1, 7), Indexed("odd", "odd", active=True, vector=vector)])
    assert await names(index, 5) == ["p1"]


@pytest.mark.parametrize("vector", [np.ones(D + 1, np.float32), np.full(D, np.nan, np.float32)])
async def test_a_query_that_cannot_be_compared_fails_alone(vector: NDArray[np.float32]) -> None:
    index = ExactIndex(D)
    index.update([posting(1, 7)])
    good, bad = await asyncio.gather(names(index, 1), index.search(vector, 1), return_exceptions=True)
    assert good == ["p1"]
    assert isinstance(bad, ValueError)


async def test_a_vector_of_zeros_is_half_like_everything() -> None:
    index = ExactIndex(D)
    index.update([Indexed("blank", "blank", active=True, vector=np.zeros(D, np.float32))])
    assert [hit.score for hit in await index.search(unit(7), 5)] == [0.5]
    assert [hit.score for hit in await index.search(np.zeros(D, np.float32), 5)] == [0.5]


async def test_saved_rows_are_read_from_their_files(tmp_path: Path) -> None:
    first, second = ExactIndex(D), ExactIndex(D)
    first.update(crowd(20_000))
    first.update([Indexed("p3", "", active=False, vector=None)])
    expected = await first.search(unit(7), 30, Filters(remote=True))
    first.save(tmp_path / "vectors")
    assert await first.search(unit(7), 30, Filters(remote=True)) == expected
    assert second.load(tmp_path / "vectors")
    assert await second.search(unit(7), 30, Filters(remote=True)) == expected
    assert len(second) == 19_999
    assert not second._view.base.vectors.flags.writeable  # mapped, not copied


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("rows.json", b"{"),
        ("codes.npy", b""),
        ("bits.npy", b""),
        ("vectors.npy", b"\x93NUMPY"),
        ("place_rows.npy", None),
        ("rows.json", b'{"format": 99}'),
    ],
)
async def test_files_that_are_damaged_or_foreign_are_left_alone(tmp_path: Path, file: str, content: bytes | None) -> None:
    index = ExactIndex(D)
    index.update([posting(n, n) for n in range(9)])
    index.save(tmp_path / "vectors")
    path = tmp_path / "vectors" / file
    path.unlink() if content is None else path.write_bytes(content)
    other = ExactIndex(D)
    other.update([posting(1, 7)])
    assert not other.load(tmp_path / "vectors")
    assert await names(other, 5) == ["p1"]


@pytest.mark.parametrize("column", ["codes", "bits"])
def test_codes_and_bits_that_are_not_those_of_the_vectors_are_noticed(tmp_path: Path, column: str) -> None:
    index = ExactIndex(D)
    index.update(crowd(100))
    index.save(tmp_path / "vectors")
    assert ExactIndex(D).load(tmp_path / "vectors")
    path = tmp_path / "vectors" / f"{column}.npy"
    kept = np.load(path)
    np.save(path, np.flip(kept, axis=0 if column == "codes" else 1))
    assert not ExactIndex(D).load(tmp_path / "vectors")
    assert not ExactIndex(D + 1).load(tmp_path / "vectors")
