"""Long tasks on a real mongod: one holder, nothing lost when it goes, a reason for whatever failed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from structlog.testing import CapturingLogger

from shared.errors import Conflict, InvalidInput, LeaseLost, NotFound, Unavailable
from shared.mongo.client import Database, Doc, open_mongo
from shared.mongo.long_tasks import Held, LongTask, LongTasks, Work, task_indexes
from shared.settings import Mongo, Settings
from shared.tasks import end

PATIENCE_S = 30


@pytest.fixture
async def tasks(db: Database) -> LongTasks:
    await db["errands"].create_indexes(task_indexes())
    return LongTasks(db, "errands", retries=2)


async def claimed(tasks: LongTasks, kind: str = "walk") -> LongTask:
    task = await tasks.claim("w1", [kind])
    assert task is not None
    return task


async def lapse(db: Database, task: LongTask) -> None:
    """The lease, or the backoff, runs out."""
    await db["errands"].update_one({"job_id": task.job_id}, {"$set": {"claim_at": datetime.now(UTC) - timedelta(seconds=1)}})


def returning(result: Doc) -> Work:
    async def work(_: Held) -> Doc:
        return result

    return work


def raising(error: Exception) -> Work:
    async def work(_: Held) -> Doc:
        raise error

    return work


async def test_what_is_asked_twice_is_one_task(tasks: LongTasks) -> None:
    asked = await asyncio.gather(*(tasks.ask("walk", {"dog": "$rex"}, key="rex") for _ in range(8)))

    assert len({task.job_id for task, _ in asked}) == 1
    assert sum(new for _, new in asked) == 1
    assert asked[0][0].params == {"dog": "$rex"}


async def test_keys_and_kinds_are_tasks_of_their_own(tasks: LongTasks) -> None:
    await tasks.ask("walk", key="rex")
    assert (await tasks.ask("walk", key="bello"))[1]
    assert (await tasks.ask("feed", key="rex"))[1]
    assert [task.key for task in await tasks.newest(10, "walk")] == ["bello", "rex"]


async def test_a_task_is_done_once_and_may_be_asked_for_again(tasks: LongTasks) -> None:
    first, _ = await tasks.ask("walk")
    await tasks.run(await claimed(tasks), returning({"metres": 5, "cost": "$3.set"}))

    done = await tasks.get(first.job_id)
    assert (done.status, done.result, done.claim_at) == ("done", {"metres": 5, "cost": "$3.set"}, None)
    again, new = await tasks.ask("walk")
    assert new
    assert again.job_id != first.job_id


async def test_one_process_holds_it(tasks: LongTasks) -> None:
    await tasks.ask("walk")
    claims = await asyncio.gather(*(tasks.claim(f"w{number}", ["walk"]) for number in range(8)))

    assert len([task for task in claims if task]) == 1


async def test_only_tasks_of_the_kinds_a_process_knows_are_claimed(tasks: LongTasks) -> None:
    await tasks.ask("walk")

    assert await tasks.claim("w1", ["feed"]) is None
    assert (await claimed(tasks)).kind == "walk"


async def test_whoever_goes_on_knows_what_was_reported(db: Database, tasks: LongTasks) -> None:
    await tasks.ask("walk")
    vanished = Held(tasks, await claimed(tasks))
    await vanished.report({"done": 3}, state={"at": "$corner"})
    await lapse(db, vanished.task)

    next_one = await claimed(tasks)

    assert (next_one.state, next_one.progress, next_one.attempt) == ({"at": "$corner"}, {"done": 3}, 2)
    with pytest.raises(LeaseLost):
        await vanished.report({"done": 4})
    assert (await tasks.get(next_one.job_id)).progress == {"done": 3}


async def test_lost_work_is_stopped_and_writes_nothing(db: Database) -> None:
    await db["errands"].create_indexes(task_indexes())
    tasks = LongTasks(db, "errands", lease_s=0.6)
    await tasks.ask("walk")
    mine = await claimed(tasks)
    stopped = asyncio.Event()

    async def work(_: Held) -> Doc:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        return {}

    running = asyncio.create_task(tasks.run(mine, work))
    await db["errands"].update_one({"job_id": mine.job_id}, {"$set": {"attempt_token": "another's"}})
    await asyncio.wait_for(running, PATIENCE_S)

    assert stopped.is_set()
    assert (await tasks.get(mine.job_id)).status == "running"


async def test_cancelling_stops_the_work(db: Database) -> None:
    await db["errands"].create_indexes(task_indexes())
    tasks = LongTasks(db, "errands", lease_s=0.6)
    task, _ = await tasks.ask("walk")

    async def work(held: Held) -> Doc:
        await tasks.cancel(held.task.job_id)
        await asyncio.Event().wait()
        return {}

    await asyncio.wait_for(tasks.run(await claimed(tasks), work), PATIENCE_S)

    assert (await tasks.get(task.job_id)).status == "cancelled"
    with pytest.raises(Conflict, match="cancelled"):
        await tasks.cancel(task.job_id)
    with pytest.raises(NotFound):
        await tasks.cancel("nobody's")


async def test_a_lease_is_kept_as_long_as_the_work_takes(db: Database) -> None:
    await db["errands"].create_indexes(task_indexes())
    tasks = LongTasks(db, "errands", lease_s=1)
    await tasks.ask("walk")
    mine = await claimed(tasks)
    lease = (await db["errands"].find_one({}) or {})["claim_at"]

    async def work(_: Held) -> Doc:
        async with asyncio.timeout(PATIENCE_S):
            while (await db["errands"].find_one({}) or {})["claim_at"] <= lease:
                await asyncio.sleep(0.05)
        return {}

    await tasks.run(mine, work)
    assert (await tasks.get(mine.job_id)).status == "done"


async def test_a_part_that_is_away_is_tried_again_until_the_retries_are_spent(db: Database, tasks: LongTasks) -> None:
    asked, _ = await tasks.ask("walk")
    for retry in (1, 2):
        await tasks.run(await claimed(tasks), raising(Unavailable("no rain coat", code="coat_away")))
        waiting = await tasks.get(asked.job_id)
        assert (waiting.status, waiting.retry_count, waiting.code) == ("queued", retry, "coat_away")
        assert waiting.claim_at
        assert waiting.claim_at > datetime.now(UTC)
        await lapse(db, waiting)
    await tasks.run(await claimed(tasks), raising(Unavailable("no rain coat")))

    failed = await tasks.get(asked.job_id)
    assert (failed.status, failed.error) == ("failed", "Max retries exceeded: no rain coat")


async def test_getting_further_gives_the_retries_back(db: Database, tasks: LongTasks) -> None:
    asked, _ = await tasks.ask("walk")

    async def work(held: Held) -> Doc:
        await held.report({}, state={"at": held.task.attempt})
        raise Unavailable("tired")

    for _ in range(5):
        await tasks.run(await claimed(tasks), work)
        await lapse(db, asked)
    assert (await tasks.get(asked.job_id)).status == "queued"


@pytest.mark.parametrize(
    ("error", "code"),
    [(InvalidInput("no such dog", field="dog", code="no_dog"), "no_dog"), (ZeroDivisionError("metres"), "unexpected_error")],
)
async def test_any_other_failure_ends_it_with_its_reason(tasks: LongTasks, error: Exception, code: str) -> None:
    asked, _ = await tasks.ask("walk")
    await tasks.run(await claimed(tasks), raising(error))

    failed = await tasks.get(asked.job_id)
    assert (failed.status, failed.code) == ("failed", code)
    assert str(error) in (failed.error or "")


async def test_what_takes_every_process_down_ends(db: Database, tasks: LongTasks) -> None:
    asked, _ = await tasks.ask("walk")
    for _ in range(3):
        await claimed(tasks)
        await lapse(db, asked)

    assert await tasks.claim("w1", ["walk"]) is None
    assert ((await tasks.get(asked.job_id)).status, (await tasks.get(asked.job_id)).code) == ("failed", "poisoned")


async def test_a_process_that_stops_hands_its_task_back(tasks: LongTasks) -> None:
    asked, _ = await tasks.ask("walk")
    begun = asyncio.Event()

    async def work(held: Held) -> Doc:
        await held.report({"done": 1}, state={"done": 1})
        begun.set()
        await asyncio.Event().wait()
        return {}

    following = asyncio.create_task(tasks.follow({"walk": work}, "w1"))
    await asyncio.wait_for(begun.wait(), PATIENCE_S)
    await end(following)

    left = await claimed(tasks)
    assert (left.job_id, left.retry_count, left.state) == (asked.job_id, 0, {"done": 1})


async def test_following_does_one_after_another_as_they_are_asked(tasks: LongTasks) -> None:
    met: list[str] = []

    async def work(held: Held) -> Doc:
        met.append(held.task.key)
        return {}

    following = asyncio.create_task(tasks.follow({"walk": work}, "w1", poll_s=600))
    for dog in ("rex", "bello"):
        task, _ = await tasks.ask("walk", key=dog)
        async with asyncio.timeout(PATIENCE_S):
            while (await tasks.get(task.job_id)).status != "done":
                await asyncio.sleep(0.01)
    await end(following)

    assert met == ["rex", "bello"]


async def test_a_database_that_stays_away_is_told_of_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tried, told = asyncio.Semaphore(0), CapturingLogger()
    monkeypatch.setattr("shared.mongo.long_tasks.log", told)

    class Tasks(LongTasks):
        async def claim(self, worker_id: str, kinds: Sequence[str]) -> LongTask | None:
            tried.release()
            return await super().claim(worker_id, kinds)

    uri = SecretStr("mongodb://127.0.0.1:1/?directConnection=true")
    settings = Settings(mongo=Mongo(mongodb_uri=uri, mongodb_timeout_ms=50))
    async with open_mongo(settings) as nowhere:
        following = asyncio.create_task(Tasks(nowhere, "errands").follow({"walk": returning({})}, "w1", poll_s=0.01))
        async with asyncio.timeout(PATIENCE_S):
            for _ in range(4):
                await tried.acquire()
        await end(following)
    assert [call.args for call in told.calls] == [("tasks_waiting",)]
