"""What operators do to clips of exercises and to the jobs that make them: all that they do to postings' reels."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from services.backend.admin.clips_ahead import MOST
from shared.mongo import clips
from shared.mongo.client import Client, Database
from shared.mongo.clip_requests import ask_for_clip
from shared.mongo.indexes import create_indexes
from shared.schemas.clips import Clip
from tests.integration.backend.operating import operated, problem
from tests.integration.clip_steps import exercise
from tests.integration.queue_steps import SETTINGS, claimed, document, failed, finished

KEY = "hip-bridge:technique:mentor:en"


@pytest.fixture(scope="module")
async def database(mongo_client: Client) -> AsyncIterator[Database]:
    """One for all tests here, as one backend serves them all."""
    database = mongo_client[f"test_{uuid4().hex[:12]}"]
    await create_indexes(database)
    yield database
    await mongo_client.drop_database(database.name)


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
async def admin(database: Database, mongo_uri: str, data_folder: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with operated(database, mongo_uri, data_folder) as http:
        yield http


@pytest.fixture
async def db(database: Database) -> Database:
    """Nothing is left of the test before."""
    for collection in ("exercises", "clips", "videos", "generation_jobs", "subject_blocks"):
        await database[collection].delete_many({})
    return database


async def ask(db: Database) -> str:
    asked = await ask_for_clip(db, "hip-bridge", "technique", "mentor", "en", SETTINGS)
    assert asked
    assert asked.job_id
    return asked.job_id


async def made(db: Database) -> Clip:
    """The clip, once the job that waits is done."""
    await finished(db, await claimed(db))
    clip = await clips.get(db, f"reel:{KEY}")
    assert clip
    return clip


async def test_a_clip_is_made_anew_and_keeps_its_place(admin: httpx2.AsyncClient, db: Database) -> None:
    await exercise(db)
    await ask(db)
    first = await made(db)
    await exercise(db, content_hash="another text")
    answer = await admin.post(f"/admin/videos/{first.video_id}/regenerate", params={"voice": "piper"})
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert [told[name] for name in ("subject_key", "template_id", "voice_id", "priority")] == [KEY, "coach", "piper", "bulk"]
    assert (await document(db, told["job_id"]))["source_hash"] == "another text"
    assert (await made(db)).video_id == told["output_video_id"] != first.video_id
    assert await db.clips.count_documents({}) == 1


async def test_what_was_taken_down_comes_back_when_an_operator_orders_it(admin: httpx2.AsyncClient, db: Database) -> None:
    await exercise(db)
    await ask(db)
    first = await made(db)
    answer = await admin.post(f"/admin/videos/{first.video_id}/take-down")
    assert (answer.status_code, answer.json()["subject_kind"]) == (200, "clip")
    taken = await clips.get(db, first.clip_id)
    assert taken
    assert taken.available is False
    assert (await admin.post(f"/admin/videos/{first.video_id}/regenerate")).status_code == 202
    assert (await made(db)).available is True


async def test_what_a_clip_cannot_be_is_refused(admin: httpx2.AsyncClient, db: Database) -> None:
    await exercise(db)
    await ask(db)
    path = f"/admin/videos/{(await made(db)).video_id}/regenerate"
    body = problem(await admin.post(path, params={"template": "poster"}), 422, "invalid_input")
    assert body["errors"][0]["field"] == "template"
    await exercise(db, active=False)
    problem(await admin.post(path), 409, "subject_closed")


async def test_clips_are_ordered_ahead_of_demand_each_once(admin: httpx2.AsyncClient, db: Database) -> None:
    await exercise(db)
    await exercise(db, "silent", instructions=())
    await ask(db)
    wish = {
        "exercise_slugs": ["hip-bridge", "hip-bridge", "silent", "unknown"],
        "archetypes": ["mentor"],
        "kinds": ["technique", "instruction"],
    }
    answer = (await admin.post("/admin/exercises/clips", json=wish)).json()
    assert [(one["exercise_slug"], one["kind"], one["outcome"]) for one in answer["results"]] == [
        ("hip-bridge", "technique", "joined"),
        ("hip-bridge", "instruction", "created"),
        ("silent", "technique", "impossible"),
        ("silent", "instruction", "impossible"),
        ("unknown", "technique", "impossible"),
        ("unknown", "instruction", "impossible"),
    ]
    assert (await document(db, answer["results"][1]["job_id"]))["priority"] == "bulk"


async def test_clips_of_all_exercises_are_ordered_a_page_at_a_time(admin: httpx2.AsyncClient, db: Database) -> None:
    for number in range(MOST + 1):
        await exercise(db, f"exercise-{number:03}", active=number != 7)
    ordered, cursor, pages = [], "", 0
    while cursor is not None:
        answer = (
            await admin.post("/admin/exercises/clips", json={"kinds": ["technique"]}, params={"cursor": cursor} if cursor else {})
        ).json()
        ordered += [one["exercise_slug"] for one in answer["results"]]
        cursor, pages = answer["next_cursor"], pages + 1
    assert ordered == [f"exercise-{number:03}" for number in range(MOST + 1) if number != 7]
    assert pages == 2
    assert await db.generation_jobs.count_documents({"subject_key": {"$regex": ":technique:professional:en$"}}) == MOST


async def test_its_jobs_are_listed_looked_into_cancelled_and_retried(admin: httpx2.AsyncClient, db: Database) -> None:
    await exercise(db)
    job_id = await ask(db)
    [listed] = (await admin.get("/admin/generation-jobs", params={"subject_key": KEY})).json()["jobs"]
    assert (listed["job_id"], listed["subject_kind"], listed["greenhouse_id"]) == (job_id, "clip", None)
    assert (await admin.post(f"/admin/generation-jobs/{job_id}/cancel")).json()["status"] == "cancelled"
    assert (await admin.post(f"/admin/generation-jobs/{job_id}/retry")).json()["status"] == "queued"
    await failed(db, await claimed(db))
    detail = (await admin.get(f"/admin/generation-jobs/{job_id}")).json()
    assert (detail["block"]["holds"], detail["posting"]) == (True, None)


async def test_a_clip_is_no_orphan_for_want_of_a_posting(admin: httpx2.AsyncClient, db: Database, data_folder: Path) -> None:
    await exercise(db)
    await ask(db)
    clip = await made(db)
    master = data_folder / "media" / "hls" / (clip.video_id or "") / "master.m3u8"
    assert [each["problems"] for each in (await admin.get("/admin/videos/orphaned")).json()["documents"]] == [["master_missing"]]
    master.parent.mkdir(parents=True)
    master.touch()
    assert (await admin.get("/admin/videos/orphaned")).json()["documents"] == []
