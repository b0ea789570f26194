"""How soon an idle worker has a new job: from the call of `enqueue` to the answered claim.

The worker is the real one, `python -m services.generator`, as a process of its own: its log line `job_claimed` is written when the
claim is answered and carries the time, by the same machine's clock. The subjects have no posting, so that each attempt ends at once.
The floor is what a wake-up is made of: from the call of a plain insert to its event on a bare change stream, both at w=majority.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import time
import uuid
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from pymongo.asynchronous.change_stream import AsyncChangeStream

import services
from shared.mongo import generation_queue as queue
from shared.mongo.client import Database, Doc
from shared.mongo.indexes import create_indexes
from shared.schemas.generation import GenerationRequest
from shared.schemas.subjects import SubjectId
from shared.settings import Queue, variables
from tests.benchmarks.row import Goal, Row, percentile
from tests.benchmarks.tools import Tools, database

SETTINGS = Queue()
GOAL = Goal("ours", "≤", 50)
_DATABASE = "wake_up"
_PATIENCE_S = 30.0
_PROJECT = Path(services.__file__).parents[1]


async def rows(tools: Tools, uri: str) -> AsyncIterator[Row]:
    tools.tell("queue.wake_up")
    async with database(uri, _DATABASE) as db:
        await create_indexes(db)
        async with _worker(uri, tools.folder) as worker, await db.client["floor"].watch() as stream:
            samples = [await _sample(db, worker, stream) for _ in range(40 if tools.quick else 300)]
    ours, floor = zip(*samples[1:], strict=True)  # the first pays for what is made once
    for percent, goal in ((50, None), (99, GOAL)):
        figures = percentile(ours, percent), percentile(floor, percent)
        yield Row(f"queue.wake_up_p{percent}", figures[0], "ms", "insert to change event", figures[1], figures[0] / figures[1], goal)


@asynccontextmanager
async def _worker(uri: str, folder: Path) -> AsyncIterator[Process]:
    """The worker's process, once it listens; its settings are the defaults, whatever the environment says."""
    others = {name: value for name, value in os.environ.items() if name not in variables()}
    ours = {"MONGODB_URI": uri, "MONGODB_DATABASE": _DATABASE, "DATA_DIR": str(folder), "LOG_FORMAT": "json"}
    environment = {**others, **ours, "PYTHONPATH": str(_PROJECT)}
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.generator", cwd=folder, env=environment, stderr=PIPE, start_new_session=True
    )
    try:
        await _logged(worker, "worker_started")
        yield worker
    finally:
        if worker.returncode is None:
            worker.terminate()
            await worker.communicate()


async def _logged(worker: Process, event: str, job_id: str | None = None) -> datetime:
    """When the worker logged `event` of this job."""
    assert worker.stderr is not None
    line = b""
    async with asyncio.timeout(_PATIENCE_S):
        async for line in worker.stderr:
            told: dict[str, Any] = json.loads(line) if line.startswith(b"{") else {}
            if told.get("event") == event and told.get("job_id") == job_id:
                return datetime.fromisoformat(told["timestamp"])
        raise RuntimeError(f"the worker ended with {await worker.wait()}: {line.decode().strip()}")


async def _sample(db: Database, worker: Process, stream: AsyncChangeStream[Doc]) -> tuple[float, float]:
    """One wake-up and one floor, in ms, each on a queue at rest."""
    await asyncio.sleep(random.uniform(0.02, 0.08))
    asked = time.time()
    request = GenerationRequest(subject=SubjectId("posting", str(uuid.uuid4())), source_hash="0" * 64, template_id="poster")
    job_id = (await queue.enqueue(db, request, SETTINGS)).job_id
    claimed = await _logged(worker, "job_claimed", job_id)
    await _until_at_rest(db)
    inserted = time.perf_counter()
    await asyncio.gather(db.client["floor"].events.insert_one({}), stream.next())
    return (claimed.timestamp() - asked) * 1000, (time.perf_counter() - inserted) * 1000


async def _until_at_rest(db: Database) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while await queue.depth(db):
            await asyncio.sleep(0.005)
