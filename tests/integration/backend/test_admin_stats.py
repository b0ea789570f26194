"""GET /admin/generation-jobs/stats over HTTP: the seed's body, and what happened within a window."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from shared.errors import PermanentJobError
from shared.mongo import brakes, generation_admin, workers
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes
from shared.mongo.workers import WorkerBeat
from tests.integration import queue_steps as steps
from tests.integration.backend.operating import operated
from tests.integration.queue_steps import claimed, enqueued, job_in, stored

NOTHING = dict.fromkeys(("queued", "running", "uploaded", "indexed", "ready", "failed", "cancelled", "superseded"), 0)


@pytest.fixture
async def admin(db: Database, mongo_uri: str, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    await create_indexes(db)
    async with operated(db, mongo_uri, tmp_path) as http:
        yield http


async def stats(admin: httpx2.AsyncClient, **params: str) -> dict[str, Any]:
    answer = await admin.get("/admin/generation-jobs/stats", params=params)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def backdate(db: Database, job_id: str, **seconds: float) -> None:
    """Put times of a job so many seconds into the past."""
    now = datetime.now(UTC)
    await db.generation_jobs.update_one({"job_id": job_id}, {"$set": {name: now - timedelta(seconds=s) for name, s in seconds.items()}})


async def test_nothing_yet(admin: httpx2.AsyncClient) -> None:
    assert await stats(admin) == {
        "generation_jobs": NOTHING, "videos": {"total": 0, "ready": 0}, "jobs_with_videos": 0, "jobs_without_videos": 0,
        "window_seconds": 3600, "oldest_queued_seconds": None,
        "throughput": {"enqueued": 0, "ready": 0, "failed": 0, "cancelled": 0, "ready_per_minute": 0},
        "queued_to_ready_seconds": {"p50": None, "p95": None, "sample": 0}, "failures_by_code": {},
        "workers": {"alive": 0, "workers": []}, "pause": None,
    }  # fmt: skip


async def test_the_seeds_body_counts_jobs_reels_and_postings_by_their_subjects(admin: httpx2.AsyncClient, db: Database) -> None:
    for key in ("city1", "city2", "city3"):
        role = await stored(db, key, internal_job_id=7)
    for key in ("lone", "closed", "unmade", "asked"):
        await stored(db, key)
    await job_in(db, "ready", role.subject_key, source_hash="older")
    await job_in(db, "ready", role.subject_key)
    await job_in(db, "ready", "lone")
    await job_in(db, "ready", "closed")
    await job_in(db, "ready", "gone")
    await job_in(db, "failed", "unmade")
    await job_in(db, "queued", "asked")
    await db.jobs.update_many({"greenhouse_id": {"$in": ["closed", "city3"]}}, {"$set": {"active": False}})
    told = await stats(admin)
    assert told["generation_jobs"] == NOTHING | {"queued": 1, "ready": 5, "failed": 1}
    assert told["videos"] == {"total": 5, "ready": 4}
    assert (told["jobs_with_videos"], told["jobs_without_videos"]) == (3, 2)
    await generation_admin.take_down(db, (await db.videos.find_one({"subject_key": "lone"}) or {})["video_id"])
    told = await stats(admin)
    assert told["videos"] == {"total": 5, "ready": 3}
    assert (told["jobs_with_videos"], told["jobs_without_videos"]) == (2, 3)


async def test_the_window_counts_what_lies_in_it(admin: httpx2.AsyncClient, db: Database) -> None:
    for number, (created, completed) in enumerate([(100, 90), (100, 80), (100, 40), (4000, 3900)]):
        await backdate(db, await job_in(db, "ready", f"r{number}"), created_at=created, completed_at=completed)
    await backdate(db, await job_in(db, "failed", "f0"), created_at=50, completed_at=50)
    await steps.failed(db, await _claimed(db, "f1"), PermanentJobError("closed", code="odd"))
    await backdate(db, await job_in(db, "cancelled", "c0"), created_at=7000, completed_at=6000)
    hour = await stats(admin)
    assert hour["throughput"] == {"enqueued": 5, "ready": 3, "failed": 2, "cancelled": 0, "ready_per_minute": 0.05}
    assert hour["failures_by_code"] == {"no_usable_text": 1, "odd": 1}
    waits = hour["queued_to_ready_seconds"]
    assert (waits["p50"], waits["p95"], waits["sample"]) == (pytest.approx(20, abs=0.5), pytest.approx(60, abs=0.5), 3)
    day = await stats(admin, window="1d")
    assert day["throughput"] == {"enqueued": 7, "ready": 4, "failed": 2, "cancelled": 1, "ready_per_minute": 0.003}
    assert (await stats(admin, window="85"))["throughput"]["ready"] == 2
    assert (await stats(admin, window="1m"))["throughput"]["ready"] == 1


async def _claimed(db: Database, key: str) -> Any:
    await enqueued(db, key)
    return await claimed(db)


async def test_the_oldest_waits_since_it_was_asked_for_or_queued_again(admin: httpx2.AsyncClient, db: Database) -> None:
    again = await job_in(db, "failed", "again")
    await backdate(db, again, created_at=90_000)
    await backdate(db, await enqueued(db, "waiting"), created_at=300)
    assert (await stats(admin))["oldest_queued_seconds"] == pytest.approx(300, abs=5)
    await generation_admin.retry(db, again, "admin", steps.SETTINGS)
    assert (await stats(admin))["oldest_queued_seconds"] == pytest.approx(300, abs=5)
    await backdate(db, again, requeued_at=400)
    assert (await stats(admin))["oldest_queued_seconds"] == pytest.approx(400, abs=5)
    for _ in range(2):
        await steps.finished(db, await claimed(db))
    told = await stats(admin)
    assert told["oldest_queued_seconds"] is None
    assert told["queued_to_ready_seconds"]["p95"] == pytest.approx(400, abs=5)


async def test_workers_are_alive_for_half_a_minute_after_a_beat(admin: httpx2.AsyncClient, db: Database) -> None:
    now = datetime.now(UTC)
    for name, age in (("fresh", 0), ("late", 25), ("gone", 35)):
        beat = WorkerBeat(worker_id=name, host="box", pid=7, started_at=now - timedelta(hours=1), at=now)
        await workers.beat(db, beat, ["j1"] if name == "fresh" else [])
        await db.workers.update_one({"worker_id": name}, {"$set": {"at": now - timedelta(seconds=age)}})
    told = (await stats(admin))["workers"]
    assert told["alive"] == 2
    assert [(worker["worker_id"], worker["alive"]) for worker in told["workers"]] == [("fresh", True), ("late", True), ("gone", False)]
    assert told["workers"][2]["heartbeat_age_seconds"] == pytest.approx(35, abs=5)
    assert told["workers"][0].items() >= {"host": "box", "pid": 7, "running": ["j1"]}.items()


async def test_a_pause_is_told(admin: httpx2.AsyncClient, db: Database) -> None:
    await brakes.pause(db, "admin", "the voice is away")
    assert (await stats(admin))["pause"].items() >= {"by": "admin", "reason": "the voice is away"}.items()


async def test_a_window_that_is_none_is_refused_by_name(admin: httpx2.AsyncClient) -> None:
    for window in ("", "0", "-5", "1w", "an hour", "1.5h"):
        answer = await admin.get("/admin/generation-jobs/stats", params={"window": window})
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == ["window"]
    assert (await stats(admin, window="9999999d"))["window_seconds"] == 7 * 86_400
