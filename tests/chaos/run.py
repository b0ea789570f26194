"""One run: ask for reels, attack the workers and the database, wait for the end, check every invariant."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pymongo import AsyncMongoClient

from shared.errors import Conflict
from shared.mongo import generation_queue as queue
from shared.mongo.client import Client, Database
from shared.mongo.embedded import EmbeddedMongo
from shared.mongo.generation_admin import cancel
from shared.mongo.indexes import create_indexes
from shared.mongo.postings import Write, store
from shared.schemas.generation import ACTIVE, GenerationRequest
from shared.schemas.postings import BoardPosting, Posting, read_posting
from shared.schemas.reels import POSTING_TEMPLATE_IDS
from shared.settings import Queue
from shared.storage.local import LocalStore
from tests.chaos.fleet import Fleet, WorkerProcess
from tests.chaos.invariants import broken

LEASE_S = 1.5
ATTACK_EVERY_S = 0.5
FROZEN_S = 2 * LEASE_S
PATIENCE_S = 10.0
"""Per job, once the attacks are over."""
SETTINGS = Queue(lease_s=LEASE_S, max_retries=20)
BODY = """<h3>What you'll do</h3><ul><li>Count the storm petrels that nest under the old pier</li>
<li>Ring every chick and write its weight down</li></ul>"""


@dataclass(frozen=True)
class Plan:
    jobs: int
    workers: int
    seconds: float
    seed: int


@dataclass
class Figures:
    """What a run did. `claims`, `leases_lost` and `renders` are counted from the jobs' own histories."""

    jobs: int
    ended: dict[str, int] = field(default_factory=dict)
    claims: int = 0
    leases_lost: int = 0
    renders: int = 0
    retries: int = 0
    kills: int = 0
    kills_at: dict[str, int] = field(default_factory=dict)
    freezes: int = 0
    cancelled: int = 0
    database_kills: int = 0
    seconds: float = 0
    broken: list[str] = field(default_factory=list)


async def chaos(plan: Plan, folder: Path, say: Callable[[str], None]) -> Figures:
    """Run the plan in `folder`, which is left with the workers' log."""
    mongo = EmbeddedMongo(folder / "mongo")
    uri = await asyncio.to_thread(mongo.start)
    client: Client = AsyncMongoClient(uri, tz_aware=True, serverSelectionTimeoutMS=20_000)
    try:
        async with client:
            return await _Run(plan, folder, mongo, client["chaos"], uri).go(say)
    finally:
        await asyncio.to_thread(mongo.stop)


