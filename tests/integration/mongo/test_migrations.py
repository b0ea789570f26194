"""`migrate` on a real mongod: a database laid out as the seed describes, or by the version before, comes out as this one needs it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from services.migrate import context_of, run_migrate
from shared.errors import Conflict, InvalidInput
from shared.mongo import generation_attempts, postings, reembed, videos, views
from shared.mongo.client import Client, Database, open_mongo
from shared.mongo.indexes import INDEXES, create_indexes
from shared.mongo.migrations import runner
from shared.mongo.migrations.base import BATCH
from shared.schemas.generation import GenerationJob
from shared.schemas.postings import Posting
from shared.schemas.videos import Video
from shared.settings import Mongo, Queue, Settings
from tests.seed_shaped import CDN, ROLES, dump, embedding, lay_out, posting, video

PATIENCE_S = 60
GEMINI = "gemini-embedding-001-768"
CONTEXT = context_of(Settings())


@pytest.fixture
async def seed(db: Database) -> Database:
    await lay_out(db)
    return db


@pytest.fixture(scope="module")
async def done(mongo_client: Client) -> AsyncIterator[Database]:
    """The seed's database after `migrate`, for tests that only look."""
    database = mongo_client[f"test_{uuid4().hex[:12]}"]
    await lay_out(database)
    await migrated(database)
    yield database
    await mongo_client.drop_database(database.name)


async def migrated(db: Database) -> list[runner.State]:
    return await asyncio.wait_for(runner.migrate(db, CONTEXT, "w1"), PATIENCE_S)


async def job_of(db: Database, job_id: str) -> GenerationJob:
    return GenerationJob.model_validate(await db.generation_jobs.find_one({"job_id": job_id}))


async def test_every_document_can_be_read_afterwards(done: Database) -> None:
    assert len([Posting.model_validate(doc) async for doc in done.jobs.find()]) == len(ROLES)
    assert len([Video.model_validate(doc) async for doc in done.videos.find()]) == 4
    assert len([GenerationJob.model_validate(doc) async for doc in done.generation_jobs.find()]) == 10


async def test_postings_are_clean_and_have_subjects_and_places(done: Database) -> None:
    baker = await postings.get(done, "g-baker")
    assert baker
    assert baker.description == "Knead sourdough & shape loaves.\n\n• Start at four."
    assert (baker.subject_key, baker.company_slug, baker.company_name) == ("g-baker", "acme-bread", "Acme Bread")
    assert (baker.place_keys, baker.department_keys) == (("ghent belgium", "ghent", "belgium"), ("crafts",))
    pastry, closed = await postings.get(done, "g-pastry"), await postings.get(done, "g-closed")
    assert pastry
    assert pastry.description == "Laminate croissant dough and bake tarts."
    assert closed
    assert not closed.active


async def test_the_seeds_vectors_are_geminis_and_need_no_embedding(done: Database) -> None:
    doc = await done.jobs.find_one({"greenhouse_id": "g-nurse"})
    assert doc
    vector, was = postings.decode_vector(doc["vectors"][GEMINI]["vector"]), np.asarray(embedding("g-nurse"))
    assert vector == pytest.approx(was / np.linalg.norm(was), abs=1e-6)
    assert "embedding" not in doc
    assert not postings.needs_vector(Posting.model_validate(doc), doc, GEMINI)
    assert not await reembed.any_without(done, reembed.POSTINGS, GEMINI, None)
    assert await reembed.any_without(done, reembed.POSTINGS, "minilm-l6-int8-v1", None)
    assert await reembed.generations(done) == [GEMINI]


async def test_what_was_seen_is_seen_by_subject(done: Database) -> None:
    assert await views.seen_among(done, "ann", ["g-baker", "g-nurse"]) == {"g-baker"}
    assert await views.seen_among(done, "bob", ["g-nurse", "g-gone"]) == {"g-gone"}
    assert await done.user_job_views.count_documents({"user_id": "ann"}) == 1


