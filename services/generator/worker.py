"""The worker's loop: wake, claim, work under a lease, settle what came of it; and drain when told to stop."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from services.generator.barriers import barrier
from services.generator.stages import Attempt, Workshop
from shared.errors import JobError, LeaseLost, PartAway, ReelwrightError, RetryableJobError, Unavailable
from shared.logging import get_logger
from shared.mongo import brakes, changes, feeds, leases, workers
from shared.mongo import generation_attempts as attempts
from shared.mongo.client import Doc, translated
from shared.schemas.generation import ACTIVE, GenerationJob
from shared.tasks import end

log = get_logger(__name__)

ALIVE = "alive"
"""A file in the worker's folder, dated to when its next sign of life is overdue: what a container's health check looks at."""

WAKES: tuple[Doc, ...] = (
    {"ns.coll": "queue_controls"},
    {"operationType": {"$in": ["insert", "replace"]}},
    {"updateDescription.updatedFields.status": "queued"},
    # given back where it stood; what is over loses its `claim_at` too
    {"updateDescription.removedFields": {"$in": ["attempt_token"], "$nin": ["claim_at"]}},
)
"""Changes that can make a job claimable. A heartbeat is none: it would wake every idle worker a few times a second."""

_AWAY_S = 1.0  # between looks while the database is away
_POLLS_MISSED = 3


@dataclass
class Worker:
    """Makes up to `concurrency` reels at a time. `stop()` lets those in work finish within the grace period, or hands them back."""

    shop: Workshop
    worker_id: str
    concurrency: int = 1
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _attempts: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _paused: bool = False

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def stop(self) -> None:
        self._stopping.set()
        self._wake.set()

    async def run(self) -> None:
        """Until stopped. The database going away and coming back is borne."""
        (self.shop.folder / ALIVE).touch()
        helpers = [asyncio.create_task(self._listen()), asyncio.create_task(self._beat())]
        try:
            while not self.stopping:
                self._wake.clear()
                job = await self._claim() if len(self._attempts) < self.concurrency else None
                if job is None:
                    await self._sleep()
                else:
                    log.info("job_claimed", job_id=job.job_id, worker_id=self.worker_id, attempt=job.attempt, status=job.status)
                    self._begin(job)
            await asyncio.gather(*self._attempts.values())
        finally:
            await end(*helpers, *self._attempts.values())
            await self._leave()

    def _begin(self, job: GenerationJob) -> None:
        """By token: a job that was lost and claimed again is two attempts for a while."""
        token = job.attempt_token or job.job_id
        working = self._attempts[token] = asyncio.create_task(self._work(job), name=job.job_id)
        working.add_done_callback(lambda _: self._ended(token))

    def _ended(self, token: str) -> None:
        del self._attempts[token]
        self._wake.set()

    async def _listen(self) -> None:
        """What makes a job claimable, or lifts a pause, wakes the loop; polling is the net."""
        async for _ in changes.watch(self.shop.db, changes.of(("generation_jobs", "queue_controls"), {"$or": WAKES})):
            self._wake.set()

    async def _beat(self) -> None:
        now = datetime.now(UTC)
        me = workers.WorkerBeat(worker_id=self.worker_id, host=socket.gethostname(), pid=os.getpid(), started_at=now, at=now)
        while True:
            try:
                with translated():
                    await workers.beat(self.shop.db, me, [attempt.get_name() for attempt in self._attempts.values()])
            except Unavailable as error:
                log.warning("beat_failed", error=error.message)
            await asyncio.sleep(workers.BEAT_S)

    async def _leave(self) -> None:
        try:
            with translated():
                await workers.leave(self.shop.db, self.worker_id)
        except Unavailable as error:
            log.warning("leave_failed", error=error.message)

    async def _claim(self) -> GenerationJob | None:
        try:
            with translated():
                self._paused = await brakes.paused(self.shop.db) is not None
                if self._paused:
                    return None
                return await attempts.claim(self.shop.db, self.worker_id, self.shop.settings)
        except Unavailable as error:
            log.warning("claim_failed", error=error.message)
            return None

    async def _sleep(self) -> None:
        """Until woken, the next job is due, or the poll interval is over; whichever comes first."""
        try:
            with translated():
                waits_for_a_wake = self._paused or len(self._attempts) >= self.concurrency
                due = None if waits_for_a_wake else await leases.next_due(self.shop.db.generation_jobs, ACTIVE)
        except Unavailable:
            due, longest = None, _AWAY_S
        else:
            longest = self.shop.settings.worker_poll_interval_s
            self._show_life()
        wait = (due - datetime.now(UTC)).total_seconds() if due else longest
        try:
            await asyncio.wait_for(self._wake.wait(), timeout=min(max(wait, 0.02), longest))
        except TimeoutError:
            return

    def _show_life(self) -> None:
        """The loop turns and the queue answers."""
        settings = self.shop.settings
        overdue = time.time() + max(settings.lease_s, _POLLS_MISSED * settings.worker_poll_interval_s)
        os.utime(self.shop.folder / ALIVE, (overdue, overdue))

    async def _work(self, job: GenerationJob) -> None:
        """Work on one job; when told to stop meanwhile, give it the grace period and then hand it back."""
        with structlog.contextvars.bound_contextvars(job_id=job.job_id):
            attempt = Attempt(self.shop, job)
            await barrier("after_claim", job.job_id, self.shop.folder)
            working = asyncio.create_task(self._try(attempt))
            stopping = asyncio.create_task(self._stopping.wait())
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                log.info("draining", grace_s=self.shop.settings.drain_grace_s)
                await asyncio.wait({working}, timeout=self.shop.settings.drain_grace_s)
            await end(working, stopping)
            await self._settle(attempt, working)

    async def _try(self, attempt: Attempt) -> None:
        """One attempt within its lease and its time. Raises JobError, whatever went wrong."""
        minutes = self.shop.settings.job_timeout_minutes
        try:
            async with asyncio.timeout(minutes * 60):
                with translated():
                    await leases.hold(attempt.run(), attempt.beat, self.shop.settings.lease_s)
        except JobError as error:
            error.stage = error.stage or attempt.stage
            raise
        except TimeoutError as error:
            raise RetryableJobError(f"the attempt took longer than {minutes:g} minutes", code="attempt_timeout") from error
        except ReelwrightError as error:
            raise PartAway(error.message, code=error.code) from error
        except Exception as error:
            log.exception("attempt_crashed")
            raise RetryableJobError(f"{type(error).__name__}: {error}", code="unexpected_error") from error

    async def _settle(self, attempt: Attempt, tried: asyncio.Task[None]) -> None:
        """Write how the attempt ended. When that cannot be written the lease runs out and the job is claimed again. Feeds that are not told
        find out for themselves."""
        error, job = None if tried.cancelled() else tried.exception(), attempt.job
        try:
            with translated():
                if isinstance(error, JobError):
                    job = await attempts.fail(self.shop.db, job, error, self.shop.settings)
                elif error is not None:
                    raise error
                elif job.status in ACTIVE:
                    await attempts.hand_back(self.shop.db, job)
                if job.status in ("ready", "failed"):
                    await feeds.job_ended(self.shop.db, job, self.shop.settings)
        except (LeaseLost, Unavailable) as failure:
            log.warning("not_settled", code=failure.code, error=failure.message)
