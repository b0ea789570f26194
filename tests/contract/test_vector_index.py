"""What every vector index promises, over all that can run here; Atlas's over a server that answers as MongoDB documents it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from shared.mongo.client import Database, open_mongo
from shared.mongo.postings import Indexed
from shared.settings import Mongo, Settings
from shared.tasks import end
from shared.vectors.atlas import AtlasIndex, index_definition
from shared.vectors.base import Filters, VectorIndex
from shared.vectors.exact import ExactIndex
from shared.vectors.synced import SyncedIndex
from tests.stubs.vector_search import VectorSearchServer
from tests.vector_cases import EPOCH, FILTERS, D, brute_force, document, posting, unit

Put = Callable[[Sequence[Indexed]], Any]


@dataclass(frozen=True)
class World:
    """An index, and how postings get into it: `put` returns when they are there."""

    index: VectorIndex
    put: Put


@asynccontextmanager
async def exact(_: Database, __: Path) -> AsyncIterator[World]:
    index = ExactIndex(D)

    async def put(changed: Sequence[Indexed]) -> None:
        index.update(changed)

    yield World(index, put)


@asynccontextmanager
async def snapshot(_: Database, folder: Path) -> AsyncIterator[World]:
    """What one process wrote and another has loaded."""
    first, second = ExactIndex(D), ExactIndex(D)

    async def put(changed: Sequence[Indexed]) -> None:
        nonlocal folder
        folder = folder / "next"
        first.update(changed)
        first.save(folder)
        assert second.load(folder)

    yield World(second, put)


@asynccontextmanager
async def synced(db: Database, _: Path) -> AsyncIterator[World]:
    index = SyncedIndex(db, "e", D)
    told = 0

    async def put(changed: Sequence[Indexed]) -> None:
        nonlocal told
        for one in changed:
            await db.jobs.replace_one({"greenhouse_id": one.greenhouse_id}, document(one), upsert=True)
        told += len(changed)
        async with asyncio.timeout(30):
            while index.following._changes < told:
                await asyncio.sleep(0.005)

    task = asyncio.create_task(index.follow())
    try:
        await asyncio.wait_for(index.loaded.wait(), 30)
        yield World(index, put)
    finally:
        await end(task)
        await index.close()


@asynccontextmanager
async def atlas(_: Database, __: Path) -> AsyncIterator[World]:
    server = VectorSearchServer()
    server.indexes["jobs_vectors"] = index_definition("e", D)

    async def put(changed: Sequence[Indexed]) -> None:
        documents = {doc["greenhouse_id"]: doc for doc in [*server.documents, *map(document, changed)]}
        server.documents = list(documents.values())

    async with server.listening() as uri, open_mongo(Settings(mongo=Mongo(mongodb_uri=SecretStr(uri)))) as db:
        yield World(AtlasIndex(db, "e", "jobs_vectors", 50), put)


WORLDS: dict[str, Callable[[Database, Path], AbstractAsyncContextManager[World]]] = {
    "exact": exact, "snapshot": snapshot, "synced": synced, "atlas": atlas,
}  # fmt: skip


@pytest.fixture(params=WORLDS)
async def world(request: pytest.FixtureRequest, db: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with WORLDS[request.param](db, tmp_path) as world:
        yield world


async def names(world: World, k: int = 10, filters: Filters = Filters(), without: Sequence[str] = ()) -> list[str]:  # noqa: B008 - frozen
    return [hit.greenhouse_id for hit in await world.index.search(unit(7), k, filters, without)]


async def test_the_best_come_first_with_all_that_is_told_of_them(world: World) -> None:
    many = [replace(posting(n, seed=n), company_slug=f"c{n}", first_published=EPOCH + timedelta(days=n)) for n in range(30)]
    await world.put(many)
    hits = await world.index.search(unit(7), 5)
    expected = brute_force({one.greenhouse_id: one for one in many}, unit(7), Filters(), frozenset())
    assert [hit.greenhouse_id for hit in hits] == list(expected)[:5]
    assert hits[0].greenhouse_id == "p7"
    best = hits[0]
    assert (best.subject_key, best.company, best.first_published) == ("s3", "c7", EPOCH + timedelta(days=7))


async def test_scores_are_half_of_one_and_the_cosine(world: World) -> None:
    vectors = [unit(7), -unit(7), np.roll(np.eye(D, dtype=np.float32)[0], 1)]
    await world.put([replace(posting(n, seed=1), vector=vector) for n, vector in enumerate(vectors)])
    scores = {hit.greenhouse_id: hit.score for hit in await world.index.search(unit(7), 3)}
    assert scores == pytest.approx({"p0": 1, "p1": 0, "p2": (1 + float(unit(7)[1])) / 2}, abs=1e-6)
    assert all(0 <= score <= 1 for score in scores.values())


async def test_there_are_no_more_than_asked_for_and_no_more_than_there_are(world: World) -> None:
    await world.put([posting(n, seed=n) for n in range(6)])
    assert [len(await names(world, k)) for k in (0, 1, 5, 6, 7, 5_000)] == [0, 1, 5, 6, 6, 6]


async def test_an_empty_index_finds_nothing(world: World) -> None:
    assert await names(world) == []
    assert await world.index.score(unit(7), ["p1"]) == []


FILTERED = [
    (Filters(company="acme"), {"p0", "p1"}),
    (Filters(location="berlin"), {"p0", "p2"}),
    (Filters(department="baking"), {"p1"}),
    (Filters(remote=True), {"p2"}),
    (Filters(remote=False), {"p0", "p1", "p3"}),
    (Filters(posted_since=EPOCH + timedelta(days=1)), {"p1", "p2"}),
    (Filters(posted_since=EPOCH + timedelta(days=1, milliseconds=1)), {"p2"}),
    (Filters(company="acme", location="berlin"), {"p0"}),
    (Filters(company="acme", location="berlin", department="baking"), set()),
    (Filters(company="oven", location="berlin", remote=True, posted_since=EPOCH), {"p2"}),
    (Filters(company="nobody"), set()),
    (Filters(location="nowhere"), set()),
]


@pytest.mark.parametrize(("filters", "expected"), FILTERED)
async def test_what_does_not_pass_the_filters_is_not_found(world: World, filters: Filters, expected: set[str]) -> None:
    day = timedelta(days=1)
    bare = [Indexed(f"p{n}", f"s{n}", active=True, vector=unit(n)) for n in range(4)]
    await world.put(
        [
            replace(bare[0], company_slug="acme", place_keys=("berlin", "germany"), first_published=EPOCH),
            replace(bare[1], company_slug="acme", department_keys=("baking",), first_published=EPOCH + day),
            replace(bare[2], company_slug="oven", place_keys=("ghent", "berlin"), remote=True, first_published=EPOCH + 2 * day),
            bare[3],
        ]
    )
    assert set(await names(world, filters=filters)) == expected
    asked = ["p0", "p2", "p3", "unknown"]
    assert {hit.greenhouse_id for hit in await world.index.score(unit(7), asked, filters)} == expected - {"p1"}


@pytest.mark.parametrize("many", [0, 200])
async def test_subjects_that_are_left_out_are_not_found(world: World, many: int) -> None:
    """Few and many: many are not left out by the server, but after it."""
    await world.put([posting(n, seed=n) for n in range(40)])
    everything = await names(world, 40)
    seen = [f"s{int(name[1:]) // 2}" for name in everything[:6]]
    left = [name for name in everything if f"s{int(name[1:]) // 2}" not in seen]
    without = seen + [f"other{n}" for n in range(many)]
    assert await names(world, 10, without=without) == left[:10]
    assert await names(world, 40, without=without) == left


async def test_a_changed_posting_is_what_it_is_now(world: World) -> None:
    await world.put([posting(n, seed=n) for n in range(5)])
    await world.put([replace(posting(3, seed=7), company_slug="new", place_keys=("oslo",))])
    [best, *_] = await world.index.search(unit(7), 5)
    assert (best.greenhouse_id, best.company) == ("p3", "new")
    assert best.score == pytest.approx(1)
    assert await names(world, filters=Filters(location="oslo")) == ["p3"]
    assert len(await names(world)) == 5


async def test_a_closed_posting_leaves_and_comes_back(world: World) -> None:
    await world.put([posting(n, seed=n) for n in range(5)])
    await world.put([posting(3, seed=3, active=False)])
    assert sorted(await names(world)) == ["p0", "p1", "p2", "p4"]
    assert await world.index.score(unit(7), ["p3"]) == []
    await world.put([posting(3, seed=3)])
    assert len(await names(world)) == 5


async def test_a_posting_that_is_not_embedded_yet_is_not_found(world: World) -> None:
    await world.put([posting(0, seed=0), posting(1, seed=1, there=False)])
    assert await names(world) == ["p0"]
    assert [hit.greenhouse_id for hit in await world.index.score(unit(7), ["p0", "p1"])] == ["p0"]


async def test_many_at_once_get_what_each_would_get_alone(world: World) -> None:
    await world.put([posting(n, seed=n) for n in range(60)])
    queries = [(unit(n), 1 + n % 7, Filters(remote=n % 2 == 0 or None)) for n in range(40)]
    alone = [await world.index.search(*query) for query in queries]
    together = await asyncio.gather(*(world.index.search(*query) for query in queries))
    assert [[hit.greenhouse_id for hit in hits] for hits in together] == [[hit.greenhouse_id for hit in hits] for hits in alone]


MANY = {one.greenhouse_id: one for one in (posting(n, seed=n * 7, active=n % 9 != 0) for n in range(120))}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(st.integers(0, 99), st.integers(1, 50), FILTERS, st.frozensets(st.integers(0, 60).map("s{}".format), max_size=30))
async def test_it_finds_what_brute_force_finds(world: World, seed: int, k: int, filters: Filters, without: frozenset[str]) -> None:
    living = {name: one for name, one in MANY.items() if one.active}
    if not await names(world):  # one world for all examples
        await world.put(list(MANY.values()))
    hits = await world.index.search(unit(seed), k, filters, without)
    expected = list(brute_force(living, unit(seed), filters, without).values())[:k]
    assert [hit.score for hit in hits] == pytest.approx(expected, abs=1e-6)
