"""Changing the embedder: every posting gets its vector in the background, once, and a search finds things all the while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pytest
from numpy.typing import NDArray

from services.backend.catalogue.exercise_importer import import_exercises
from services.backend.postings.changeover import answering, until_complete, who_answers
from services.backend.postings.importer import Row
from services.backend.postings.reembed import follow, kind
from shared.embeddings.base import Embedder, Kind
from shared.embeddings.local import LocalEmbedder, open_local
from shared.embeddings.wordllama import WordLlamaEmbedder, open_wordllama
from shared.errors import Unavailable
from shared.mongo import exercises, postings, reembed
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes
from shared.mongo.long_tasks import LongTasks
from shared.schemas.postings import BoardPosting, read_posting
from shared.settings import Embeddings, Queue, Settings
from shared.tasks import end
from shared.vectors.base import Hit
from shared.vectors.synced import SyncedIndex

PATIENCE_S = 60
POSTINGS = 150
BAKERS = {f"p{number:03}" for number in range(0, POSTINGS, 3)}
SETTINGS = Settings(embeddings=Embeddings(embedder="wordllama"), queue=Queue(lease_s=2))


class Watched:
    """The real embedder under a name of its own, telling how many texts it was given; each batch passes `gate` first."""

    def __init__(self, embedder: Embedder, name: str = "") -> None:
        self.embedder_id = name or embedder.embedder_id
        self.dimensions, self.threshold = embedder.dimensions, embedder.threshold
        self.embedder, self.texts = embedder, 0
        self.gate: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(0)

    async def embed(self, texts: Sequence[str], *, kind: Kind = "query") -> NDArray[np.float32]:
        await self.gate()
        self.texts += len(texts)
        return await self.embedder.embed(texts, kind=kind)

    async def aclose(self) -> None:
        await self.embedder.aclose()


@pytest.fixture(scope="module")
def minilm() -> LocalEmbedder:
    return open_local()


@pytest.fixture
def wordllama() -> Watched:
    return Watched(open_wordllama())


@pytest.fixture
async def jobs(db: Database, minilm: LocalEmbedder) -> Database:
    """Postings that MiniLM knows all of, and nobody else."""
    await create_indexes(db)
    roles = ("Artisan baker", "Pipe welder", "Paediatric nurse")
    for number in range(POSTINGS):
        await add(db, f"p{number:03}", roles[number % len(roles)])
    known = await reembed.without(db, reembed.POSTINGS, minilm.embedder_id, "", POSTINGS)
    vectors = await minilm.embed(["Artisan baker", "Pipe welder", "Paediatric nurse"])
    await reembed.store(db, reembed.POSTINGS, minilm.embedder_id, known, np.stack([vectors[int(each.key[1:]) % 3] for each in known]))
    await reembed.complete(db, minilm.embedder_id)
    return db


async def add(db: Database, name: str, title: str, **changes: object) -> None:
    row = {"id": name, "title": title, "company_name": "Oven & Co", "content": f"<p>We look for a {title}.</p>"}
    posting = read_posting(BoardPosting.model_validate(row)).model_copy(update=changes)
    await postings.store(db, [postings.Write(posting, row, None)], "nobody")


@asynccontextmanager
async def following(db: Database, *embedders: Embedder) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(follow(db, embedder, SETTINGS, look_s=0.1)) for embedder in embedders]
    try:
        yield
        assert not any(task.done() for task in tasks)
    finally:
        await end(*tasks)


async def eventually(condition: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await condition():
            await asyncio.sleep(0.02)


async def known_by(db: Database, embedder_id: str) -> int:
    return await db.jobs.count_documents({f"vectors.{embedder_id}": {"$exists": True}})


async def test_every_posting_gets_its_vector_and_keeps_the_old_one(jobs: Database, minilm: LocalEmbedder, wordllama: Watched) -> None:
    async with following(jobs, wordllama):
        await asyncio.wait_for(until_complete(jobs, wordllama.embedder_id, look_s=0.05), PATIENCE_S)
        await eventually(lambda: _idle(jobs))

    doc = await jobs.jobs.find_one({"greenhouse_id": "p001"})
    assert doc
    entry = doc["vectors"][wordllama.embedder_id]
    (wished,) = await wordllama.embed(["pipe welder"])
    assert entry["content_hash"] == doc["content_hash"]
    assert postings.decode_vector(entry["vector"]) @ wished > 0.5
    assert await known_by(jobs, minilm.embedder_id) == POSTINGS
    assert await reembed.generations(jobs) == [wordllama.embedder_id, minilm.embedder_id]
    done = (await LongTasks(jobs, "tasks").newest(1))[0]
    assert (done.result, done.progress) == ({"embedded": POSTINGS, "dropped": 0}, {"done": POSTINGS, "total": POSTINGS})


async def test_one_process_of_all_does_it(jobs: Database, wordllama: Watched) -> None:
    other = Watched(wordllama.embedder)
    async with following(jobs, wordllama, other):
        await asyncio.wait_for(until_complete(jobs, wordllama.embedder_id, look_s=0.05), PATIENCE_S)

    assert wordllama.texts + other.texts == 2 * POSTINGS  # its title, and its title and text


async def test_what_one_process_began_another_finishes(jobs: Database, wordllama: Watched) -> None:
    batches = asyncio.Semaphore(2)
    wordllama.gate = batches.acquire
    async with following(jobs, wordllama):
        await eventually(lambda: _at_least(jobs, wordllama.embedder_id, 64))
    assert await known_by(jobs, wordllama.embedder_id) < POSTINGS

    next_one = Watched(wordllama.embedder)
    async with following(jobs, next_one):
        await asyncio.wait_for(until_complete(jobs, next_one.embedder_id, look_s=0.05), PATIENCE_S)

    assert next_one.texts == 2 * (POSTINGS - 64)


async def test_exercises_get_theirs_too(jobs: Database, minilm: LocalEmbedder, wordllama: Watched) -> None:
    await import_exercises(jobs, minilm, rows_of("Hip Bridge", "Push-Up"))
    await import_exercises(jobs, minilm, [Row("3", {"name": "Gone", "active": False})])
    async with following(jobs, wordllama):
        await asyncio.wait_for(until_complete(jobs, wordllama.embedder_id, look_s=0.05), PATIENCE_S)
        await eventually(lambda: _idle(jobs))
        assert await _exercises_known_by(jobs, wordllama) == ["hip-bridge", "push-up"]
        assert await _exercises_known_by(jobs, minilm) == ["gone", "hip-bridge", "push-up"]
        await import_exercises(jobs, minilm, rows_of("Squat"))  # by a process that has not heard of the change
        await eventually(lambda: _knows(jobs, wordllama, "squat"))

    asked = wordllama.texts
    report = await import_exercises(jobs, wordllama, rows_of("Hip Bridge", "Push-Up", "Squat"))
    assert (report.unchanged, report.embedded, wordllama.texts) == (3, 0, asked)


async def test_a_changed_exercise_is_not_given_the_vector_of_its_old_text(
    jobs: Database, minilm: LocalEmbedder, wordllama: Watched
) -> None:
    await import_exercises(jobs, minilm, rows_of("Push-Up"))
    (old,) = await reembed.without(jobs, reembed.EXERCISES, wordllama.embedder_id, "", 1)
    assert (old.title, old.text) == ("Push-Up", "Do a Push-Up.")
    await import_exercises(jobs, minilm, [Row("1", {"name": "Push-Up", "instructions": ["Go down."]})])
    await reembed.store(jobs, reembed.EXERCISES, wordllama.embedder_id, [old], await wordllama.embed([old.title]))
    assert await _exercises_known_by(jobs, wordllama) == []


def rows_of(*names: str) -> list[Row]:
    return [Row(name, {"name": name, "level": "beginner", "instructions": [f"Do a {name}."]}) for name in names]


async def _exercises_known_by(db: Database, embedder: Embedder) -> list[str]:
    found = await exercises.stored(db, await db.exercises.distinct("slug"), embedder.embedder_id)
    return sorted(slug for slug, each in found.items() if each.text_hash)


async def _knows(db: Database, embedder: Embedder, slug: str) -> bool:
    return slug in await _exercises_known_by(db, embedder)


async def _at_least(db: Database, embedder_id: str, count: int) -> bool:
    return await known_by(db, embedder_id) >= count


async def test_an_embedder_that_is_away_is_waited_for(jobs: Database, wordllama: Watched) -> None:
    refused = asyncio.Event()

    async def away() -> None:
        if not refused.is_set():
            refused.set()
            raise Unavailable("no model", code="embedder_unavailable")

    wordllama.gate = away
    async with following(jobs, wordllama):
        await asyncio.wait_for(until_complete(jobs, wordllama.embedder_id, look_s=0.05), PATIENCE_S)
    assert refused.is_set()


async def test_what_comes_later_without_a_vector_gets_one(jobs: Database, wordllama: Watched) -> None:
    async with following(jobs, wordllama):
        await asyncio.wait_for(until_complete(jobs, wordllama.embedder_id, look_s=0.05), PATIENCE_S)
        await add(jobs, "late", "Florist")
        await eventually(lambda: _at_least(jobs, wordllama.embedder_id, POSTINGS + 1))


async def test_a_new_text_is_not_given_the_vector_of_the_old_one(jobs: Database, wordllama: Watched) -> None:
    (old, *_) = await reembed.without(jobs, reembed.POSTINGS, wordllama.embedder_id, "", 1)
    await add(jobs, old.key, "Florist")

    await reembed.store(jobs, reembed.POSTINGS, wordllama.embedder_id, [old], await wordllama.embed([old.title]))

    assert await known_by(jobs, wordllama.embedder_id) == 0


async def test_an_index_hears_of_each_new_vector(jobs: Database, wordllama: Watched) -> None:
    before = datetime.now(UTC)
    batch = await reembed.without(jobs, reembed.POSTINGS, wordllama.embedder_id, "p0", 3)
    await reembed.store(jobs, reembed.POSTINGS, wordllama.embedder_id, batch, await wordllama.embed([each.title for each in batch]))

    changed = [posting async for posting, _ in postings.indexed_since(jobs, wordllama.embedder_id, before)]
    assert {posting.greenhouse_id for posting in changed if posting.vector is not None} == {each.key for each in batch}


async def test_closed_postings_and_those_not_migrated_are_left_alone(db: Database, wordllama: Watched) -> None:
    await create_indexes(db)
    await add(db, "closed", "Baker", active=False)
    await db.jobs.insert_one({"greenhouse_id": "seed", "title": "Baker", "description": "<p>Bake", "active": True})

    assert not await reembed.any_without(db, reembed.POSTINGS, wordllama.embedder_id, None)
    await reembed.complete(db, wordllama.embedder_id)
    assert await reembed.generations(db) == []


async def test_the_embedder_before_the_last_one_is_dropped(jobs: Database, minilm: LocalEmbedder, wordllama: Watched) -> None:
    await import_exercises(jobs, minilm, rows_of("Push-Up"))
    for name in ("second-1", "third-1"):
        renamed = Watched(wordllama.embedder, name)
        async with following(jobs, renamed):
            await asyncio.wait_for(until_complete(jobs, name, look_s=0.05), PATIENCE_S)
            await eventually(lambda: _idle(jobs))

    assert await reembed.generations(jobs) == ["third-1", "second-1"]
    assert [await known_by(jobs, name) for name in ("third-1", "second-1", minilm.embedder_id)] == [POSTINGS, POSTINGS, 0]
    assert sorted((await jobs.exercises.find_one({}) or {})["vectors"]) == ["second-1", "third-1"]


async def _idle(db: Database) -> bool:
    return await db.tasks.count_documents({"status": {"$in": ["queued", "running"]}}) == 0


async def test_processes_of_two_embedders_do_not_do_each_others_work(jobs: Database, wordllama: Watched) -> None:
    await LongTasks(jobs, "tasks").ask(kind("another-1"))
    async with following(jobs, wordllama):
        await asyncio.wait_for(until_complete(jobs, wordllama.embedder_id, look_s=0.05), PATIENCE_S)

    assert (await LongTasks(jobs, "tasks").newest(1, kind("another-1")))[0].status == "queued"


async def test_the_embedder_before_answers_until_the_new_one_knows_everything(
    jobs: Database, minilm: LocalEmbedder, wordllama: Watched
) -> None:
    before = await who_answers(jobs, wordllama, SETTINGS)
    assert isinstance(before, LocalEmbedder)

    async with following(jobs, wordllama):
        await asyncio.wait_for(until_complete(jobs, wordllama.embedder_id, look_s=0.05), PATIENCE_S)

    assert await who_answers(jobs, wordllama, SETTINGS) is wordllama


async def test_without_an_embedder_before_that_runs_here_the_new_one_answers(db: Database, wordllama: Watched) -> None:
    assert await who_answers(db, wordllama, SETTINGS) is wordllama
    await reembed.complete(db, "of-another-machine-1")
    assert await who_answers(db, wordllama, SETTINGS) is wordllama


@dataclass(frozen=True)
class Pair:
    """What a search needs: an embedder and an index of its vectors."""

    embedder: Embedder
    index: SyncedIndex

    async def find(self, prompt: str) -> Hit:
        (hit,) = await self.index.search((await self.embedder.embed([prompt]))[0], 1)
        return hit


async def test_a_search_finds_things_before_while_and_after(jobs: Database, wordllama: Watched) -> None:
    """The gate lets one batch through for each search that was answered: all of them fall into the change."""

    @asynccontextmanager
    async def opened(embedder: Embedder) -> AsyncIterator[Pair]:
        index = SyncedIndex(jobs, embedder.embedder_id, embedder.dimensions)
        task = asyncio.create_task(index.follow())
        try:
            yield Pair(embedder, index)
        finally:
            await end(task)
            await index.close()

    batches = asyncio.Semaphore(0)
    wordllama.gate = batches.acquire
    searches = 0
    async with answering(jobs, wordllama, SETTINGS, opened, lambda pair: pair.index.loaded.wait(), look_s=0.05) as current:
        await asyncio.wait_for(current.now.index.loaded.wait(), PATIENCE_S)
        async with following(jobs, wordllama), asyncio.timeout(PATIENCE_S):
            while (pair := current.now).embedder is not wordllama:
                assert (await pair.find("bread baker")).greenhouse_id in BAKERS
                searches += 1
                batches.release()
        wordllama.gate = lambda: asyncio.sleep(0)
        assert (await current.now.find("bread baker")).greenhouse_id in BAKERS

    assert searches > POSTINGS // 32


def test_known_embedders_are_found_by_their_id(minilm: LocalEmbedder) -> None:
    from shared.embeddings.open import find_embedder, id_of, open_named, runnable

    for name in runnable(SETTINGS):
        assert open_named(name, SETTINGS).embedder_id == id_of(name, SETTINGS)
    assert isinstance(find_embedder(WordLlamaEmbedder.embedder_id, SETTINGS), WordLlamaEmbedder)
    assert find_embedder("minilm-l6-int8-v0", SETTINGS) is None
