"""/admin/queue: pause and resume claiming."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from services.backend.admin.audit import Audit
from services.backend.dependencies import Db
from shared.errors import Conflict
from shared.mongo import brakes, generation_stats
from shared.mongo.brakes import Pause
from shared.schemas.base import Message
from shared.schemas.generation import Status

router = APIRouter(prefix="/queue")


class PauseOrder(Message):
    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["the voice provider is down"])]


class QueueState(Message):
    paused: bool
    pause: Pause | None
    depth: dict[Status, int] = Field(description="active jobs by status")


@router.get("")
async def get_queue(db: Db) -> QueueState:
    """Whether workers claim jobs, and what waits and runs."""
    pause, depth = await asyncio.gather(brakes.paused(db), generation_stats.count_by_status(db))
    return QueueState(paused=pause is not None, pause=pause, depth=depth)


@router.post("/pause")
async def pause_queue(order: PauseOrder, db: Db, audit: Audit) -> QueueState:
    """No worker claims anything from now on; jobs already claimed are finished. Again: only the reason changes."""
    async with audit.action("pause", "queue") as details:
        details["reason"] = order.reason
        await brakes.pause(db, audit.who, order.reason)
    return await get_queue(db)


@router.post("/resume")
async def resume_queue(db: Db, audit: Audit) -> QueueState:
    """Claim again; 409 when the queue is not paused."""
    async with audit.action("resume", "queue"):
        if not await brakes.resume(db):
            raise Conflict("the queue is running; only a paused queue is resumed", code="queue_not_paused")
    return await get_queue(db)
