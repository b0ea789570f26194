"""GET /video: where a reel plays, by its id or any posting of its subject."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from pymongo.asynchronous.database import AsyncDatabase

from services.video.app import create
from services.web.problem import MEDIA_TYPE
from shared.settings import load_settings
from tests.serving import serving

if TYPE_CHECKING:
    from tests.integration.video.conftest import Add

VIDEO_ID = "0b0f7c3e-6f0e-4c8e-9a53-0d7a5d1d8f11"
BASE = f"http://video.test/media/hls/{VIDEO_ID}"


@pytest.fixture
async def postings(db: AsyncDatabase[dict[str, Any]]) -> None:
    """Two cities of one role, and another role."""
    await db.jobs.insert_many(
        [
            {"greenhouse_id": "1001", "subject_key": "acme:7"},
            {"greenhouse_id": "1002", "subject_key": "acme:7"},
            {"greenhouse_id": "2001", "subject_key": "acme:8"},
        ]
    )


async def test_a_reel_is_found_by_its_id(client: httpx2.AsyncClient, add_video: Add) -> None:
    await add_video(credits=("Photo by Ada Lens on Pexels",))
    answer = await client.get(f"/video/{VIDEO_ID}")
    assert answer.status_code == 200
    assert answer.json() == {
        "video_id": VIDEO_ID,
        "greenhouse_id": "1001",
        "playback_url": f"{BASE}/master.m3u8",
        "mp4_url": f"{BASE}/reel.mp4",
        "poster_url": f"{BASE}/poster.jpg",
        "captions_url": f"{BASE}/captions.vtt",
        "duration_seconds": 31.2,
        "width": 720,
        "height": 1280,
        "size_bytes": 262_360,
        "template_id": "poster",
        "voice_id": None,
        "credits": ["Photo by Ada Lens on Pexels"],
        "provider": "local",
        "created_at": "2026-05-01T12:00:00Z",
    }


@pytest.mark.usefixtures("postings")
async def test_any_sibling_posting_finds_the_reel(client: httpx2.AsyncClient, add_video: Add) -> None:
    await add_video()
    by_posting = [await client.get("/video", params={"greenhouse_id": each}) for each in ("1001", "1002")]
    assert [answer.json()["video_id"] for answer in by_posting] == [VIDEO_ID] * 2
    assert (await client.get("/video", params={"greenhouse_id": "2001"})).status_code == 404


@pytest.mark.usefixtures("postings")
async def test_a_superseded_reel_plays_by_id_while_its_posting_shows_the_new_one(client: httpx2.AsyncClient, add_video: Add) -> None:
    await add_video("old", status="superseded")
    await add_video("new")
    assert (await client.get("/video/old")).json()["video_id"] == "old"
    assert (await client.get("/video?greenhouse_id=1001")).json()["video_id"] == "new"


@pytest.mark.usefixtures("postings")
async def test_a_reel_taken_down_is_gone_both_ways(client: httpx2.AsyncClient, add_video: Add) -> None:
    await add_video(status="taken_down")
    for path in (f"/video/{VIDEO_ID}", "/video?greenhouse_id=1001"):
        answer = await client.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == MEDIA_TYPE
        assert answer.json()["code"] == "video_not_found"


async def test_an_etag_saves_the_second_answer_until_the_reel_changes(
    client: httpx2.AsyncClient, add_video: Add, db: AsyncDatabase[dict[str, Any]]
) -> None:
    await add_video()
    etag = (await client.get(f"/video/{VIDEO_ID}")).headers["etag"]
    again = await client.get(f"/video/{VIDEO_ID}", headers={"if-none-match": etag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    await db.videos.update_one({"video_id": VIDEO_ID}, {"$set": {"duration_seconds": 30.0}})
    assert (await client.get(f"/video/{VIDEO_ID}", headers={"if-none-match": etag})).status_code == 200


async def test_head_has_the_headers_of_get(client: httpx2.AsyncClient, add_video: Add) -> None:
    await add_video()
    get, head = [await client.request(method, f"/video/{VIDEO_ID}") for method in ("GET", "HEAD")]
    assert (head.status_code, head.content) == (200, b"")
    assert all(head.headers[name] == get.headers[name] for name in ("etag", "content-type", "content-length"))


@pytest.mark.parametrize("query", ["", "?greenhouse_id=", "?greenhouse_id=" + "9" * 129])
async def test_a_posting_id_must_be_one(client: httpx2.AsyncClient, query: str) -> None:
    answer = await client.get(f"/video{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "greenhouse_id"


@pytest.mark.parametrize("video_id", ["%00", "%24ne", "..%2f..%2fetc", "%ff", "x" * 3000])
async def test_strange_ids_are_just_not_there(client: httpx2.AsyncClient, video_id: str) -> None:
    assert (await client.get(f"/video/{video_id}")).status_code == 404


async def test_health_knows_its_parts(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/health")).json()["checks"].keys() == {"mongo", "store"}
    assert (await client.get("/health/ready")).status_code == 200


async def test_without_its_database_the_service_stays_up_and_says_so(tmp_path: Path) -> None:
    nobody = {"MONGODB_URI": "mongodb://127.0.0.1:9/?directConnection=true", "DATA_DIR": str(tmp_path), "MONGODB_TIMEOUT_MS": "100"}
    async with serving(create(load_settings(nobody, env_file=None))) as base_url, httpx2.AsyncClient(base_url=base_url) as client:
        started = time.monotonic()
        answer = await client.get(f"/video/{VIDEO_ID}")
        assert (answer.status_code, answer.json()["code"]) == (503, "mongo_unavailable")
        assert time.monotonic() - started < 2
        ready = await client.get("/health/ready")
        assert (ready.status_code, [error["field"] for error in ready.json()["errors"]]) == (503, ["mongo"])
        assert (await client.get("/health/live")).status_code == 200