async def test_old_videos_play_and_the_newest_of_a_subject_serves(done: Database) -> None:
    ready = await videos.ready_for_posting(done, "g-baker")
    assert ready
    assert (ready.video_id, ready.cdn_url, ready.poster_key) == ("v-new", f"{CDN}/hls/v-new/master.m3u8", "hls/v-new/poster.jpg")
    assert (ready.mp4_key, ready.provider, ready.duration_seconds) == (None, "spaces", 31.5)
    baker = await postings.get(done, "g-baker")
    assert baker
    assert ready.source_hash == baker.content_hash
    old = await videos.get(done, "v-old")
    assert old
    assert old.status == "superseded"
    assert await videos.get(done, "v-failed") is None
    assert (await videos.get(done, "v-orphan")) is not None


async def test_jobs_are_workable_or_ended_with_the_reason(done: Database) -> None:
    assert {name: (await job_of(done, name)).status for name in ("j-queued", "j-running", "j-uploaded")} == dict.fromkeys(
        ("j-queued", "j-running", "j-uploaded"), "queued"
    )
    why = {name: await job_of(done, name) for name in ("j-again", "j-made", "j-closed", "j-lost", "j-odd", "j-failed", "j-ready")}
    assert {name: (job.status, job.failure.code if job.failure else None) for name, job in why.items()} == {
        "j-again": ("superseded", "already_asked"),
        "j-made": ("superseded", "already_ready"),
        "j-closed": ("failed", "posting_closed"),
        "j-lost": ("failed", "posting_unknown"),
        "j-odd": ("failed", "seed_unknown"),
        "j-failed": ("failed", "seed_failed"),
        "j-ready": ("ready", None),
    }
    assert why["j-failed"].error == "FFmpeg crashed"
    assert "closed" in (why["j-closed"].error or "")
    assert all([doc.get("expires_at") async for doc in done.generation_jobs.find({"status": {"$ne": "queued"}})])


async def test_no_worker_takes_old_jobs_before(seed: Database) -> None:
    assert await generation_attempts.claim(seed, "w1", Queue()) is None


async def test_a_worker_takes_the_old_jobs_where_nobody_wrote_before(seed: Database) -> None:
    await migrated(seed)

    claims = [await generation_attempts.claim(seed, "w1", Queue()) for _ in range(4)]

    taken = {job.job_id: job for job in claims if job}
    assert set(taken) == {"j-queued", "j-running", "j-uploaded"}
    assert taken["j-running"].output_video_id != "v-j-running"  # its worker may have put half a reel there
    assert all(job.subject_key == job.greenhouse_id and job.source_hash for job in taken.values())


async def test_the_seeds_expiry_is_gone_and_every_index_is_there(done: Database) -> None:
    for collection, models in INDEXES.items():
        there = await done[collection].index_information()
        assert {model.document["name"] for model in models} == set(there) - {"_id_"}
    expiring = {name for name, index in (await done.generation_jobs.index_information()).items() if "expireAfterSeconds" in index}
    assert expiring == {"expiry"}


async def test_what_is_changed_for_good_is_put_aside(done: Database) -> None:
    kept = {(doc["_id"]["collection"], doc["_id"]["id"]): doc["fields"] async for doc in done.migration_originals.find()}
    baker, failed = await done.jobs.find_one({"greenhouse_id": "g-baker"}), await done.videos.find_one({"video_id": "v-failed"})
    assert baker
    assert failed
    assert kept["jobs", baker["_id"]] == {"description": ROLES["g-baker"][2]}
    assert kept["videos", failed["_id"]] == {"template_id": "family_guy", "status": "failed"}


async def test_again_changes_nothing(seed: Database) -> None:
    first = await migrated(seed)
    before = await dump(seed)
    second = await migrated(seed)
    after = await dump(seed)

    assert [state.name for state in first] == [
        "0001-indexes",
        "0002-seed-postings",
        "0004-seed-views",
        "0005-seed-videos",
        "0006-seed-jobs",
    ]
    assert second == []
    del before["tasks"], after["tasks"]  # who asked for it, and when
    assert after == before


