"""A search is answered whatever is down, within a second, and says what was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import psutil
import pytest
from numpy.typing import NDArray
from pymongo import AsyncMongoClient

from services.backend import app as backend
from services.backend.search.standby import Standby
from shared.embeddings.local import LocalEmbedder, open_local
from shared.errors import Unavailable
from shared.mongo import postings, views
from shared.mongo.client import REQUEST_TIMEOUT_S, Client, Database
from shared.mongo.embedded import EmbeddedMongo, running_uri
from shared.mongo.views import Hiding
from shared.schemas.subjects import SubjectId
from shared.vectors.synced import Following
from tests.integration.backend.catalogue import ROLES, give_reel, imported, row
from tests.serving import serving

REELS = ("baker", "pastry", "nurse", "welder")
PATIENCE_S = 60


@pytest.fixture
def own_mongo(tmp_path: Path) -> Iterator[EmbeddedMongo]:
    mongo = EmbeddedMongo(tmp_path / "mongo")
    yield mongo
    mongo.stop()


@pytest.fixture
async def own_db(own_mongo: EmbeddedMongo) -> AsyncIterator[Database]:
    client: Client = AsyncMongoClient(await asyncio.to_thread(own_mongo.start), tz_aware=True)
    async with client:
        await imported(client["reelwright"], open_local(), *map(row, ROLES))
        for key in REELS:
            await give_reel(client["reelwright"], key)
        yield client["reelwright"]


@pytest.fixture
async def client(
    own_mongo: EmbeddedMongo, own_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx2.AsyncClient]:
    monkeypatch.setenv("MONGODB_URI", _uri(own_mongo))
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("FALLBACK_VIDEO_IDS", "v-welder,v-unknown")
    async with serving(backend.app) as url, httpx2.AsyncClient(base_url=url, timeout=PATIENCE_S) as http:
        await until_ready(http)
        yield http


async def until_ready(client: httpx2.AsyncClient) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while (await client.get("/health/ready")).status_code != 200:
            await asyncio.sleep(0.02)


async def search(client: httpx2.AsyncClient, prompt: str = "baker", user: str = "ann", **more: Any) -> dict[str, Any]:
    response = await client.post("/jobs/search", json={"text_prompt": prompt, "user_id": user, **more})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def until_degraded(client: httpx2.AsyncClient, *degraded: str, **asked: Any) -> dict[str, Any]:
    """The answer of the first search that lacks just this: on a busy machine time may run out for more."""
    async with asyncio.timeout(PATIENCE_S):
        while tuple((answer := await search(client, **asked))["degraded"]) != degraded:
            pass
    return answer


def ids(answer: dict[str, Any]) -> list[str]:
    return [result["posting"]["greenhouse_id"] for result in answer["results"]]


def reasons(answer: dict[str, Any]) -> set[str]:
    return {result["reason"] for result in answer["results"]}


def _uri(mongo: EmbeddedMongo) -> str:
    uri = running_uri(mongo.data_dir)
    assert uri
    return uri


async def _no_model(self: LocalEmbedder, texts: Sequence[str], **_: Any) -> NDArray[np.float32]:
    raise Unavailable(f"no model for {len(texts)} texts", code="embedder_unavailable")


async def test_without_the_embedder_words_find_what_they_can(client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalEmbedder, "embed", _no_model)
    answer = await search(client, "pipe wlder")
    assert answer["degraded"] == ["embedder_unavailable"]
    assert 'reelwright_search_degraded_total{part="embedder_unavailable"}' in (await client.get("/metrics")).text
    assert ids(answer)[0] == "welder", "a typo is borne"
    assert (answer["results"][0]["reason"], answer["results"][0]["score"]) == ("words", None)
    assert not answer["generation_triggered"], "words alone are no reason to make a reel"


async def test_filters_hold_without_the_embedder(client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalEmbedder, "embed", _no_model)
    assert ids(await search(client, "baker", location="Ghent"))
    assert ids(await search(client, "baker", user="bob", location="Antwerp")) == []


async def test_until_the_index_is_loaded_the_newest_reels_are_shown(
    own_mongo: EmbeddedMongo, own_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONGODB_URI", _uri(own_mongo))
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr(Following, "follow", _never)
    baker = await own_db.jobs.find_one({"greenhouse_id": "baker"})
    assert baker
    await views.set_hidden(own_db, "cleo", [Hiding(SubjectId("posting", baker["subject_key"]), "baker", hidden=True, at=datetime.now(UTC))])
    async with serving(backend.app) as url, httpx2.AsyncClient(base_url=url, timeout=PATIENCE_S) as client:
        async with asyncio.timeout(PATIENCE_S):
            while len(ids(answer := await search(client))) < len(REELS):
                pass
        hers = await search(client, user="cleo")
    assert answer["degraded"] == ["index_loading"]
    assert (set(ids(answer)), reasons(answer)) == (set(REELS), {"newest"})
    assert set(ids(hers)) == set(REELS) - {"baker"}, "what she hid long ago, too"


async def _never(_: Following) -> None:
    await asyncio.Event().wait()


async def test_an_index_that_is_behind_shows_nothing_that_is_closed(
    client: httpx2.AsyncClient, own_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postings, "as_indexed", _stuck)
    await own_db.jobs.update_one({"greenhouse_id": "baker"}, {"$set": {"active": False}})
    answer = await search(client)
    assert (ids(answer)[0], answer["degraded"]) == ("pastry", [])
    assert "baker" not in ids(answer)


def _stuck(*_: Any) -> Any:
    raise Unavailable("it hears of no change", code="mongo_unavailable")


async def test_with_the_database_gone_what_was_found_before_is_shown_and_it_recovers(
    client: httpx2.AsyncClient, own_mongo: EmbeddedMongo
) -> None:
    before = await search(client)
    hide = {"event_id": "1", "type": "hide", "video_id": "v-nurse", "at": str(datetime.now(UTC))}
    assert (await client.post("/events", json={"user_id": "dora", "events": [hide]})).json()["accepted"] == 1
    own_mongo.kill()
    await asyncio.to_thread(own_mongo.stop)
    gone = await search(client, user="dora")
    assert "nurse" not in ids(gone), "what is hidden stays hidden"
    again = await search(client)
    assert (again["degraded"], ids(again), reasons(again)) == (["mongo_unavailable"], ids(before), {"last_good"})
    assert (again["feed_id"], again["next_cursor"], again["generation_triggered"]) == (None, None, False)
    other = await search(client, "hospital nurse for children")
    assert (ids(other)[0], other["results"][0]["reason"]) == ("nurse", "match")
    assert set(ids(other)) == set(REELS), "filled up with any"
    assert ids(await search(client, user="emma", location="Antwerp")) == [], "but not with what a filter keeps out"
    visit = await client.post("/feeds", json={"user_id": "cleo"})
    assert (visit.status_code, visit.json()["feed_id"], visit.json()["degraded"]) == (201, None, ["mongo_unavailable"])
    assert set(ids(visit.json())) == set(REELS)
    assert (await client.get("/jobs/1")).status_code == 503
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["errors"][0]["field"]) == (503, "mongo")
    assert (await client.get("/health/live")).status_code == 200
    await asyncio.to_thread(own_mongo.start)
    await until_ready(client)
    assert (await until_degraded(client))["feed_id"]


async def test_a_database_that_hangs_does_not_hang_the_search(client: httpx2.AsyncClient, own_mongo: EmbeddedMongo) -> None:
    mongod = next(
        p for p in psutil.process_iter(["cmdline"]) if str(own_mongo.data_dir) in (p.info["cmdline"] or ()) and "mongod" in p.name()
    )
    mongod.suspend()
    try:
        async with asyncio.timeout(REQUEST_TIMEOUT_S):
            answer = await search(client, "somebody who welds")
        async with asyncio.timeout(2 * REQUEST_TIMEOUT_S):
            assert (await client.get("/jobs/1")).status_code == 503
    finally:
        mongod.resume()
    assert (ids(answer)[0], answer["degraded"]) == ("welder", ["mongo_unavailable"])
    await until_ready(client)


async def test_where_no_reel_is_current_those_that_were_named_for_it_are_shown(own_db: Database) -> None:
    await own_db.jobs.update_many({}, {"$set": {"active": False}})
    standby = Standby(own_db, ["v-welder", "v-unknown", "v-baker"])
    await standby.refresh()
    assert [reel.video.video_id for reel in standby.any("ann", 5)] == ["v-welder", "v-baker"]
    assert standby.any("ann", 1)[0].subject.first.title == "Pipe welder"
    assert not Standby(own_db, []).any("ann", 5), "the last resort is an empty list"
