"""Which vector index is chosen, and what is said of it; `python -m services indexes` on servers with and without search indexes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import structlog
from pydantic import SecretStr
from structlog.testing import capture_logs

from services import indexes
from services.indexes import Report, ensure, words
from shared.errors import Unavailable
from shared.mongo import search_indexes
from shared.mongo.client import Database, open_mongo
from shared.settings import Embeddings, Mongo, Process, Settings
from shared.vectors import open as open_module
from shared.vectors.atlas import AtlasIndex, index_definition
from shared.vectors.open import open_index
from shared.vectors.synced import SyncedIndex
from tests.stubs.vector_search import VectorSearchServer
from tests.vector_cases import D, document, posting, unit

NAME = "jobs_vectors"


class FakeEmbedder:
    """Of the id of the cases' documents; nothing is embedded here."""

    embedder_id = "e"
    dimensions = D
    threshold = 0.5

    async def embed(self, texts: Any, *, kind: str = "query") -> Any:
        raise NotImplementedError

    async def aclose(self) -> None:
        pass


@pytest.fixture
def server() -> VectorSearchServer:
    return VectorSearchServer()


@pytest.fixture
async def atlas(server: VectorSearchServer) -> AsyncIterator[Database]:
    async with server.listening() as uri, open_mongo(Settings(mongo=Mongo(mongodb_uri=SecretStr(uri)))) as db:
        yield db


async def chosen(db: Database, folder: Path, vector_index: Literal["auto", "exact", "atlas"] = "auto") -> tuple[type, str]:
    """The index's class and why."""
    settings = Settings(process=Process(data_dir=folder), embeddings=Embeddings(vector_index=vector_index))
    with capture_logs() as logs, pytest.MonkeyPatch.context() as patch:
        patch.setattr(open_module, "log", structlog.get_logger())  # one that nobody has configured yet
        index, following = await open_index(db, settings, FakeEmbedder())
    await following.close()
    return type(index), " ".join(log.get("reason", "") for log in logs)


async def test_a_server_with_the_index_searches_itself(atlas: Database, server: VectorSearchServer, tmp_path: Path) -> None:
    server.indexes[NAME] = index_definition("e", D)
    assert await chosen(atlas, tmp_path) == (AtlasIndex, "")
    assert await chosen(atlas, tmp_path, "exact") == (SyncedIndex, "")


async def test_a_server_without_the_index_does_not(atlas: Database, server: VectorSearchServer, db: Database, tmp_path: Path) -> None:
    found, why = await chosen(db, tmp_path)
    assert found is SyncedIndex
    assert "no search indexes" in why
    assert "searched in this process" in why
    assert await chosen(db, tmp_path, "atlas") == (AtlasIndex, "")
    server.looks = 9
    for definition, said in (
        (None, "is missing"),
        (index_definition("other", D), "not the one"),
        (index_definition("e", D), "not built yet"),
    ):
        server.indexes = {NAME: definition} if definition else {}
        found, why = await chosen(atlas, tmp_path)
        assert found is SyncedIndex
        assert said in why
        assert "python -m services indexes" in why


async def test_a_database_that_does_not_answer_holds_nobody_up(tmp_path: Path) -> None:
    async with open_mongo(Settings(mongo=Mongo(mongodb_uri=SecretStr("mongodb://127.0.0.1:9"), mongodb_timeout_ms=100))) as db:
        found, why = await chosen(db, tmp_path)
    assert found is SyncedIndex
    assert "does not answer" in why


@pytest.mark.parametrize(
    "reply",
    [
        {"ok": 0.0, "code": 6, "errmsg": "PlanExecutor error during aggregation :: caused by :: Error connecting to localhost:28000"},
        {"ok": 0.0, "code": 8, "errmsg": "Path 'active' needs to be indexed as filter"},
        {"ok": 0.0, "code": 40324, "errmsg": "Unrecognized pipeline stage name: '$vectorSearch'"},
        {"ok": 0.0, "code": 11600, "errmsg": "interrupted at shutdown"},
    ],
)
async def test_whatever_the_server_says_instead_is_unavailable(atlas: Database, server: VectorSearchServer, reply: dict[str, Any]) -> None:
    server.broken = reply
    with pytest.raises(Unavailable, match=r"vectorSearch|does not answer"):
        await AtlasIndex(atlas, "e", NAME, 50).search(unit(7), 5)