async def test_the_plan_counts_and_changes_nothing(seed: Database) -> None:
    before = await dump(seed)

    planned = {state.name: state.counts for state in await runner.plan(seed)}

    assert planned == {
        "0001-indexes": {"indexes replaced": 8},
        "0002-seed-postings": {"postings": 6, "vectors kept": 6},
        "0003-posting-filters": {},
        "0004-seed-views": {"views": 4},
        "0005-seed-videos": {"videos": 4},
        "0006-seed-jobs": {"jobs": 10, "jobs that wait or run": 7},
    }
    assert await dump(seed) == before


async def test_the_status_tells_what_was_applied_and_when(seed: Database) -> None:
    assert {state.applied_at for state in await runner.status(seed)} == {None}
    started = datetime.now(UTC).replace(microsecond=0)
    await migrated(seed)

    states = await runner.status(seed)
    assert all(state.applied_at and state.applied_at >= started for state in states)
    assert states[1].counts == {"postings": 6, "vectors kept": 6}


async def test_several_at_once_do_it_once(seed: Database) -> None:
    said: list[tuple[str, int]] = []
    each = (runner.migrate(seed, CONTEXT, f"w{number}", lambda name, done: said.append((name, done))) for number in range(4))
    results = await asyncio.wait_for(asyncio.gather(*each), PATIENCE_S)

    assert sum(done for name, done in said if name == "0002-seed-postings") == len(ROLES)
    assert max(results, key=len)[0].name == "0001-indexes"


class Stopped(Exception):
    pass


@pytest.mark.parametrize("stop_at", ["0001-indexes", "0002-seed-postings", "0004-seed-views", "0005-seed-videos", "0006-seed-jobs"])
async def test_cut_short_anywhere_it_goes_on(seed: Database, stop_at: str) -> None:
    def stop(name: str, _: int) -> None:
        if name == stop_at:
            raise Stopped

    with pytest.raises(Conflict, match="Stopped"):
        await runner.migrate(seed, CONTEXT, "w1", stop)
    await migrated(seed)

    assert await runner.pending(seed) == []
    assert not any(state.counts for state in await runner.plan(seed))
    assert (await job_of(seed, "j-again")).status == "superseded"
    assert await seed.jobs.count_documents({f"vectors.{GEMINI}": {"$exists": True}}) == len(ROLES)


async def test_killed_in_the_middle_another_takes_over(seed: Database, mongo_uri: str) -> None:
    many = [posting("g-baker", greenhouse_id=f"g-{number:05}") for number in range(6 * BATCH)]
    await seed.jobs.insert_many(many)
    environment = {**os.environ, "MONGODB_URI": mongo_uri, "MONGODB_DATABASE": seed.name}
    command = [sys.executable, "-m", "services", "migrate", "--json"]
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.DEVNULL)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while await seed.jobs.count_documents({"subject_key": {"$exists": True}}) < BATCH:
                await asyncio.sleep(0.01)
    finally:
        process.kill()
        await process.wait()
    assert await seed.jobs.count_documents({"subject_key": {"$exists": False}}) > 0
    await seed.tasks.update_many({"status": "running"}, {"$set": {"claim_at": datetime.now(UTC)}})  # rather than wait for the lease

    await migrated(seed)

    assert await seed.jobs.count_documents({"subject_key": {"$exists": False}}) == 0
    assert await seed.jobs.count_documents({f"vectors.{GEMINI}": {"$exists": True}}) == len(many) + len(ROLES)


async def test_a_posting_that_cannot_be_read_is_left_with_its_reason(db: Database) -> None:
    await db.jobs.insert_one({"greenhouse_id": "bad", "company_slug": "acme", "title": "  ", "active": True, "embedding": [1.0] * 768})
    await db.jobs.insert_one(posting("g-baker", updated_at="yesterday", pay_input_ranges=[{"min": 1}], embedding=[1.0, 2.0]))
    await migrated(db)

    bad, baker = await db.jobs.find_one({"greenhouse_id": "bad"}), await db.jobs.find_one({"greenhouse_id": "g-baker"})
    assert bad
    assert bad["migration_problem"] == "title: it has no visible characters"
    assert bad["embedding"] == [1.0] * 768
    assert baker
    assert (baker["title"], baker["embedding"]) == ("Artisan baker", [1.0, 2.0])  # what is no vector of the seed's stays as it is
    assert await migrated(db) == []


