"""A posting's text changes: its reel is made anew, the old one serves until then, and no import asks for too many."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from services.backend.postings.boards import parse_board
from services.backend.postings.fetch import BoardClient
from services.backend.postings.importer import Row, Source, Summary
from services.backend.postings.importing import Importing
from services.backend.postings.remake import Remade, remake
from shared.embeddings.local import LocalEmbedder
from shared.mongo import boards as states
from shared.mongo import generation_queue, videos
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes
from shared.schemas.subjects import SubjectId
from shared.settings import Postings, Queue, Settings
from tests.integration.backend.catalogue import give_reel
from tests.integration.queue_steps import claimed, finished
from tests.stubs.boards import Boards, greenhouse_job

OTHER = "&lt;p&gt;Bake pies.&lt;/p&gt;"


@pytest.fixture
async def jobs(db: Database) -> Database:
    await create_indexes(db)
    return db


Importings = Callable[..., Importing]


@pytest.fixture
async def importing(jobs: Database, embedder: LocalEmbedder) -> AsyncIterator[Importings]:
    """Importings with these settings of postings."""
    clients: list[BoardClient] = []

    def made(**changes: Any) -> Importing:
        settings = Settings(postings=Postings(**changes))
        clients.append(BoardClient(settings.postings))
        return Importing(jobs, embedder, clients[-1], settings)

    yield made
    for client in clients:
        await client.aclose()


async def run(it: Importing, *rows: dict[str, Any]) -> Summary:
    async def nobody(_: int) -> None:
        pass

    return await it.file(Source([Row(str(at), {**row, "company": "acme"}) for at, row in enumerate(rows)]), nobody)


async def waiting(db: Database) -> list[dict[str, Any]]:
    return [doc async for doc in db.generation_jobs.find({"status": "queued"}).sort("created_at")]


async def test_import_change_job_and_the_old_reel_gives_way(jobs: Database, importing: Importings) -> None:
    it = importing()
    await run(it, greenhouse_job(1), greenhouse_job(2))
    await give_reel(jobs, "1")
    assert (await run(it, greenhouse_job(1, content=OTHER), greenhouse_job(2, content=OTHER))).remade == 1
    [job] = await waiting(jobs)
    assert (job["subject_key"], job["priority"], job["greenhouse_id"]) == ("acme:9001", "bulk", "1")
    assert "user_slot" not in job
    assert (await run(it, greenhouse_job(1, content=OTHER), greenhouse_job(2, content=OTHER))).remade == 0, "it is on its way"
    subject = SubjectId("posting", "acme:9001")
    assert (await videos.ready_for(jobs, [subject]))[subject].video_id == "v-1"
    ready = await finished(jobs, await claimed(jobs))
    serving = (await videos.ready_for(jobs, [subject]))[subject]
    assert (serving.video_id, serving.source_hash) == (ready.output_video_id, job["source_hash"])
    assert {doc["video_id"]: doc["status"] async for doc in jobs.videos.find()} == {"v-1": "superseded", serving.video_id: "ready"}
    assert (await run(it, greenhouse_job(1, content=OTHER))).remade == 0
    assert await waiting(jobs) == []


@pytest.mark.parametrize(
    "changes", [{}, {"location": {"name": "Bruges"}}, {"updated_at": "2026-05-01T00:00:00Z"}, {"pay_input_ranges": []}]
)
async def test_what_is_no_new_text_makes_no_new_reel(importing: Importings, jobs: Database, changes: dict[str, Any]) -> None:
    it = importing()
    await run(it, greenhouse_job(1))
    await give_reel(jobs, "1")
    assert (await run(it, greenhouse_job(1, **changes))).remade == 0


async def test_no_import_asks_for_more_than_it_may_and_the_next_goes_on(jobs: Database, importing: Importings) -> None:
    it = importing(remake_per_import=2)
    await run(it, *(greenhouse_job(number) for number in range(5)))
    for number in range(5):
        await give_reel(jobs, str(number))
    changed = [greenhouse_job(number, content=OTHER) for number in range(5)]
    assert [(await run(it, *changed)).remade for _ in range(4)] == [2, 2, 1, 0]
    assert len({job["subject_key"] for job in await waiting(jobs)}) == 5


async def test_with_none_allowed_none_is_asked_for(jobs: Database, importing: Importings) -> None:
    it = importing(remake_per_import=0)
    await run(it, greenhouse_job(1))
    await give_reel(jobs, "1")
    assert (await run(it, greenhouse_job(1, content=OTHER))).remade == 0
    assert await waiting(jobs) == []


async def test_a_full_queue_and_a_blocked_subject_are_left(jobs: Database, importing: Importings) -> None:
    it = importing(remake_per_import=0)
    await run(it, greenhouse_job(1), greenhouse_job(2))
    for key in ("1", "2"):
        await give_reel(jobs, key)
    await run(it, greenhouse_job(1, content=OTHER), greenhouse_job(2, content=OTHER))
    keys = ["acme:9001", "acme:9002"]
    assert await remake(jobs, keys, Queue(max_queue_depth=1), 9) == Remade(1, 1)
    [job] = await waiting(jobs)
    await jobs.generation_jobs.delete_one({"_id": job["_id"]})
    block = {"subject_kind": "posting", "subject_key": job["subject_key"], "source_hash": job["source_hash"], "until": None}
    await jobs.subject_blocks.insert_one(block)
    assert await remake(jobs, keys, Queue(), 9) == Remade(1, 0)
    assert await generation_queue.depth(jobs) == 1


async def test_a_closed_role_gets_no_new_reel(jobs: Database, importing: Importings) -> None:
    it = importing()
    await run(it, greenhouse_job(1))
    await give_reel(jobs, "1")
    await jobs.jobs.update_one({"greenhouse_id": "1"}, {"$set": {"active": False, "content_hash": "other"}})
    assert await remake(jobs, ["acme:9001"], Queue(), 9) == Remade(0, 0)


async def test_a_board_with_reels_left_to_make_is_asked_for_everything_again(jobs: Database, importing: Importings) -> None:
    async with Boards().listening() as boards:
        it = importing(greenhouse_base_url=boards.url, remake_per_import=1)

        async def nobody(_: int) -> None:
            pass

        async def imported() -> int:
            return (await it.store(await it.fetch(parse_board("greenhouse:acme")), nobody)).remade

        boards.greenhouse("acme", greenhouse_job(1), greenhouse_job(2))
        assert await imported() == 0
        for key in ("1", "2"):
            await give_reel(jobs, key)
        boards.greenhouse("acme", greenhouse_job(1, content=OTHER), greenhouse_job(2, content=OTHER))
        assert [await imported() for _ in range(3)] == [1, 1, 0]
        assert boards.statuses == [200, 200, 200, 304]
        assert (await states.get(jobs, "greenhouse:acme")).counts["unchanged"] == 2