class _Run:
    def __init__(self, plan: Plan, folder: Path, mongo: EmbeddedMongo, db: Database, uri: str) -> None:
        self.plan, self.mongo, self.db = plan, mongo, db
        self.random = random.Random(plan.seed)
        self.store = LocalStore(folder / "media", "http://video/media")
        environment = {
            "MONGODB_URI": uri, "MONGODB_DATABASE": db.name, "DATA_DIR": str(folder), "ENV": "test", "LOG_LEVEL": "INFO",
            "LEASE_S": str(LEASE_S), "MAX_RETRIES": str(SETTINGS.max_retries), "RETRY_BASE_S": "0.05", "REEL_MAX_SECONDS": "2",
            "WORKER_POLL_INTERVAL_S": "1", "WORKER_CONCURRENCY": "1",
        }  # fmt: skip
        self.fleet = Fleet(environment, folder, folder / "workers.log", plan.workers, self.random, hold_share=0.6)
        self.figures = Figures(plan.jobs)
        self.asked: set[str] = set()
        self.cancelled: set[str] = set()
        self.frozen: list[tuple[float, WorkerProcess]] = []

    async def go(self, say: Callable[[str], None]) -> Figures:
        started = time.monotonic()
        await create_indexes(self.db)
        await self._ask()
        with self.fleet.running():
            await self._attack(say)
            await asyncio.to_thread(self.fleet.calm)
            await self._settle(say)
        await self._count()
        self.figures.seconds = round(time.monotonic() - started, 1)
        self.figures.broken = await broken(self.db, self.store, self.asked, self.cancelled)
        return self.figures

    async def _ask(self) -> None:
        roles = [_posting(number) for number in range(self.plan.jobs)]
        await store(self.db, [Write(role, {}, None) for role in roles], "none")
        for role in roles:
            request = GenerationRequest(
                subject=role.subject,
                source_hash=role.content_hash,
                template_id=self.random.choice(POSTING_TEMPLATE_IDS),
                greenhouse_id=role.greenhouse_id,
            )
            enqueued = await queue.enqueue(self.db, request, SETTINGS)
            assert enqueued.job_id
            self.asked.add(enqueued.job_id)

    async def _attack(self, say: Callable[[str], None]) -> None:
        started = time.monotonic()
        database_dies_at = started + self.plan.seconds / 2
        while (now := time.monotonic()) < started + self.plan.seconds and await self._active():
            self._thaw(now)
            await asyncio.to_thread(self.fleet.kill_held)
            await self._one_attack(now)
            if now > database_dies_at and not self.figures.database_kills:
                await asyncio.to_thread(self._kill_database)
            say(f"attacking: {await self._active()} of {self.plan.jobs} jobs to go, {self.fleet.kills} kills, {self.fleet.stops} freezes")
            await asyncio.sleep(ATTACK_EVERY_S)
        self._thaw(float("inf"))

    async def _one_attack(self, now: float) -> None:
        dice = self.random.random()
        if dice < 0.15:
            await asyncio.to_thread(self.fleet.kill_one)
        elif dice < 0.3 and (worker := await asyncio.to_thread(self.fleet.freeze_one)):
            self.frozen.append((now + FROZEN_S, worker))
        elif dice < 0.35:
            await self._cancel_one()

    def _thaw(self, now: float) -> None:
        for until, worker in self.frozen:
            if until <= now:
                worker.signal(signal.SIGCONT)
        self.frozen = [(until, worker) for until, worker in self.frozen if until > now]

    async def _cancel_one(self) -> None:
        """As an operator would, whatever state the job is in."""
        active = [doc["job_id"] async for doc in self.db.generation_jobs.find({"status": {"$in": list(ACTIVE)}}, {"job_id": 1})]
        if not active:
            return
        job_id = self.random.choice(sorted(active))
        try:
            await cancel(self.db, job_id, "chaos", SETTINGS)
        except Conflict:  # it ended meanwhile
            return
        self.cancelled.add(job_id)

    def _kill_database(self) -> None:
        self.mongo.kill()
        self.mongo.stop()
        self.mongo.start()
        self.figures.database_kills += 1

    async def _settle(self, say: Callable[[str], None]) -> None:
        deadline = time.monotonic() + PATIENCE_S * self.plan.jobs
        while (left := await self._active()) and time.monotonic() < deadline:
            say(f"settling: {left} of {self.plan.jobs} jobs to go")
            await asyncio.sleep(0.2)

    async def _active(self) -> int:
        return await queue.depth(self.db)

    async def _count(self) -> None:
        figures, fleet = self.figures, self.fleet
        jobs = [doc async for doc in self.db.generation_jobs.find()]
        events = Counter(entry["event"] for doc in jobs for entry in doc["history"])
        figures.ended = dict(Counter(doc["status"] for doc in jobs))
        figures.claims, figures.leases_lost, figures.renders = events["claimed"], events["lease_lost"], events["uploaded"]
        figures.retries = sum(doc["retry_count"] for doc in jobs)
        figures.kills, figures.kills_at, figures.freezes = fleet.kills, fleet.barrier_kills, fleet.stops
        figures.cancelled = len(self.cancelled)


def _posting(number: int) -> Posting:
    row = {"id": f"p{number}", "title": f"Seabird ringer {number}", "company_name": "Saltmarsh Institute", "content": BODY}
    return read_posting(BoardPosting.model_validate(row))