async def test_a_server_that_is_away_is_unavailable() -> None:
    index_of = Settings(mongo=Mongo(mongodb_uri=SecretStr("mongodb://127.0.0.1:9"), mongodb_timeout_ms=100))
    async with open_mongo(index_of) as db:
        index = AtlasIndex(db, "e", NAME, 50)
        for asked in (index.search(unit(7), 5), index.score(unit(7), ["p1"])):
            with pytest.raises(Unavailable):
                await asked


async def test_with_many_left_out_the_server_is_asked_for_more_until_there_are_enough(atlas: Database, server: VectorSearchServer) -> None:
    server.indexes[NAME] = index_definition("e", D)
    server.documents = [document(posting(n, seed=n)) for n in range(400)]
    query = np.asarray(unit(7))
    index = AtlasIndex(atlas, "e", NAME, 50)
    everything = await index.search(query, 400)
    seen = {hit.subject_key for hit in everything[:200]}
    server.asked.clear()
    expected = [hit for hit in everything if hit.subject_key not in seen][:10]
    assert await index.search(query, 10, without=seen) == expected
    assert [command["pipeline"][0]["$vectorSearch"]["limit"] for command in server.asked] == [20, 80, 320]


def tell(_: str) -> None:
    pass


@pytest.fixture
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "_LOOK_S", 0.01)


@pytest.mark.usefixtures("_hurried")
async def test_the_index_is_created_awaited_changed_and_left_alone(atlas: Database, server: VectorSearchServer) -> None:
    told: list[str] = []
    assert (await ensure(atlas, FakeEmbedder(), NAME, tell, plan=True)).vector_index == "missing"
    assert server.indexes == {}
    server.looks = 4
    report = await ensure(atlas, FakeEmbedder(), NAME, told.append, plan=False)
    assert (report.vector_index, report.now) == ("missing", "ready")
    assert server.indexes == {NAME: index_definition("e", D)}
    assert any("builds the search index jobs_vectors (building" in line for line in told)
    assert (await ensure(atlas, FakeEmbedder(), NAME, tell, plan=False)).vector_index == "ready"
    server.indexes[NAME] = index_definition("e", D + 1)
    assert (await ensure(atlas, FakeEmbedder(), NAME, tell, plan=True)).now == "differs"
    assert server.indexes[NAME] == index_definition("e", D + 1)
    assert (await ensure(atlas, FakeEmbedder(), NAME, tell, plan=False)).now == "ready"
    assert server.indexes[NAME] == index_definition("e", D)


@pytest.mark.usefixtures("_hurried")
async def test_an_index_that_is_never_ready_is_not_awaited_for_ever(
    atlas: Database, server: VectorSearchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexes, "_BUILD_S", 0.05)
    server.looks = 10**9
    with pytest.raises(Unavailable, match="not ready"):
        await ensure(atlas, FakeEmbedder(), NAME, tell, plan=False)


async def test_without_search_indexes_the_others_are_created(db: Database) -> None:
    planned = await ensure(db, FakeEmbedder(), NAME, tell, plan=True)
    assert "jobs.greenhouse_id" in planned.created
    assert "greenhouse_id" not in await db.jobs.index_information()
    done = await ensure(db, FakeEmbedder(), NAME, tell, plan=False)
    assert (done.created, done.vector_index, done.now) == (planned.created, "not offered", "not offered")
    assert "greenhouse_id" in await db.jobs.index_information()
    assert (await ensure(db, FakeEmbedder(), NAME, tell, plan=False)).created == []
    with pytest.raises(search_indexes.NotOffered):
        await search_indexes.create(db, NAME, index_definition("e", D))


def test_the_report_says_what_was_done_or_would_be() -> None:
    assert words(Report(["jobs.a", "jobs.b"], NAME, "missing", "missing"), plan=True) == [
        "indexes: would create jobs.a, jobs.b",
        "vector search index jobs_vectors: it would be created",
    ]
    assert words(Report([], NAME, "differs", "ready"), plan=False)[1] == "vector search index jobs_vectors: changed, and ready"
    assert "searched in the backend's process" in words(Report([], NAME, "not offered", "not offered"), plan=False)[1]
