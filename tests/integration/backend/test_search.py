"""POST /jobs/search over real HTTP, a real mongod and the real embedding model, with no, some and all reels present."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from services.backend import app as backend
from shared.embeddings.local import LocalEmbedder
from shared.errors import PermanentJobError
from shared.mongo import generation_attempts as attempts
from shared.mongo.client import Database
from shared.schemas.generation import ACTIVE, GenerationJob
from shared.settings import Queue
from tests.integration.backend.catalogue import ROLES, give_reel, imported, row
from tests.serving import serving


@pytest.fixture
async def client(
    db: Database, embedder: LocalEmbedder, mongo_uri: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx2.AsyncClient]:
    await imported(db, embedder, *(row(key) for key in ROLES))
    monkeypatch.setenv("MONGODB_URI", mongo_uri)
    monkeypatch.setenv("MONGODB_DATABASE", db.name)
    monkeypatch.setenv("SEARCH_TIMEOUT_S", "30")
    async with serving(backend.app) as url, httpx2.AsyncClient(base_url=url) as http:
        async with asyncio.timeout(60):
            while (await http.get("/health/ready")).status_code != 200:
                await asyncio.sleep(0.01)
        yield http


async def search(client: httpx2.AsyncClient, prompt: str = "baker", user: str = "ann", **more: Any) -> dict[str, Any]:
    response = await client.post("/jobs/search", json={"text_prompt": prompt, "user_id": user, **more})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def test_with_no_reels_the_best_matches_are_asked_for(client: httpx2.AsyncClient, db: Database) -> None:
    answer = await search(client)
    assert (answer["results"], answer["count"], answer["degraded"]) == ([], 0, [])
    assert answer["generation_triggered"]
    assert answer["generation"]["pending"] == len(answer["generation_job_ids"]) == 2
    jobs = [GenerationJob.model_validate(doc) async for doc in db.generation_jobs.find()]
    assert {job.subject_key for job in jobs} == {"baker", "pastry"}
    assert all(job.user_id == "ann" and job.status == "queued" and job.output_video_id for job in jobs)


async def test_with_some_reels_they_are_shown_and_the_rest_is_made(client: httpx2.AsyncClient, db: Database) -> None:
    await give_reel(db, "baker")
    answer = await search(client)
    assert answer["greenhouse_ids"] == ["baker"]
    result = answer["results"][0]
    assert (result["reason"], result["seen"]) == ("match", False)
    assert result["playback_url"].endswith("/media/hls/v-baker/master.m3u8")
    assert result["posting"] == {
        "greenhouse_id": "baker", "title": "Artisan baker", "company_name": "Oven & Co", "places": ["Ghent"], "remote": False, "pay": None,
        "absolute_url": None, "first_published": None,
    }  # fmt: skip
    assert await db.generation_jobs.distinct("subject_key") == ["pastry"]


async def test_with_all_reels_nothing_is_made_and_matches_come_first(client: httpx2.AsyncClient, db: Database) -> None:
    for key in ROLES:
        await give_reel(db, key)
    answer = await search(client, limit=7)
    assert answer["greenhouse_ids"][:2] in (["baker", "pastry"], ["pastry", "baker"])
    assert [r["reason"] for r in answer["results"]] == ["match"] * 2 + ["near"] * 5
    assert not answer["generation_triggered"]
    assert await db.generation_jobs.count_documents({}) == 0


async def test_seen_reels_give_way_to_unseen_ones_and_come_back_flagged(client: httpx2.AsyncClient, db: Database) -> None:
    await give_reel(db, "baker")
    await search(client)
    await give_reel(db, "pastry")
    answer = await search(client)
    assert [(r["posting"]["greenhouse_id"], r["seen"]) for r in answer["results"]] == [("pastry", False), ("baker", True)]
    assert [r["reason"] for r in (await search(client, user="bob"))["results"]] == ["match", "match"]


async def test_a_second_search_joins_the_jobs_in_flight(client: httpx2.AsyncClient, db: Database) -> None:
    first, second, other = await search(client), await search(client), await search(client, user="bob")
    assert set(first["generation_job_ids"]) == set(second["generation_job_ids"]) == set(other["generation_job_ids"])
    assert second["generation_triggered"]
    assert await db.generation_jobs.count_documents({"status": {"$in": list(ACTIVE)}}) == 2


async def test_one_role_in_three_cities_is_one_result_with_all_places(
    client: httpx2.AsyncClient, db: Database, embedder: LocalEmbedder
) -> None:
    siblings = [row("florist", id=f"f{city}", internal_job_id=77, location={"name": city}) for city in ("Porto", "Faro", "Lisbon")]
    await imported(db, embedder, *siblings)
    await give_reel(db, "fFaro")
    answer: dict[str, Any] = {}
    while not answer.get("results"):  # until the index has caught up with the import
        answer = await search(client, "florist", user="cleo")
    assert sorted(answer["results"][0]["posting"]["places"]) == ["Faro", "Lisbon", "Porto"]
    assert answer["count"] == 1
    again = await search(client, "florist", user="cleo")
    assert again["results"][0]["seen"], "seen in one city is seen in all"


async def test_nothing_near_is_an_empty_list(client: httpx2.AsyncClient) -> None:
    answer = await search(client, "submarine sonar acoustics")
    assert (answer["results"], answer["generation_triggered"], answer["degraded"]) == ([], False, [])


async def test_a_posting_without_text_is_asked_for_once_only(client: httpx2.AsyncClient, db: Database) -> None:
    answer = await search(client)
    for _ in answer["generation_job_ids"]:
        job = await attempts.claim(db, "w", Queue())
        assert job
        await attempts.fail(db, job, PermanentJobError("it has no usable text", code="no_usable_text"), Queue())
    assert not (await search(client))["generation_triggered"]


async def test_closed_postings_are_not_found(client: httpx2.AsyncClient, db: Database) -> None:
    await give_reel(db, "baker")
    await db.jobs.update_one({"greenhouse_id": "baker"}, {"$set": {"active": False, "changed_at": datetime.now(UTC)}})
    assert "baker" not in (await search(client))["greenhouse_ids"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text_prompt": "", "user_id": "ann"}, "text_prompt"),
        ({"text_prompt": "   \n ", "user_id": "ann"}, "text_prompt"),
        ({"text_prompt": "!!! ???", "user_id": "ann"}, "text_prompt"),
        ({"text_prompt": "x" * 10_000, "user_id": "ann"}, "text_prompt"),
        ({"text_prompt": "bak\x00er", "user_id": "ann"}, "text_prompt"),
        ({"text_prompt": "baker\x1b[31m", "user_id": "ann"}, "text_prompt"),
        ({"text_prompt": "baker", "user_id": ""}, "user_id"),
        ({"text_prompt": "baker", "user_id": "a b"}, "user_id"),
        ({"text_prompt": "baker", "user_id": {"$ne": None}}, "user_id"),
        ({"text_prompt": "baker", "user_id": "ann", "limit": 0}, "limit"),
        ({"text_prompt": "baker", "user_id": "ann", "colour": "red"}, "colour"),
        ({"user_id": "ann"}, "text_prompt"),
    ],
)
async def test_bad_input_names_the_field(client: httpx2.AsyncClient, body: dict[str, Any], field: str) -> None:
    response = await client.post("/jobs/search", json=body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in response.json()["errors"]] == [field]


async def test_a_posting_by_its_id(client: httpx2.AsyncClient) -> None:
    posting = (await client.get("/jobs/baker")).json()
    assert (posting["title"], posting["company_slug"], posting["active"]) == ("Artisan baker", "oven-co", True)
    assert posting["description"] == ROLES["baker"][1]
    missing = await client.get("/jobs/nobody")
    assert (missing.status_code, missing.json()["code"]) == (404, "posting_not_found")


async def test_health_tells_the_depth_of_the_queue(client: httpx2.AsyncClient) -> None:
    await search(client)
    health = (await client.get("/health")).json()
    assert (health["status"], health["generator_queue_depth"]) == ("ok", 2)


async def test_the_queue_shows_in_the_metrics(client: httpx2.AsyncClient) -> None:
    await search(client)
    async with asyncio.timeout(20):
        while 'reelwright_generation_jobs{status="queued"} 2.0' not in (await client.get("/metrics")).text:
            await asyncio.sleep(0.05)
