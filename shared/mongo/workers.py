"""The `workers` collection: who is alive, and what they work on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from shared.mongo.client import Database
from shared.schemas.base import Document

BEAT_S = 5.0


class WorkerBeat(Document):
    worker_id: str
    host: str
    pid: int
    started_at: datetime
    at: datetime
    running: tuple[str, ...] = ()


async def beat(db: Database, worker: WorkerBeat, running: Sequence[str]) -> None:
    """Say that the worker is alive, and name its jobs."""
    told = worker.model_copy(update={"at": datetime.now(UTC), "running": tuple(running)})
    await db.workers.replace_one({"worker_id": worker.worker_id}, told.model_dump(), upsert=True)


async def leave(db: Database, worker_id: str) -> None:
    await db.workers.delete_one({"worker_id": worker_id})
