"""Imports in the background: one process does each, a vanished one's is taken over, boards are read when they are due."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs

from services.backend.admin.postings import MAX_UPLOAD_BYTES
from services.backend.postings import schedule
from shared.embeddings.local import LocalEmbedder
from shared.mongo import boards as states
from shared.mongo import imports
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes
from shared.settings import Postings, Queue, Settings
from shared.tasks import end
from tests.integration.backend.operating import audits, operated, problem
from tests.stubs.boards import Boards, Mishap, greenhouse_job, lever_posting

LONG_S = 60


@pytest.fixture
async def http(db: Database, mongo_uri: str, tmp_path: Path, boards: Boards) -> AsyncIterator[httpx2.AsyncClient]:
    await create_indexes(db)
    async with operated(db, mongo_uri, tmp_path, **boards.settings()) as client:
        yield client


async def eventually(found: Callable[[], Awaitable[Any]]) -> Any:
    deadline = time.monotonic() + LONG_S
    while not (value := await found()):
        assert time.monotonic() < deadline, "it did not come true in time"
        await asyncio.sleep(0.05)
    return value


async def over(http: httpx2.AsyncClient, import_id: str) -> dict[str, Any]:
    async def ended() -> dict[str, Any] | None:
        told: dict[str, Any] = (await http.get(f"/admin/postings/imports/{import_id}")).json()
        return told if told["status"] not in ("queued", "running") else None

    found: dict[str, Any] = await eventually(ended)
    return found


async def start(http: httpx2.AsyncClient, **body: Any) -> list[dict[str, Any]]:
    answer = await http.post("/admin/postings/import", json=body)
    assert answer.status_code == 202, answer.text
    asked: list[dict[str, Any]] = answer.json()["imports"]
    return asked


async def test_boards_are_imported_in_the_background(http: httpx2.AsyncClient, boards: Boards, db: Database) -> None:
    boards.greenhouse("acme", *(greenhouse_job(number) for number in range(40)))
    boards.lever("mill", lever_posting(1))
    asked = await start(http, sources=["greenhouse:acme", "lever:mill", "ashby:none", "greenhouse:acme"])
    assert [each["source"] for each in asked] == ["greenhouse:acme", "lever:mill", "ashby:none"]
    acme, mill, none = [await over(http, each["import_id"]) for each in asked]
    assert (acme["status"], acme["who"], acme["progress"]) == ("done", "admin", {"done": 40, "total": 40})
    assert (acme["summary"]["new"], acme["summary"]["embedded"], acme["summary"]["problem"]) == (40, 40, "")
    assert mill["summary"]["new"] == 1
    assert (none["status"], none["code"], none["error"]) == ("failed", "board_not_found", "ashby:none: there is no such board")
    listed = (await http.get("/admin/postings/imports", params={"limit": 2})).json()["imports"]
    assert len(listed) == 2
    of_boards = (await http.get("/admin/postings/boards", params={"limit": 2})).json()
    assert [(each["board"], each["open"], each["failures"]) for each in of_boards["boards"]] == [
        ("ashby:none", 0, 1),
        ("greenhouse:acme", 40, 0),
    ]
    rest = (await http.get("/admin/postings/boards", params={"limit": 2, "cursor": of_boards["next_cursor"]})).json()
    assert ([each["board"] for each in rest["boards"]], rest["next_cursor"]) == (["lever:mill"], None)
    [audit] = await audits(db)
    assert (audit["action"], audit["outcome"], audit["details"]["import_ids"]) == (
        "import_postings",
        "done",
        [each["import_id"] for each in asked],
    )
    assert (await http.get("/jobs/7")).json()["company_slug"] == "acme"


async def test_who_asks_for_what_is_on_its_way_joins(http: httpx2.AsyncClient, boards: Boards) -> None:
    boards.gate = asyncio.Event()
    boards.greenhouse("acme", greenhouse_job(1))
    both = await asyncio.gather(*(start(http, sources=["greenhouse:acme"]) for _ in range(5)))
    assert sorted(each["joined"] for [each] in both) == [False, True, True, True, True]
    assert len({each["import_id"] for [each] in both}) == 1
    boards.gate.set()
    assert (await over(http, both[0][0]["import_id"]))["summary"]["new"] == 1
    assert len(boards.asked) == 1


async def test_rows_that_are_sent(http: httpx2.AsyncClient, db: Database) -> None:
    jobs = [greenhouse_job(1), lever_posting(2), {"id": 3}]
    [asked] = await start(http, jobs=jobs, meta={"total": 3})
    assert asked["source"].startswith("upload:")
    told = await over(http, asked["import_id"])
    assert (told["status"], told["summary"]["new"], told["summary"]["rejected"]) == ("done", 2, 1)
    assert "job 3: title: Field required" in told["summary"]["reasons"][0]
    assert await db.import_uploads.count_documents({}) == 0
    [again] = await start(http, jobs=jobs[:1], meta={"total": 1})
    assert (await over(http, again["import_id"]))["summary"]["unchanged"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "sources"),
        ({"sources": ["greenhouse:acme"], "jobs": []}, "sources"),
        ({"sources": ["greenhouse:acme", "workday:x"]}, "sources.1"),
        ({"sources": ["acme.json"]}, "sources.0"),
        ({"sources": ["greenhouse:../../etc"]}, "sources.0"),
        ({"jobs": [3]}, "body.jobs.0"),
        ({"rows": []}, "body.rows"),
    ],
)
async def test_what_cannot_be_imported_is_named(http: httpx2.AsyncClient, db: Database, body: dict[str, Any], field: str) -> None:
    answer = problem(await http.post("/admin/postings/import", json=body), 422, "invalid_input")
    assert field in {each["field"] for each in answer["errors"]} | {f"body.{each['field']}" for each in answer["errors"]}
    assert await db.imports.count_documents({}) == 0


async def test_how_much_may_be_sent(http: httpx2.AsyncClient) -> None:
    large = json.dumps({"jobs": [greenhouse_job(1, content="x" * 200_000)]}).encode()
    told = {"content-type": "application/json"}
    accepted = await http.post("/admin/postings/import", content=large, headers=told)
    assert accepted.status_code == 202
    assert (await over(http, accepted.json()["imports"][0]["import_id"]))["summary"]["new"] == 1
    problem(await http.post("/admin/postings/import", content=b" " * (MAX_UPLOAD_BYTES + 1), headers=told), 413, "content_too_large")
    problem(await http.post("/jobs/search", content=large, headers=told), 413, "content_too_large")


async def test_an_import_can_be_cancelled(http: httpx2.AsyncClient, boards: Boards, db: Database) -> None:
    boards.greenhouse("acme", greenhouse_job(1))
    boards.mishaps = [Mishap(hangs=True)]
    [asked] = await start(http, sources=["greenhouse:acme"])

    async def running() -> bool:
        told = await http.get(f"/admin/postings/imports/{asked['import_id']}")
        return bool(told.json()["status"] == "running")

    await eventually(running)
    answer = await http.post(f"/admin/postings/imports/{asked['import_id']}/cancel")
    assert answer.json()["status"] == "cancelled"
    problem(await http.post(f"/admin/postings/imports/{asked['import_id']}/cancel"), 409, "conflict")
    assert await db.jobs.count_documents({}) == 0
    problem(await http.get("/admin/postings/imports/none"), 404, "import_not_found")


def background(
    db: Database, embedder: LocalEmbedder, boards: Boards, file: Path | None = None, lease_s: float = 30, minutes: float = 60
) -> Any:
    postings = Postings(greenhouse_base_url=boards.url, boards_file=file, import_interval_minutes=minutes)
    return asyncio.create_task(schedule.follow(db, embedder, Settings(postings=postings, queue=Queue(lease_s=lease_s))))


async def ended(db: Database, import_id: str) -> dict[str, Any] | None:
    return await db.imports.find_one({"job_id": import_id, "status": {"$in": ["done", "failed"]}})


async def test_a_vanished_process_is_taken_over_from(db: Database, embedder: LocalEmbedder, boards: Boards) -> None:
    """It took the import, stored a part of it, and was never heard of again."""
    await create_indexes(db)
    boards.greenhouse("acme", *(greenhouse_job(number) for number in range(50)))
    vanishing = Queue(lease_s=0.5)
    task, _ = await imports.ask_board(db, vanishing, "greenhouse:acme", "test")
    assert await imports.tasks(db, vanishing).claim("the vanished", [imports.BOARD])
    following = background(db, embedder, boards)
    done = await eventually(lambda: ended(db, task.job_id))
    await end(following)
    assert (done["status"], done["result"]["new"], done["retry_count"], done["attempt"]) == ("done", 50, 1, 2)


async def test_an_import_of_a_process_that_stops_goes_on_elsewhere(db: Database, embedder: LocalEmbedder, boards: Boards) -> None:
    await create_indexes(db)
    boards.greenhouse("acme", *(greenhouse_job(number, content="Bake much bread. " * 500) for number in range(300)))
    task, _ = await imports.ask_board(db, Queue(), "greenhouse:acme", "test")
    first = background(db, embedder, boards)
    await eventually(lambda: db.jobs.count_documents({}))
    await end(first)
    stored = await db.jobs.count_documents({})
    assert stored < 300
    second = background(db, embedder, boards)
    done = await eventually(lambda: ended(db, task.job_id))
    await end(second)
    assert (done["status"], done["retry_count"]) == ("done", 0)
    assert (done["result"]["new"], done["result"]["unchanged"], done["result"]["embedded"]) == (300 - stored, stored, 300 - stored)


async def test_of_several_processes_one_reads_each_board(db: Database, embedder: LocalEmbedder, boards: Boards, tmp_path: Path) -> None:
    file = tmp_path / "boards.txt"
    file.write_text("".join(f"greenhouse:b{number}\n" for number in range(12)))
    for number in range(12):
        boards.greenhouse(f"b{number}", greenhouse_job(number))
    async with AsyncExitStack() as stack:
        for _ in range(3):
            stack.push_async_callback(end, background(db, embedder, boards, file))
        await eventually(lambda: _all_read(db, 12))
    assert sorted(asked.path for asked in boards.asked) == sorted(f"/v1/boards/b{number}/jobs" for number in range(12))
    assert {doc["params"]["who"] async for doc in db.imports.find()} == {"schedule"}


async def _all_read(db: Database, count: int) -> bool:
    return await db.boards.count_documents({"fetched_at": {"$ne": None}}) == count


async def test_boards_are_read_again_when_they_are_due(db: Database, embedder: LocalEmbedder, boards: Boards, tmp_path: Path) -> None:
    """A line that is added later counts too, and a failure is tried again."""
    file = tmp_path / "boards.txt"
    file.write_text("greenhouse:acme\n")
    boards.greenhouse("acme", greenhouse_job(1))
    following = background(db, embedder, boards, file, minutes=1 / 60)
    await eventually(lambda: _asked(boards, 3))
    assert boards.statuses[:3] == [200, 304, 304]
    file.write_text("greenhouse:acme\ngreenhouse:late\n")
    await eventually(lambda: _state_with(db, "greenhouse:late", failures=True))
    boards.greenhouse("late", greenhouse_job(2))
    await eventually(lambda: _state_with(db, "greenhouse:late", failures=False))
    await end(following)
    state = await states.get(db, "greenhouse:late")
    assert (state.open, state.error) == (1, None)


async def test_a_bad_line_is_told_until_it_is_mended(db: Database, embedder: LocalEmbedder, boards: Boards, tmp_path: Path) -> None:
    file = tmp_path / "boards.txt"
    file.write_text("workday:no\n")
    boards.greenhouse("acme", greenhouse_job(1))
    with capture_logs() as logs:
        following = background(db, embedder, boards, file, minutes=1 / 60)
        await eventually(lambda: _logged(logs, "boards_file_unusable"))
        file.write_text("greenhouse:acme\n")
        await eventually(lambda: _all_read(db, 1))
        await end(following)


async def _logged(logs: Sequence[Any], event: str) -> bool:
    return any(entry["event"] == event for entry in logs)


async def _asked(boards: Boards, times: int) -> bool:
    return len(boards.asked) >= times


async def _state_with(db: Database, board: str, *, failures: bool) -> bool:
    state = await states.get(db, board)
    return state.tried_at is not None and (state.failures > 0) is failures
