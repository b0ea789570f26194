"""The worker's loop: wake, claim, work under a lease, settle what came of it; and drain when told to stop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from services.generator.stages import Attempt, Workshop
from shared.errors import JobError, LeaseLost, ReelwrightError, RetryableJobError, Unavailable
from shared.logging import get_logger
from shared.mongo import changes, leases
from shared.mongo import generation_attempts as attempts
from shared.mongo.client import translated
from shared.schemas.generation import ACTIVE, GenerationJob
from shared.tasks import end

log = get_logger(__name__)

_AWAY_S = 1.0  # between looks while the database is away


@dataclass
class Worker:
    """One job at a time. `stop()` lets the present one finish within the grace period, or hands it back."""

    shop: Workshop
    worker_id: str
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def stop(self) -> None:
        self._stopping.set()
        self._wake.set()

    async def run(self) -> None:
        """Until stopped. The database going away and coming back is borne."""
        listening = asyncio.create_task(self._listen())
        try:
            while not self.stopping:
                self._wake.clear()
                job = await self._claim()
                if job is None:
                    await self._sleep()
                else:
                    await self._work(job)
        finally:
            await end(listening)

    async def _listen(self) -> None:
        """Any change that makes a job claimable wakes the loop; polling is the net."""
        queued = {"operationType": {"$in": ["insert", "update"]}, "fullDocument.status": {"$in": list(ACTIVE)}}
        async for _ in changes.watch(self.shop.db, changes.of("generation_jobs", queued)):
            self._wake.set()

    async def _claim(self) -> GenerationJob | None:
        try:
            with translated():
                return await attempts.claim(self.shop.db, self.worker_id, self.shop.settings)
        except Unavailable as error:
            log.warning("claim_failed", error=error.message)
            return None

    async def _sleep(self) -> None:
        """Until woken, the next job is due, or the poll interval is over; whichever comes first."""
        try:
            with translated():
                due = await leases.next_due(self.shop.db.generation_jobs, ACTIVE)
        except Unavailable:
            due, longest = None, _AWAY_S
        else:
            longest = self.shop.settings.worker_poll_interval_s
        wait = (due - datetime.now(UTC)).total_seconds() if due else longest
        try:
            await asyncio.wait_for(self._wake.wait(), timeout=min(max(wait, 0.02), longest))
        except TimeoutError:
            return

    async def _work(self, job: GenerationJob) -> None:
        """Work on one job; when told to stop meanwhile, give it the grace period and then hand it back."""
        with structlog.contextvars.bound_contextvars(job_id=job.job_id):
            attempt = Attempt(self.shop, job)
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
            raise RetryableJobError(error.message, code=error.code) from error
        except Exception as error:
            log.exception("attempt_crashed")
            raise RetryableJobError(f"{type(error).__name__}: {error}", code="unexpected_error") from error

    async def _settle(self, attempt: Attempt, tried: asyncio.Task[None]) -> None:
        """Write how the attempt ended. When that cannot be written the lease runs out and the job is claimed again."""
        error = None if tried.cancelled() else tried.exception()
        try:
            with translated():
                if isinstance(error, JobError):
                    await attempts.fail(self.shop.db, attempt.job, error, self.shop.settings)
                elif error is not None:
                    raise error
                elif attempt.job.status in ACTIVE:
                    await attempts.hand_back(self.shop.db, attempt.job)
        except (LeaseLost, Unavailable) as failure:
            log.warning("not_settled", code=failure.code, error=failure.message)
