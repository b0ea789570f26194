"""A database laid out as the seed describes, migrated and searched over HTTP: jobs are found, old reels play, what was seen is known."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from services.backend import app as backend
from services.backend.postings import changeover, reembed
from services.migrate import context_of
from services.video.app import create as create_video
from services.web.migrated import Migrated
from shared.embeddings.local import open_local
from shared.errors import Unavailable
from shared.mongo.client import Database
from shared.mongo.migrations.runner import migrate
from shared.settings import Mongo, Process, Settings
from shared.tasks import end
from tests.seed_shaped import CDN, lay_out
from tests.serving import serving

PATIENCE_S = 60


@pytest.fixture
async def migrated(db: Database) -> Database:
    """The seed's database after `migrate`, and after the embedder in use has seen all of it."""
    await lay_out(db)
    await migrate(db, context_of(Settings()), "w1")
    embedder = open_local()
    following = asyncio.create_task(reembed.follow(db, embedder, Settings(), look_s=0.1))
    await asyncio.wait_for(changeover.until_complete(db, embedder.embedder_id, look_s=0.05), PATIENCE_S)
    await end(following)
    return db


@pytest.fixture
async def client(migrated: Database, mongo_uri: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx2.AsyncClient]:
    monkeypatch.setenv("MONGODB_URI", mongo_uri)
    monkeypatch.setenv("MONGODB_DATABASE", migrated.name)
    async with serving(backend.app) as url, httpx2.AsyncClient(base_url=url) as http, asyncio.timeout(PATIENCE_S):
        while (await http.get("/health/ready")).status_code != 200:
            await asyncio.sleep(0.05)
        yield http


async def search(client: httpx2.AsyncClient, prompt: str, user: str) -> dict[str, Any]:
    response = await client.post("/jobs/search", json={"text_prompt": prompt, "user_id": user})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def test_an_old_reel_is_found_and_plays_where_it_always_did(client: httpx2.AsyncClient) -> None:
    answer = await search(client, "baker of sourdough bread", "carl")

    assert answer["degraded"] == []
    (result,) = [each for each in answer["results"] if each["posting"]["greenhouse_id"] == "g-baker"]
    assert (result["video_id"], result["seen"], result["mp4_url"]) == ("v-new", False, None)
    assert result["playback_url"] == f"{CDN}/hls/v-new/master.m3u8"
    assert result["poster_url"] == f"{CDN}/hls/v-new/poster.jpg"
    assert result["posting"]["places"] == ["Ghent, Belgium"]


async def test_a_job_that_waits_since_the_seed_serves_a_search(client: httpx2.AsyncClient) -> None:
    answer = await search(client, "pipe welder", "carl")

    assert "j-queued" in answer["generation_job_ids"]


async def test_what_was_seen_before_is_marked_so(client: httpx2.AsyncClient) -> None:
    answer = await search(client, "baker of sourdough bread", "ann")

    assert {each["video_id"]: each["seen"] for each in answer["results"]}["v-new"] is True


async def test_the_video_service_plays_old_reels(migrated: Database, mongo_uri: str, tmp_path: Any) -> None:
    mongo = Mongo.model_validate({"mongodb_uri": mongo_uri, "mongodb_database": migrated.name})
    app = create_video(Settings(mongo=mongo, process=Process(data_dir=tmp_path)))
    async with serving(app) as url, httpx2.AsyncClient(base_url=url) as http:
        by_posting, by_id = await http.get("/video", params={"greenhouse_id": "g-baker"}), await http.get("/video/v-old")

    assert by_posting.json()["video_id"] == "v-new"
    assert by_id.json()["playback_url"] == f"{CDN}/hls/v-old/master.m3u8"
    assert (by_id.json()["mp4_url"], by_id.json()["captions_url"]) == (None, None)


async def test_a_backend_on_a_database_not_migrated_answers_all_the_same(
    db: Database, mongo_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lay_out(db)
    monkeypatch.setenv("MONGODB_URI", mongo_uri)
    monkeypatch.setenv("MONGODB_DATABASE", db.name)
    async with serving(backend.app) as url, httpx2.AsyncClient(base_url=url) as http:
        answer = await search(http, "baker", "carl")
        assert (await http.get("/health/live")).status_code == 200

    assert answer["results"] == []
    assert await db.generation_jobs.count_documents({}) == 10


async def test_readiness_names_what_is_pending_until_it_is_done(db: Database) -> None:
    await lay_out(db)
    migrated, done = Migrated(), asyncio.Event()

    async def then() -> None:
        done.set()

    await migrated.check(None)  # type: ignore[arg-type]  # nothing is known yet
    following = asyncio.create_task(migrated.follow(db, then))
    async with asyncio.timeout(PATIENCE_S):
        while not migrated.pending:
            await asyncio.sleep(0.01)
    with pytest.raises(Unavailable, match="python -m services migrate"):
        await migrated.check(None)  # type: ignore[arg-type]
    assert not done.is_set()
    await migrate(db, context_of(Settings()), "w1")
    await asyncio.wait_for(following, PATIENCE_S)
    assert done.is_set()
    await migrated.check(None)  # type: ignore[arg-type]
