"""/admin/videos over HTTP, a real mongod and media on disk: orphans both ways, the sweep, take-down and regeneration."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from shared.mongo import generation_queue as queue
from shared.mongo import videos
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes
from shared.schemas.subjects import SubjectId
from tests.integration import queue_steps as steps
from tests.integration.backend.operating import audits, operated, problem
from tests.integration.queue_steps import claimed, document, enqueued, job_in, stored

VIDEOS = "/admin/videos"
OLD_S = 3600
YOUNG_S = 19 * 60
"""Within 2 × JOB_TIMEOUT_MINUTES, which is 10 by default."""


@pytest.fixture
async def admin(db: Database, mongo_uri: str, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    await create_indexes(db)
    async with operated(db, mongo_uri, tmp_path) as http:
        yield http


@pytest.fixture
def media(tmp_path: Path) -> Path:
    return tmp_path / "media"


def put(media: Path, key: str, *, age_s: float = OLD_S, size: int = 10) -> None:
    path = media / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    os.utime(path, (time.time() - age_s,) * 2)


def reel(media: Path, video_id: str, *, age_s: float = OLD_S) -> None:
    for name in ("master.m3u8", "poster.jpg", "720p/playlist.m3u8", "720p/segment_000.ts"):
        put(media, f"hls/{video_id}/{name}", age_s=age_s)


def kept(media: Path) -> set[str]:
    return {path.name for path in (media / "hls").iterdir()}


async def made(db: Database, media: Path, key: str = "a", status: str = "ready", **changes: Any) -> str:
    """A job in this status with its media in the store, long ago; the video's id."""
    video_id: str = (await document(db, await job_in(db, status, key, **changes)))["output_video_id"]  # type: ignore[arg-type]
    reel(media, video_id)
    return video_id


