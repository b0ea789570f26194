"""/admin/generation-jobs over HTTP on a real mongod: look, retry, cancel, order; and every write on record."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from shared.mongo import generation_queue as queue
from shared.mongo import workers
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes
from shared.mongo.workers import WorkerBeat
from shared.schemas.generation import ACTIVE
from tests.integration import queue_steps as steps
from tests.integration.backend.operating import KEY, audits, operated, problem
from tests.integration.queue_steps import claimed, document, enqueued, job_in, stored

JOBS = "/admin/generation-jobs"


@pytest.fixture
async def admin(db: Database, mongo_uri: str, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    await create_indexes(db)
    async with operated(db, mongo_uri, tmp_path) as http:
        yield http


async def listed(admin: httpx2.AsyncClient, **filters: Any) -> list[str]:
    """Ids of the jobs on all pages."""
    ids: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await admin.get(JOBS, params={**filters, **cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        ids += [job["job_id"] for job in page["jobs"]]
        if page["next_cursor"] is None:
            return ids
        cursor = {"cursor": page["next_cursor"]}


async def test_without_a_key_set_the_backend_has_no_admin(db: Database, mongo_uri: str, tmp_path: Path) -> None:
    async with operated(db, mongo_uri, tmp_path, key="") as http:
        for path in ("/admin", JOBS, f"{JOBS}/stats", "/admin/queue", "/admin/videos/orphaned"):
            problem(await http.get(path), 404, "not_found")
        problem(await http.post("/admin/queue/pause", json={"reason": "x"}), 404, "not_found")
    assert await db.queue_controls.count_documents({}) == 0


async def test_strangers_change_nothing(admin: httpx2.AsyncClient, db: Database) -> None:
    job_id = await enqueued(db)
    for headers in ({"X-Admin-Key": "a-guess-of-somebody"}, {"X-Admin-Key": "", "Authorization": "Bearer x"}):
        refused = await admin.post(f"{JOBS}/{job_id}/cancel", headers=headers)
        assert refused.headers["www-authenticate"].startswith("Bearer")
        problem(refused, 401, "unauthorized")
    assert (await document(db, job_id))["status"] == "queued"
    assert await audits(db) == []
    bearer = {"X-Admin-Key": "", "Authorization": f"Bearer {KEY}"}
    assert (await admin.post(f"{JOBS}/{job_id}/cancel", headers=bearer)).status_code == 200


async def test_jobs_are_listed_newest_first_and_filtered(admin: httpx2.AsyncClient, db: Database) -> None:
    posting = await stored(db, "1", internal_job_id=7)
    await stored(db, "2", internal_job_id=7)
    failed = await job_in(db, "failed", "a", user_id="ann")
    cancelled = await job_in(db, "cancelled", "a", source_hash="s2")
    ready = await job_in(db, "ready", posting.subject_key, user_id="bob")
    middle = (await document(db, cancelled))["created_at"]
    queued = await enqueued(db, "b", user_id="ann")
    assert await listed(admin) == await listed(admin, limit=1) == [queued, ready, cancelled, failed]
    assert await listed(admin, status="queued") == [queued]
    assert await listed(admin, user_id="ann") == [queued, failed]
    assert await listed(admin, user_id="ann", status="failed") == [failed]
    assert await listed(admin, subject_key="a", limit=1) == [cancelled, failed]
    assert await listed(admin, error_code="no_usable_text") == [failed]
    assert await listed(admin, error_code="poisoned") == []
    assert await listed(admin, greenhouse_id="1") == await listed(admin, greenhouse_id="2") == [ready]
    assert await listed(admin, greenhouse_id="b") == [queued]
    assert await listed(admin, greenhouse_id="1", subject_key="a") == []
    assert await listed(admin, created_after=middle.isoformat()) == [queued, ready, cancelled]
    assert await listed(admin, created_before=middle.isoformat()) == [failed]
    assert await listed(admin, created_after=middle.isoformat(), created_before=middle.isoformat()) == []


async def test_a_list_tells_of_each_job_and_not_its_token(admin: httpx2.AsyncClient, db: Database) -> None:
    job_id = await enqueued(db, user_id="ann")
    job = await claimed(db)
    answer = await admin.get(JOBS)
    assert job.attempt_token
    assert job.attempt_token not in answer.text
    assert job.attempt_token not in (await admin.get(f"{JOBS}/{job_id}")).text
    [told] = answer.json()["jobs"]
    assert (
        told.items() >= {"job_id": job_id, "status": "running", "user_id": "ann", "user_slot": 0, "worker_id": "w1", "attempt": 1}.items()
    )
    assert told["unreadable"] is None


async def test_limits_are_clamped_and_mistakes_are_named(admin: httpx2.AsyncClient, db: Database) -> None:
    for key in "ab":
        await enqueued(db, key)
    assert len((await admin.get(JOBS, params={"limit": 0})).json()["jobs"]) == 1
    assert len((await admin.get(JOBS, params={"limit": 10**20})).json()["jobs"]) == 2
    for params, field in [
        ({"limit": "many"}, "limit"),
        ({"status": "lost"}, "status"),
        ({"stauts": "failed"}, "stauts"),
        ({"created_after": "yesterday"}, "created_after"),
        ({"created_before": "1767225600"}, "created_before"),
        ({"created_after": "0001-01-01T00:00:00+14:00"}, "created_after"),
        ({"cursor": "x"}, "cursor"),
    ]:
        answer = await admin.get(JOBS, params=params)
        assert [error["field"] for error in answer.json()["errors"]] == [field], answer.text
        assert answer.status_code == 422


async def test_one_job_with_all_that_is_known_of_it(admin: httpx2.AsyncClient, db: Database) -> None:
    posting = await stored(db, "a")
    job_id = await enqueued(db, "a", source_hash=posting.content_hash)
    await steps.finished(db, await claimed(db))
    now = datetime.now(UTC)
    beat = WorkerBeat(worker_id="w1", host="box", pid=7, started_at=now, at=now)
    await workers.beat(db, beat, [job_id])
    told = (await admin.get(f"{JOBS}/{job_id}")).json()
    assert [entry["event"] for entry in told["history"]] == ["enqueued", "claimed", "uploaded", "indexed", "ready"]
    assert told["history"][0]["seconds"] is None
    assert told["history"][1]["worker_id"] == "w1"
    assert told["timings"]["stages"] == {"script": 0.1, "render": 1.5}
    assert set(told["timings"]["statuses"]) == {"queued", "running", "uploaded", "indexed"}
    assert told["timings"]["queued_to_ended"] == pytest.approx(sum(told["timings"]["statuses"].values()), abs=0.01)
    assert told["worker"].items() >= {"worker_id": "w1", "alive": True, "host": "box", "pid": 7, "running": [job_id]}.items()
    assert 0 <= told["worker"]["heartbeat_age_seconds"] < 10
    assert told["posting"] == {"greenhouse_id": "a", "title": "Baker a", "company_name": "Oven & Co", "active": True}
    assert (told["video_status"], told["block"], told["failure"]) == ("ready", None, None)
    assert told["output"]["prefix"] == f"hls/{told['output_video_id']}"


async def test_a_failed_job_tells_why_and_what_blocks_its_subject(admin: httpx2.AsyncClient, db: Database) -> None:
    job_id = await job_in(db, "failed")
    told = (await admin.get(f"{JOBS}/{job_id}")).json()
    assert (told["failure"]["code"], told["error"]) == ("no_usable_text", "nothing to say")
    assert told["block"].items() >= {"code": "no_usable_text", "until": None, "source_hash": "s1", "holds": True, "job_id": job_id}.items()
    assert (told["posting"], told["video_status"]) == (None, None)
    assert told["worker"].items() >= {"worker_id": "w1", "alive": False, "heartbeat_age_seconds": None}.items()
    await db.subject_blocks.update_one({}, {"$set": {"until": datetime.now(UTC) - timedelta(seconds=1)}})
    assert (await admin.get(f"{JOBS}/{job_id}")).json()["block"]["holds"] is False


async def test_a_job_nobody_can_read_spoils_no_list(admin: httpx2.AsyncClient, db: Database) -> None:
    fine, broken = await enqueued(db, "a"), await enqueued(db, "b")
    await db.generation_jobs.update_one({"job_id": broken}, {"$set": {"attempt": "often", "history": 1}})
    jobs = {job["job_id"]: job for job in (await admin.get(JOBS)).json()["jobs"]}
    assert jobs[fine]["unreadable"] is None
    assert "attempt" in jobs[broken]["unreadable"]
    assert (await admin.get(f"{JOBS}/{broken}")).json()["unreadable"]
    assert (await admin.post(f"{JOBS}/{broken}/cancel")).json()["status"] == "cancelled"


async def test_retry_and_cancel_are_on_record_with_who_and_where_from(admin: httpx2.AsyncClient, db: Database) -> None:
    job_id = await job_in(db, "failed")
    retried = await admin.post(f"{JOBS}/{job_id}/retry", headers={"X-Request-ID": "r-1"})
    assert (retried.status_code, retried.json()["status"], retried.json()["retry_count"]) == (200, "queued", 0)
    again = problem(await admin.post(f"{JOBS}/{job_id}/retry"), 409, "job_not_retryable")
    assert "is queued;" in again["detail"]
    assert (await admin.post(f"{JOBS}/{job_id}/cancel")).json()["status"] == "cancelled"
    assert "is cancelled;" in problem(await admin.post(f"{JOBS}/{job_id}/cancel"), 409, "job_not_active")["detail"]
    record = await audits(db)
    assert [(entry["action"], entry["target"], entry["outcome"]) for entry in record] == [
        ("retry", job_id, "done"),
        ("retry", job_id, "job_not_retryable"),
        ("cancel", job_id, "done"),
        ("cancel", job_id, "job_not_active"),
    ]
    assert {(entry["who"], entry["address"]) for entry in record} == {("admin", "127.0.0.1")}
    assert record[0]["request_id"] == "r-1"
    assert datetime.now(UTC) - record[0]["at"] < timedelta(minutes=1)
    assert [entry.get("by") for entry in (await document(db, job_id))["history"]][-2:] == ["admin", "admin"]


async def test_unknown_jobs_are_not_found(admin: httpx2.AsyncClient) -> None:
    for job_id in ("x", "🙂", "a b", "%00", "x" * 3000, "$ne", "retry"):
        problem(await admin.get(f"{JOBS}/{job_id}"), 404, "job_not_found")
        problem(await admin.post(f"{JOBS}/{job_id}/retry"), 404, "job_not_found")
        problem(await admin.post(f"{JOBS}/{job_id}/cancel"), 404, "job_not_found")


async def test_many_are_retried_by_code_a_few_per_call(admin: httpx2.AsyncClient, db: Database) -> None:
    failed = [await job_in(db, "failed", f"s{number}") for number in range(5)]
    other = await job_in(db, "cancelled", "x")
    served = await job_in(db, "cancelled", "s1", source_hash="s2")
    await enqueued(db, "s1", source_hash="s3")
    outcomes: dict[str, str] = {}
    cursor: dict[str, str] = {}
    calls = 0
    while calls == 0 or cursor:
        answer = (await admin.post(f"{JOBS}/retry", params={"error_code": "no_usable_text", "limit": 2, **cursor})).json()
        assert len(answer["results"]) == answer["retried"] + answer["refused"] <= 2
        outcomes |= {result["job_id"]: result["outcome"] for result in answer["results"]}
        cursor = {"cursor": answer["next_cursor"]} if answer["next_cursor"] else {}
        calls += 1
    assert outcomes == {job_id: "subject_active" if job_id == failed[1] else "queued" for job_id in failed}
    assert calls == 3
    assert [(await document(db, job_id))["status"] for job_id in (other, served)] == ["cancelled", "cancelled"]
    assert Counter(entry["action"] for entry in await audits(db)) == {"retry_many": 3}
    assert sum(entry["details"]["retried"] for entry in await audits(db)) == 4
    cancelled = (await admin.post(f"{JOBS}/retry", params={"status": "cancelled"})).json()
    assert {result["job_id"]: result["outcome"] for result in cancelled["results"]} == {other: "queued", served: "subject_active"}


async def test_what_there_was_no_time_to_retry_is_for_the_next_call(
    admin: httpx2.AsyncClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.backend.admin.jobs.RETRYING_S", 0)
    failed = [await job_in(db, "failed", f"s{number}") for number in range(3)]
    tried: list[str] = []
    cursor: dict[str, str] = {}
    while not tried or cursor:
        answer = (await admin.post(f"{JOBS}/retry", params=cursor)).json()
        assert len(answer["results"]) == answer["retried"] == 1
        tried += [result["job_id"] for result in answer["results"]]
        cursor = {"cursor": answer["next_cursor"]} if answer["next_cursor"] else {}
    assert tried == failed[::-1]


async def test_retries_stop_where_the_queue_is_full(db: Database, mongo_uri: str, tmp_path: Path) -> None:
    await create_indexes(db)
    failed = [await job_in(db, "failed", f"s{number}") for number in range(5)]
    active = await enqueued(db, "active")
    async with operated(db, mongo_uri, tmp_path, MAX_QUEUE_DEPTH="3") as admin:
        first = (await admin.post(f"{JOBS}/retry", params={"limit": 4})).json()
        newest_first = failed[:0:-1]
        assert [result["job_id"] for result in first["results"]] == newest_first
        assert [result["outcome"] for result in first["results"]] == ["queued", "queued", "queue_full", "queue_full"]
        assert (first["retried"], first["refused"]) == (2, 2)
        rest = (await admin.post(f"{JOBS}/retry", params={"cursor": first["next_cursor"]})).json()
        assert [(result["job_id"], result["outcome"]) for result in rest["results"]] == [(failed[0], "queue_full")]
        assert await db.generation_jobs.count_documents({"status": {"$in": list(ACTIVE)}}) == 3
        assert await db.subject_blocks.count_documents({}) == 3, "what was not retried stays blocked"
        refused = problem(await admin.post(f"{JOBS}/{failed[0]}/retry"), 409, "queue_full")
        assert "is failed" in refused["detail"]
        assert "MAX_QUEUE_DEPTH=3" in refused["detail"]
        problem(await admin.post(f"{JOBS}/{active}/retry"), 409, "job_not_retryable")
        await admin.post(f"{JOBS}/{active}/cancel")
        again = (await admin.post(f"{JOBS}/retry")).json()
        assert [result["outcome"] for result in again["results"]] == ["queued", "queue_full", "queue_full"]
    assert [entry["outcome"] for entry in await audits(db) if entry["action"] == "retry"] == ["queue_full", "job_not_retryable"]
    assert [entry["details"]["retried"] for entry in await audits(db) if entry["action"] == "retry_many"] == [2, 0, 1]


async def test_a_mistyped_filter_retries_nothing(admin: httpx2.AsyncClient, db: Database) -> None:
    job_id = await job_in(db, "failed")
    for params in ({"eror_code": "x"}, {"status": "ready"}, {"status": "running"}, {"cursor": "x"}):
        assert (await admin.post(f"{JOBS}/retry", params=params)).status_code == 422
    assert (await document(db, job_id))["status"] == "failed"


def outcomes(answer: httpx2.Response) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    return {result["subject_key"] or result["greenhouse_id"]: result["outcome"] for result in answer.json()["results"]}


async def test_reels_are_made_ahead_of_demand_for_postings(admin: httpx2.AsyncClient, db: Database) -> None:
    new = await stored(db, "new")
    for key in ("city1", "city2"):
        await stored(db, key, internal_job_id=7)
    for key, status in (("made", "ready"), ("silent", "failed"), ("asked", "queued")):
        await job_in(db, status, key, source_hash=(await stored(db, key)).content_hash)  # type: ignore[arg-type]
    await stored(db, "closed")
    await db.jobs.update_one({"greenhouse_id": "closed"}, {"$set": {"active": False}})
    wanted = ["new", "city1", "city2", "made", "silent", "asked", "closed", "nobody", "new", "nobody"]
    answer = await admin.post(JOBS, json={"greenhouse_ids": wanted})
    assert outcomes(answer) == {
        "new": "created", "oven-co:7": "created", "made": "ready", "silent": "blocked", "asked": "joined", "closed": "closed",
        "nobody": "unknown",
    }  # fmt: skip
    assert len(answer.json()["results"]) == 7
    [result] = [result for result in answer.json()["results"] if result["subject_key"] == "new"]
    job = await queue.get(db, result["job_id"])
    assert job
    assert (job.priority, job.user_id, job.user_slot, job.source_hash, job.greenhouse_id) == ("bulk", None, None, new.content_hash, "new")
    [record] = await audits(db)
    assert record["details"] == {"created": 2, "ready": 1, "blocked": 1, "joined": 1, "closed": 1, "unknown": 1}


async def test_reels_are_made_ahead_for_a_company_or_the_newest(admin: httpx2.AsyncClient, db: Database) -> None:
    for number in range(4):
        await stored(db, f"p{number}", first_published=f"2026-01-0{number + 1}T00:00:00Z")
    await stored(db, "undated")
    await stored(db, "elsewhere", company_name="Acme", first_published="2026-02-01T00:00:00Z")
    assert outcomes(await admin.post(JOBS, json={"newest": 2})) == {"elsewhere": "created", "p3": "created"}
    of_company = outcomes(await admin.post(JOBS, json={"company_slug": "oven-co"}))
    assert of_company == {"p0": "created", "p1": "created", "p2": "created", "p3": "joined", "undated": "created"}
    assert outcomes(await admin.post(JOBS, json={"company_slug": "nobody"})) == {}
    assert await db.generation_jobs.count_documents({"status": {"$in": list(ACTIVE)}}) == 6


async def test_a_large_company_takes_several_calls(admin: httpx2.AsyncClient, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.backend.admin.ahead.MOST", 2)
    for number in range(5):
        await stored(db, f"p{number}")
    found: dict[str, str] = {}
    answer = await admin.post(JOBS, json={"company_slug": "oven-co"})
    while cursor := answer.json()["next_cursor"]:
        found |= outcomes(answer)
        answer = await admin.post(JOBS, json={"company_slug": "oven-co"}, params={"cursor": cursor})
    assert found | outcomes(answer) == {f"p{number}": "created" for number in range(5)}


async def test_a_wish_that_is_none_is_refused_by_name(admin: httpx2.AsyncClient) -> None:
    wishes: list[tuple[dict[str, Any], str]] = [
        ({}, "body"),
        ({"newest": 1, "company_slug": "a"}, "body"),
        ({"newest": 0}, "newest"),
        ({"newest": "all"}, "newest"),
        ({"greenhouse_ids": []}, "greenhouse_ids"),
        ({"greenhouse_ids": ["a", 7]}, "greenhouse_ids.1"),
        ({"company_slug": "a\x00b"}, "company_slug"),
        ({"newest": 1, "priority": "feed"}, "priority"),
    ]
    for body, field in wishes:
        answer = await admin.post(JOBS, json=body)
        problem(answer, 422, "invalid_input")
        assert field in [error["field"] for error in answer.json()["errors"]]


async def test_pausing_the_queue_is_told_and_on_record(admin: httpx2.AsyncClient, db: Database) -> None:
    await enqueued(db)
    assert (await admin.get("/admin/queue")).json() == {
        "paused": False, "pause": None, "depth": {"queued": 1, "running": 0, "uploaded": 0, "indexed": 0},
    }  # fmt: skip
    paused = (await admin.post("/admin/queue/pause", json={"reason": "the voice is away"})).json()
    assert paused["pause"].items() >= {"by": "admin", "reason": "the voice is away"}.items()
    assert (await admin.get("/admin/queue")).json() == paused
    assert (await admin.post("/admin/queue/resume")).json()["paused"] is False
    problem(await admin.post("/admin/queue/resume"), 409, "queue_not_paused")
    problem(await admin.post("/admin/queue/pause", json={"reason": ""}), 422, "invalid_input")
    assert [(entry["action"], entry["outcome"]) for entry in await audits(db)] == [
        ("pause", "done"),
        ("resume", "done"),
        ("resume", "queue_not_paused"),
    ]