async def test_postings_of_the_version_before_get_what_filters_need(db: Database) -> None:
    await create_indexes(db)
    stored = posting("g-baker")
    row = {"id": "g-baker", "title": "Baker", "company_name": "Acme", "location": {"name": "Ghent"}, "content": "<p>Bake</p>"}
    del stored["embedding"]
    new = postings.Write(_read(row), {}, np.ones(384, np.float32))
    await postings.store(db, [new], "minilm-l6-int8-v1")
    await db.jobs.update_one(
        {}, {"$unset": {"place_keys": "", "department_keys": ""}, "$set": {"departments": [{"id": 3, "name": "Crafts"}]}}
    )
    before = await postings.get(db, "g-baker")
    assert before
    assert before.departments == ("Crafts",)  # it can be shown even before

    assert await runner.pending(db) == ["0003-posting-filters"]
    await migrated(db)

    now = await postings.get(db, "g-baker")
    assert now
    assert (now.place_keys, now.departments, now.department_keys) == (("ghent",), ("Crafts",), ("crafts",))
    assert await reembed.generations(db) == ["minilm-l6-int8-v1"]


def _read(row: dict[str, Any]) -> Posting:
    from shared.schemas.postings import BoardPosting, read_posting

    return read_posting(BoardPosting.model_validate(row))


async def test_a_fresh_database_needs_nothing(db: Database) -> None:
    assert await runner.pending(db) == []
    await asyncio.wait_for(runner.until_migrated(db), PATIENCE_S)
    await create_indexes(db)
    assert all(state.applied_at for state in await runner.status(db))


async def test_what_is_put_there_later_is_migrated_too(db: Database) -> None:
    assert await runner.pending(db) == []
    await lay_out(db)

    assert len(await migrated(db)) == 5


async def test_a_service_says_what_it_waits_for(seed: Database) -> None:
    told: list[Sequence[str]] = []
    waiting = asyncio.create_task(runner.until_migrated(seed, told.append, look_s=0.05))
    async with asyncio.timeout(PATIENCE_S):
        while len(told) < 2:
            await asyncio.sleep(0.01)
    assert "0002-seed-postings" in told[0]
    assert not waiting.done()

    await migrated(seed)
    await asyncio.wait_for(waiting, PATIENCE_S)
    assert told[-1] == []


async def test_data_that_no_index_can_be_made_for_is_named(db: Database) -> None:
    await db.videos.insert_many([video("v-1", "g-1"), video("v-1", "g-2")])

    with pytest.raises(Conflict, match="video_id"):
        await migrated(db)


def test_the_command_plans_does_and_tells(mongo_uri: str, capsys: pytest.CaptureFixture[str]) -> None:
    name = "test_migrate_command"
    settings = Settings(mongo=Mongo.model_validate({"mongodb_uri": mongo_uri, "mongodb_database": name}))

    def told(*arguments: Any) -> dict[str, Any]:
        assert run_migrate(settings, *arguments, as_json=True) == 0
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)
        return {each["name"]: each["counts"] for each in answer["migrations"]}

    async def with_database(work: Any) -> None:
        async with open_mongo(settings) as database:
            await work(database)

    asyncio.run(with_database(lay_out))
    try:
        assert told("plan")["0002-seed-postings"] == {"postings": 6, "vectors kept": 6}
        assert told("migrate")["0005-seed-videos"] == {"videos": 4}
        assert told("migrate") == {}
        assert told("status")["0004-seed-views"] == {"views": 4}
        run_migrate(settings, "migrate", as_json=False)
        assert "up to date" in capsys.readouterr().out
    finally:
        asyncio.run(with_database(lambda db: db.client.drop_database(name)))


def test_two_questions_at_once_are_refused() -> None:
    from services.commands import migrate

    with pytest.raises(InvalidInput, match="ask one"):
        migrate(plan=True, status=True)