async def orphans(admin: httpx2.AsyncClient, **params: Any) -> dict[str, Any]:
    """All pages in one."""
    found: dict[str, Any] = {"objects": [], "documents": [], "examined_folders": 0, "examined_documents": 0, "pages": 0}
    cursor: dict[str, str] = {}
    while found["pages"] == 0 or cursor:
        answer = await admin.get(f"{VIDEOS}/orphaned", params={**params, **cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        for name in ("objects", "documents", "examined_folders", "examined_documents"):
            found[name] += page[name]
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
        found["pages"] += 1
    return found


async def sweep(admin: httpx2.AsyncClient, **params: Any) -> dict[str, Any]:
    answer = await admin.post(f"{VIDEOS}/sweep", params=params)
    assert answer.status_code == 200, answer.text
    swept: dict[str, Any] = answer.json()
    return swept


async def test_an_empty_store_has_no_orphans(admin: httpx2.AsyncClient) -> None:
    found = await orphans(admin)
    assert (found["objects"], found["documents"], found["pages"]) == ([], [], 1)


async def test_objects_nobody_names_are_swept_and_no_others(admin: httpx2.AsyncClient, db: Database, media: Path) -> None:
    named = [await made(db, media, "ready"), await made(db, media, "older", source_hash="s0")]
    await job_in(db, "ready", "older")
    taken = await made(db, media, "taken")
    await admin.post(f"{VIDEOS}/{taken}/take-down")
    left = [await made(db, media, f"left-{status}", status) for status in ("failed", "cancelled")]
    active = [await made(db, media, f"active-{status}", status) for status in ("running", "uploaded", "indexed", "queued")]
    reel(media, "crashed")
    reel(media, "young", age_s=YOUNG_S)
    reel(media, "growing")
    put(media, "hls/growing/720p/segment_001.ts", age_s=5)
    put(media, "clips/squat/reel.mp4")
    put(media, ".partial/hls/half")
    lost = {*left, "crashed"}
    found = await orphans(admin)
    assert {folder["prefix"] for folder in found["objects"]} == {f"hls/{video_id}" for video_id in lost}
    assert all((folder["objects"], folder["size_bytes"]) == (4, 40) for folder in found["objects"])
    before = kept(media)
    dry = await sweep(admin)
    assert (dry["dry_run"], dry["objects"], dry["size_bytes"], len(dry["swept"])) == (True, 12, 120, 3)
    assert kept(media) == before
    wet = await sweep(admin, dry_run="false")
    assert wet == {**dry, "dry_run": False}
    assert kept(media) == before - lost == {*named, taken, *active, "young", "growing"}
    assert (media / "clips/squat/reel.mp4").exists()
    assert (media / ".partial/hls/half").exists()
    assert all((media / f"hls/{video_id}/720p/segment_000.ts").exists() for video_id in (*named, taken, *active))
    assert (await orphans(admin))["objects"] == []
    assert [entry["details"]["dry_run"] for entry in await audits(db) if entry["action"] == "sweep"] == [True, False]


async def test_a_sweep_goes_on_where_the_call_before_ended(admin: httpx2.AsyncClient, db: Database, media: Path) -> None:
    named = await made(db, media)
    for number in range(7):
        reel(media, f"{number}-lost")
    swept: list[str] = []
    cursor: dict[str, str] = {}
    calls = 0
    while calls == 0 or cursor:
        page = await sweep(admin, dry_run="false", limit=3, **cursor)
        assert page["examined_folders"] <= 3
        swept += [folder["prefix"] for folder in page["swept"]]
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
        calls += 1
    assert calls == 3
    assert sorted(swept) == [f"hls/{number}-lost" for number in range(7)]
    assert kept(media) == {named}


async def test_reels_without_objects_or_postings_are_found(admin: httpx2.AsyncClient, db: Database, media: Path) -> None:
    for key in ("fine", "bare", "closed", "elsewhere"):
        await stored(db, key)
    await db.jobs.update_one({"greenhouse_id": "closed"}, {"$set": {"active": False}})
    for key in ("fine", "closed"):
        await made(db, media, key)
    bare = await made(db, media, "bare")
    (media / f"hls/{bare}/master.m3u8").unlink()
    nobodys = await made(db, media, "nobodys")
    neither = await made(db, media, "neither")
    (media / f"hls/{neither}/master.m3u8").unlink()
    elsewhere = await made(db, media, "elsewhere")
    await db.videos.update_one({"video_id": elsewhere}, {"$set": {"provider": "spaces"}})
    (media / f"hls/{elsewhere}/master.m3u8").unlink()
    taken = await made(db, media, "taken")
    await admin.post(f"{VIDEOS}/{taken}/take-down")
    for limit in (1, 4, 200):
        found = await orphans(admin, limit=limit)
        assert {document["video_id"]: document["problems"] for document in found["documents"]} == {
            bare: ["master_missing"],
            nobodys: ["posting_missing"],
            neither: ["master_missing", "posting_missing"],
        }
        assert found["examined_documents"] == 6
        assert found["objects"] == []


async def test_many_objects_are_looked_at_a_page_at_a_time(admin: httpx2.AsyncClient, db: Database, media: Path) -> None:
    for number in range(250):
        put(media, f"hls/lost{number:03}/master.m3u8")
    found = await orphans(admin, limit=100)
    assert (found["pages"], found["examined_folders"]) == (3, 250)
    assert len({folder["prefix"] for folder in found["objects"]}) == 250


async def test_cursors_that_are_none_are_refused(admin: httpx2.AsyncClient, media: Path) -> None:
    reel(media, "lost")
    for cursor in ("x", "e30=x", "eyJrZXkiOiIuLi8uLi9ldGMifQ"):
        assert (await admin.get(f"{VIDEOS}/orphaned", params={"cursor": cursor})).status_code == 422
        assert (await admin.post(f"{VIDEOS}/sweep", params={"cursor": cursor, "dry_run": "false"})).status_code == 422
    assert (await admin.post(f"{VIDEOS}/sweep", params={"dryrun": "true"})).status_code == 422
    assert kept(media) == {"lost"}


async def test_a_store_that_is_away_is_said_to_be(db: Database, mongo_uri: str, tmp_path: Path) -> None:
    await create_indexes(db)
    bucket = {"STORAGE": "s3", "S3_ENDPOINT": "http://127.0.0.1:9", "S3_BUCKET": "reels", "S3_PUBLIC_URL": "http://cdn"}
    async with operated(db, mongo_uri, tmp_path, **bucket, AWS_ACCESS_KEY_ID="k", AWS_SECRET_ACCESS_KEY="s") as admin:
        problem(await admin.get(f"{VIDEOS}/orphaned"), 503, "storage_unavailable")
        problem(await admin.post(f"{VIDEOS}/sweep"), 503, "storage_unavailable")
    assert [(entry["action"], entry["outcome"]) for entry in await audits(db)] == [("sweep", "storage_unavailable")]


async def test_a_reel_is_taken_down_once_and_not_made_again_at_once(admin: httpx2.AsyncClient, db: Database, media: Path) -> None:
    posting = await stored(db, "a")
    video_id = await made(db, media, source_hash=posting.content_hash)
    answer = await admin.post(f"{VIDEOS}/{video_id}/take-down")
    assert answer.json() == {"video_id": video_id, "status": "taken_down", "subject_kind": "posting", "subject_key": "a"}
    ahead = await admin.post("/admin/generation-jobs", json={"greenhouse_ids": ["a"]})
    assert [result["outcome"] for result in ahead.json()["results"]] == ["blocked"]
    assert "is taken_down" in problem(await admin.post(f"{VIDEOS}/{video_id}/take-down"), 409, "video_taken_down")["detail"]
    problem(await admin.post(f"{VIDEOS}/nobody/take-down"), 404, "video_not_found")
    assert [(entry["action"], entry["outcome"]) for entry in await audits(db)] == [
        ("take_down", "done"),
        ("make_ahead", "done"),
        ("take_down", "video_taken_down"),
        ("take_down", "video_not_found"),
    ]


async def test_a_reel_is_made_anew_and_the_old_one_serves_until_then(admin: httpx2.AsyncClient, db: Database, media: Path) -> None:
    posting = await stored(db, "a")
    old = await made(db, media, source_hash=posting.content_hash)
    answer = await admin.post(f"{VIDEOS}/{old}/regenerate", params={"template": "ticket", "voice": "espeak"})
    assert (answer.status_code, answer.json()["status"], answer.json()["priority"]) == (202, "queued", "bulk")
    job = await queue.get(db, answer.json()["job_id"])
    assert job
    assert (job.template_id, job.source_hash, job.user_slot, job.greenhouse_id) == ("ticket", posting.content_hash, None, "a")
    again = problem(await admin.post(f"{VIDEOS}/{old}/regenerate"), 409, "subject_active")
    assert job.job_id in again["detail"]
    assert "is ready" in again["detail"]
    subject = SubjectId("posting", "a")
    assert (await videos.ready_for(db, [subject]))[subject].video_id == old
    new = await steps.finished(db, await claimed(db))
    assert (await videos.ready_for(db, [subject]))[subject].video_id == new.output_video_id
    assert (await db.videos.find_one({"video_id": old}) or {})["status"] == "superseded"
    [first, second] = await audits(db)
    assert first["details"] == {"template": "ticket", "voice": "espeak", "job_id": job.job_id}
    assert second["outcome"] == "subject_active"


async def test_what_was_taken_down_can_be_ordered_anew(admin: httpx2.AsyncClient, db: Database, media: Path) -> None:
    posting = await stored(db, "a")
    video_id = await made(db, media, source_hash=posting.content_hash)
    await admin.post(f"{VIDEOS}/{video_id}/take-down")
    assert (await admin.post(f"{VIDEOS}/{video_id}/regenerate")).status_code == 202
    assert await db.subject_blocks.count_documents({}) == 0


async def test_what_cannot_be_made_anew_is_said_with_its_state(admin: httpx2.AsyncClient, db: Database, media: Path) -> None:
    video_id = await made(db, media)
    assert "is ready" in problem(await admin.post(f"{VIDEOS}/{video_id}/regenerate"), 409, "subject_closed")["detail"]
    problem(await admin.post(f"{VIDEOS}/nobody/regenerate"), 404, "video_not_found")
    for params, field in (({"voice": "hal"}, "voice"), ({"template": "plain"}, "template"), ({"tempo": "1"}, "tempo")):
        answer = await admin.post(f"{VIDEOS}/{video_id}/regenerate", params=params)
        problem(answer, 422, "invalid_input")
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert await enqueued(db, "a", source_hash="s2")
