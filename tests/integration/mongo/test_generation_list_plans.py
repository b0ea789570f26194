"""What the operator's lists and statistics cost with 50,000 jobs, by the server's own account; and that pages miss and repeat nothing."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bson.codec_options import CodecOptions, DatetimeConversion
from pymongo import AsyncMongoClient

from shared.mongo import generation_list, generation_stats
from shared.mongo.client import Client, Database, Doc
from shared.mongo.generation_list import JobFilter, Position
from shared.mongo.indexes import create_indexes
from shared.schemas.generation import STATUSES, Status

JOBS = 50_000
NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)
CODES = ("no_usable_text", "posting_closed", "storage_unavailable")


@pytest.fixture(scope="module")
async def jobs(mongo_uri: str) -> AsyncIterator[Database]:
    """A day's jobs: nine in ten ready, a few hundred waiting, four of each second."""
    client: Client = AsyncMongoClient(mongo_uri, tz_aware=True)
    async with client:
        db = client["test_plans"]
        await create_indexes(db)
        await db.generation_jobs.insert_many([a_job(number) for number in range(JOBS)], ordered=False)
        yield db
        await client.drop_database(db)


def a_job(number: int) -> Doc:
    created = NOW - timedelta(seconds=number // 4)
    chance = random.Random(number)
    status = chance.choices(("ready", "failed", "cancelled", "queued"), (90, 8, 1.5, 0.5))[0]
    job = {
        "job_id": f"j{number}", "subject_kind": "posting", "subject_key": f"s{number % 20_000 if status != 'queued' else number}",
        "user_id": f"u{number % 500}", "status": status, "created_at": created, "greenhouse_id": str(number), "attempt": 1,
    }  # fmt: skip
    if status == "queued":
        return {**job, "claim_at": NOW + HOUR}
    seconds = chance.uniform(1, 60)
    ended = {"completed_at": created + timedelta(seconds=seconds), "expires_at": NOW + 24 * HOUR}
    failure = {"failure": {"code": chance.choice(CODES), "message": "m", "retryable": False}} if status == "failed" else {}
    return {**job, **ended, **failure}


def stages(plan: Any) -> Iterator[str]:
    """Every stage of a winning plan."""
    if isinstance(plan, dict):
        if "stage" in plan:
            yield plan["stage"]
        for value in plan.values():
            yield from stages(value)
    elif isinstance(plan, list):
        for value in plan:
            yield from stages(value)


@pytest.mark.parametrize(
    ("wanted", "at_most"),
    [
        (JobFilter(), 51),
        (JobFilter(status="failed"), 51),
        (JobFilter(status="queued"), 51),
        (JobFilter(status="superseded"), 0),
        (JobFilter(subject_key="s77"), 4),
        (JobFilter(error_code="posting_closed"), 51),
        (JobFilter(status="failed", error_code="posting_closed"), 51),
        (JobFilter(error_code="nothing_like_it"), 0),
        (JobFilter(created_before=NOW - HOUR), 51),
        (JobFilter(status="ready", created_after=NOW - 2 * HOUR, created_before=NOW - HOUR), 51),
        (JobFilter(user_id="u7"), JOBS // 500),
        (JobFilter(user_id="u7", status="failed"), JOBS // 500),
        (JobFilter(user_id="nobody"), 0),
    ],
    ids=lambda value: (
        "-".join(value.model_dump(exclude_none=True)) or "all" if isinstance(value, JobFilter) else ""
    ),  # no times: they differ
)
@pytest.mark.parametrize("after", [None, Position(at=NOW - 3 * HOUR, seen=("j43200", "j43201"))], ids=["first", "later"])
async def test_a_page_of_fifty_looks_at_no_more_than_it_shows(
    jobs: Database, wanted: JobFilter, at_most: int, after: Position | None
) -> None:
    explained = await generation_list.find(jobs, wanted, after, 50).explain()
    shown = len(after.seen) if after else 0
    assert explained["executionStats"]["totalDocsExamined"] <= at_most + (shown if at_most else 0)
    assert "COLLSCAN" not in set(stages(explained["queryPlanner"]["winningPlan"]))
    if wanted.user_id is None:
        assert "SORT" not in set(stages(explained["queryPlanner"]["winningPlan"]))


async def explain(db: Database, command: Doc) -> Doc:
    """The bounds of a plan may be dates that Python does not know."""
    lenient = CodecOptions[Doc](datetime_conversion=DatetimeConversion.DATETIME_AUTO)
    return await db.command("explain", command, verbosity="executionStats", codec_options=lenient)


async def test_a_count_by_status_looks_at_index_keys_only(jobs: Database) -> None:
    for status in STATUSES:
        explained = await explain(jobs, {"count": "generation_jobs", "query": {"status": status}})
        assert explained["executionStats"]["totalDocsExamined"] == 0
    counted = await generation_stats.count_by_status(jobs, STATUSES)
    assert sum(counted.values()) == JOBS
    assert counted["running"] == counted["superseded"] == 0


@pytest.mark.parametrize("status", ["ready", "failed", "cancelled"])
async def test_what_ended_in_a_window_is_counted_by_its_keys(jobs: Database, status: Status) -> None:
    query = generation_stats.ended_since(status, NOW - HOUR)
    explained = await explain(jobs, {"count": "generation_jobs", "query": query})
    ended = await jobs.generation_jobs.count_documents(query)
    assert ended > 0
    assert explained["executionStats"]["totalDocsExamined"] == 0
    assert explained["executionStats"]["totalKeysExamined"] <= ended + 1


@pytest.mark.parametrize("status", ["ready", "failed"])
async def test_what_ended_in_a_window_is_sampled_from_its_end(jobs: Database, status: Status) -> None:
    pipeline = generation_stats.latest(status, NOW - 24 * HOUR)
    explained = await explain(jobs, {"aggregate": "generation_jobs", "pipeline": pipeline, "cursor": {}})
    assert 0 < explained["executionStats"]["totalDocsExamined"] <= generation_stats.SAMPLE
    assert {"COLLSCAN", "SORT"}.isdisjoint(stages(explained["queryPlanner"]["winningPlan"]))


async def test_the_window_tells_what_the_jobs_say(jobs: Database) -> None:
    since = NOW - HOUR
    window = await generation_stats.window(jobs, since)
    docs = [doc async for doc in jobs.generation_jobs.find({"completed_at": {"$gte": since}})]
    by_status = {status: [doc for doc in docs if doc["status"] == status] for status in ("ready", "failed", "cancelled")}
    assert (window.ready, window.failed, window.cancelled) == tuple(len(found) for found in by_status.values())
    assert window.enqueued == await jobs.generation_jobs.count_documents({"created_at": {"$gte": since}})
    waits = sorted((doc["completed_at"] - doc["created_at"]).total_seconds() for doc in by_status["ready"])
    latest = sorted(by_status["ready"], key=lambda doc: doc["completed_at"])[-generation_stats.SAMPLE :]
    assert len(waits) > generation_stats.SAMPLE
    assert window.waits_s == sorted((doc["completed_at"] - doc["created_at"]).total_seconds() for doc in latest)
    codes = [doc["failure"]["code"] for doc in by_status["failed"]]
    assert window.failures_by_code == {code: codes.count(code) for code in CODES}


async def all_pages(db: Database, wanted: JobFilter, limit: int) -> AsyncIterator[list[Doc]]:
    position = None
    for _ in range(1000):
        page, position = await generation_list.page(db, wanted, position, limit)
        assert len(page) <= limit
        yield page
        if position is None:
            return
    pytest.fail("the pages do not end")


@pytest.mark.parametrize("limit", [1, 7, 200])
async def test_pages_show_every_job_once_and_the_newest_first(jobs: Database, limit: int) -> None:
    wanted = JobFilter(created_after=NOW - timedelta(seconds=60))
    found = [doc async for page in all_pages(jobs, wanted, limit) for doc in page]
    assert len(found) == len({doc["job_id"] for doc in found}) == 61 * 4
    assert [doc["created_at"] for doc in found] == sorted((doc["created_at"] for doc in found), reverse=True)


async def test_many_jobs_of_one_millisecond_fit_into_pages(db: Database) -> None:
    await create_indexes(db)
    await db.generation_jobs.insert_many([{**a_job(0), "job_id": f"t{n}", "subject_key": f"t{n}", "status": "ready"} for n in range(95)])
    seen: list[str] = []
    async for page in all_pages(db, JobFilter(status="ready"), 10):
        seen += [doc["job_id"] for doc in page]
        await db.generation_jobs.delete_one({"job_id": page[0]["job_id"]})  # what goes meanwhile moves nothing
    assert len(seen) == len(set(seen)) == 95
