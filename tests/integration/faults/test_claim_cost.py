"""What a claim examines when 100,000 jobs are done and 2,000 are backing off, by the plan of the very command it sends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from shared.mongo import generation_attempts as attempts
from shared.mongo import leases
from shared.mongo.client import Client, Database, Doc
from shared.mongo.indexes import create_indexes
from shared.schemas.generation import ACTIVE
from shared.settings import Queue
from tests.faults.postings import ask, posting

DONE, BACKING_OFF = 100_000, 2_000
SETTINGS = Queue()


class Heard(CommandListener):
    """The commands that went to the server."""

    def __init__(self) -> None:
        self.commands: list[Doc] = []

    def started(self, event: CommandStartedEvent) -> None:
        self.commands.append(dict(event.command))

    def succeeded(self, event: CommandSucceededEvent) -> None: ...

    def failed(self, event: CommandFailedEvent) -> None: ...

    def last(self, name: str) -> Doc:
        """The last command of this name, as `explain` takes it."""
        command = next(command for command in reversed(self.commands) if name in command)
        return {key: value for key, value in command.items() if key not in ("lsid", "$clusterTime", "$db", "txnNumber", "writeConcern")}


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def full(db: Database, mongo_uri: str, heard: Heard) -> AsyncIterator[Database]:
    """A queue with a long past, through a client that is listened to."""
    await put_past(db)
    client: Client = AsyncMongoClient(mongo_uri, tz_aware=True, event_listeners=[heard])
    async with client:
        yield client[db.name]


async def put_past(db: Database) -> None:
    """Written by the server itself: half the jobs ready, half failed; then those that back off, due from tomorrow on."""
    await db.seed.insert_one({})
    numbers: list[Doc] = [{"$project": {"n": {"$range": [0, DONE]}}}, {"$unwind": "$n"}]
    done = {
        "_id": "$n",
        "job_id": {"$toString": "$n"},
        "subject_kind": "posting",
        "subject_key": {"$toString": "$n"},
        "status": {"$arrayElemAt": [["ready", "failed"], {"$mod": ["$n", 2]}]},
    }
    await db.seed.aggregate([*numbers, {"$project": done}, {"$out": "generation_jobs"}])
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    await db.generation_jobs.insert_many(
        {
            "job_id": f"b{n}",
            "subject_kind": "posting",
            "subject_key": f"b{n}",
            "status": "queued",
            "claim_at": tomorrow + timedelta(seconds=n),
        }
        for n in range(BACKING_OFF)
    )
    await create_indexes(db)


async def assert_handful(db: Database, command: Doc) -> None:
    stats: dict[str, Any] = (await db.command("explain", command, verbosity="executionStats"))["executionStats"]
    assert stats["totalDocsExamined"] <= 2
    assert stats["totalKeysExamined"] <= 5


async def test_a_claim_examines_a_handful_whatever_is_done_or_backing_off(full: Database, heard: Heard) -> None:
    assert await full.generation_jobs.estimated_document_count() == DONE + BACKING_OFF
    assert await attempts.claim(full, "w", SETTINGS) is None
    claim = heard.last("findAndModify")
    await assert_handful(full, claim)
    for key in ("baker", "nurse", "welder"):
        await ask(full, posting(key))
    await assert_handful(full, claim)
    claimed = await attempts.claim(full, "w", SETTINGS)
    assert claimed
    assert claimed.subject_key == "baker"
    assert await leases.next_due(full.generation_jobs, ACTIVE)
    await assert_handful(full, heard.last("find"))
