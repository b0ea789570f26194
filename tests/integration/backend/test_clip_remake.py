"""An exercise changes: its clips are made anew behind all else, the old ones are played until then, and no import asks for too many."""

from __future__ import annotations

from typing import Any

import pytest

from services.backend.catalogue.remake import remake
from services.backend.postings.remake import Remade
from shared.errors import PermanentJobError
from shared.mongo import clips
from shared.mongo.client import Database
from shared.mongo.clip_requests import ask_for_clip
from shared.mongo.indexes import create_indexes
from shared.settings import Queue
from tests.integration.clip_steps import exercise
from tests.integration.queue_steps import SETTINGS, claimed, failed, finished

CLIP_ID = "reel:hip-bridge:technique:mentor:en"


@pytest.fixture
async def jobs(db: Database) -> Database:
    await create_indexes(db)
    return db


async def make(db: Database, slug: str = "hip-bridge") -> None:
    """Its technique, by a worker."""
    await exercise(db, slug)
    await ask_for_clip(db, slug, "technique", "mentor", "en", SETTINGS)
    await finished(db, await claimed(db))


async def waiting(db: Database) -> list[dict[str, Any]]:
    return await db.generation_jobs.find({"status": "queued"}, sort=[("subject_key", 1)]).to_list()


async def test_a_changed_exercise_has_its_clip_made_anew_while_the_old_one_is_played(jobs: Database) -> None:
    await make(jobs)
    assert await remake(jobs, SETTINGS, 9) == Remade(0)
    before = await clips.get(jobs, CLIP_ID)
    await exercise(jobs, content_hash="another text")

    assert await remake(jobs, SETTINGS, 9) == Remade(1)
    assert await remake(jobs, SETTINGS, 9) == Remade(0)

    (job,) = await waiting(jobs)
    assert (job["subject_key"], job["source_hash"], job["priority"]) == ("hip-bridge:technique:mentor:en", "another text", "bulk")
    assert await clips.get(jobs, CLIP_ID) == before
    await finished(jobs, await claimed(jobs))
    after = await clips.get(jobs, CLIP_ID)
    assert before
    assert after
    assert (after.available, after.video_id != before.video_id) == (True, True)
    assert await remake(jobs, SETTINGS, 9) == Remade(0)


async def test_one_import_asks_for_so_many_and_the_next_for_the_others(jobs: Database) -> None:
    for slug in ("a", "b", "c"):
        await make(jobs, slug)
        await exercise(jobs, slug, content_hash="another text")
    assert await remake(jobs, SETTINGS, 0) == Remade()
    assert await remake(jobs, SETTINGS, 2) == Remade(2, 1)
    assert await remake(jobs, Queue(max_queue_depth=2), 2) == Remade(0, 3)
    assert await remake(jobs, SETTINGS, 2) == Remade(1)
    assert [job["subject_key"].partition(":")[0] for job in await waiting(jobs)] == ["a", "b", "c"]


async def test_a_block_is_of_one_text(jobs: Database) -> None:
    await make(jobs)
    await exercise(jobs, content_hash="another text")
    await remake(jobs, SETTINGS, 9)
    await failed(jobs, await claimed(jobs), PermanentJobError("nothing to say", code="no_usable_text"))
    assert await remake(jobs, SETTINGS, 9) == Remade(0)
    await exercise(jobs, content_hash="a third text")
    assert await remake(jobs, SETTINGS, 9) == Remade(1)


async def test_what_nobody_can_make_is_left_as_it_is(jobs: Database) -> None:
    await make(jobs)
    await exercise(jobs, content_hash="another text", locale="de")
    assert await remake(jobs, SETTINGS, 9) == Remade(0)
    await exercise(jobs, content_hash="another text", active=False)
    assert await remake(jobs, SETTINGS, 9) == Remade(0)
