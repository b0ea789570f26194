"""GET /admin/generation-jobs/stats"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from math import ceil

from fastapi import APIRouter
from pydantic import Field

from services.backend.admin.inspection import healths
from services.backend.admin.schemas import WorkerHealth
from services.backend.admin.window import Window, parse
from services.backend.dependencies import Db
from shared.mongo import brakes, generation_stats
from shared.mongo.brakes import Pause
from shared.schemas.base import Message
from shared.schemas.generation import Status

router = APIRouter(prefix="/generation-jobs")


class VideoCounts(Message):
    total: int
    ready: int


class Throughput(Message):
    """Jobs asked for and ended within the window."""

    enqueued: int
    ready: int
    failed: int
    cancelled: int
    ready_per_minute: float


class QueuedToReady(Message):
    """Seconds; null where no job became ready. `sample`: how many of the latest jobs this is from."""

    p50: float | None
    p95: float | None
    sample: int


class WorkersHealth(Message):
    alive: int
    workers: tuple[WorkerHealth, ...]


class Stats(Message):
    generation_jobs: dict[Status, int]
    videos: VideoCounts
    jobs_with_videos: int = Field(description="open postings whose subject has a ready reel")
    jobs_without_videos: int
    window_seconds: float
    oldest_queued_seconds: float | None = Field(description="null: nothing waits")
    throughput: Throughput
    queued_to_ready_seconds: QueuedToReady
    failures_by_code: dict[str, int] = Field(description="of the latest failures in the window, up to 5,000")
    workers: WorkersHealth
    pause: Pause | None


@router.get("/stats")
async def stats(db: Db, window: Window = "1h") -> Stats:
    """How the queue does, at a glance: counts now, and what happened within the window."""
    span, now = parse(window), datetime.now(UTC)
    totals, recent, oldest, beats, pause = await asyncio.gather(
        generation_stats.totals(db),
        generation_stats.window(db, now - span),
        generation_stats.oldest_queued(db),
        generation_stats.workers(db),
        brakes.paused(db),
    )
    return Stats(
        generation_jobs=totals.by_status,
        videos=VideoCounts(total=totals.videos, ready=totals.videos_ready),
        jobs_with_videos=totals.postings_with_video,
        jobs_without_videos=totals.postings_without_video,
        window_seconds=span.total_seconds(),
        oldest_queued_seconds=None if oldest is None else max(0.0, oldest.total_seconds()),
        throughput=_throughput(recent, span.total_seconds()),
        queued_to_ready_seconds=QueuedToReady(
            p50=percentile(recent.waits_s, 50), p95=percentile(recent.waits_s, 95), sample=len(recent.waits_s)
        ),
        failures_by_code=recent.failures_by_code,
        workers=workers_health(healths(beats, now)),
        pause=pause,
    )


def _throughput(recent: generation_stats.Window, seconds: float) -> Throughput:
    return Throughput(
        enqueued=recent.enqueued,
        ready=recent.ready,
        failed=recent.failed,
        cancelled=recent.cancelled,
        ready_per_minute=round(recent.ready * 60 / seconds, 3),
    )


def workers_health(workers: Sequence[WorkerHealth]) -> WorkersHealth:
    return WorkersHealth(alive=sum(worker.alive for worker in workers), workers=tuple(workers))


def percentile(ordered: Sequence[float], percent: int) -> float | None:
    """PURE: the nearest-rank percentile of sorted values: the least that `percent` of them do not exceed; None of none."""
    return round(ordered[ceil(len(ordered) * percent / 100) - 1], 3) if ordered else None
