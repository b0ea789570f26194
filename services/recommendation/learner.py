"""Learning beside the service: one process of many at a time has a child learn from all events, every so often; all take what came of it.

due (the interval is over, and there is something new) ──asked once──▶ task, leased ──▶ child process ──▶ `learned` ──▶ Models, in each
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from datetime import UTC, datetime, timedelta

from services.recommendation.models_held import NAME, Models
from shared.errors import ReelwrightError, Unavailable
from shared.leash import Leash
from shared.logging import get_logger
from shared.mongo import learned, watched
from shared.mongo.client import Database, Doc, translated
from shared.mongo.indexes import create_indexes
from shared.mongo.learned import Head
from shared.mongo.long_tasks import Held, LongTasks
from shared.settings import Settings

log = get_logger(__name__)

COLLECTION, KIND = "tasks", "learn_co_watch"
_LOOK_S = 10.0
_POLL_S = 5.0
_RETRY_S = 1.0
_COMPLAINT = 2_000  # characters of stderr kept
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Learner:
    """`follow` runs for ever. The database going away and coming back is borne; a learner that fails is asked again later."""

    def __init__(self, db: Database, models: Models, settings: Settings, *, look_s: float = _LOOK_S) -> None:
        self._db = db
        self._models = models
        self._settings = settings
        self._look_s = look_s
        self._tasks = LongTasks(db, COLLECTION, lease_s=settings.queue.lease_s)

    async def follow(self) -> None:
        await self._prepare()
        async with asyncio.TaskGroup() as both:
            both.create_task(self._ask_when_due())
            both.create_task(self._tasks.follow({KIND: self.work}, self._settings.worker_id, poll_s=min(self._look_s, _POLL_S)))

    async def _prepare(self) -> None:
        """Without its index two processes could learn at once."""
        while True:
            try:
                with translated():
                    return await create_indexes(self._db, (COLLECTION,))
            except Unavailable as error:
                log.warning("learner_waiting", error=error.message)
                await asyncio.sleep(_RETRY_S)

    async def _ask_when_due(self) -> None:
        while True:
            try:
                if await self._is_due():
                    with translated():
                        await self._tasks.ask(KIND)
            except Unavailable as error:
                log.warning("learner_waiting", error=error.message)
            await asyncio.sleep(self._look_s)

    async def _is_due(self) -> bool:
        """Raises Unavailable."""
        with translated():
            count = await watched.count(self._db)
        interval = timedelta(minutes=self._settings.ranking.learn_interval_minutes)
        return is_due(await learned.head(self._db, NAME), count, interval, datetime.now(UTC))

    async def work(self, held: Held) -> Doc:
        """The task's result. Whoever asked late finds it done."""
        if not await self._is_due():
            return {"learned": False}
        told = await learn_in_a_child(self._settings)
        await self._models.refresh()
        return {"learned": True, **told}


def is_due(head: Head | None, count: int, interval: timedelta, now: datetime) -> bool:
    """PURE: whether enough time went by and there is anything new."""
    if head is None:
        return count > 0
    return now - head.learned_at >= interval and count != head.facts["events"]


async def learn_in_a_child(settings: Settings) -> Doc:
    """What the child said. Cancelling this ends it at once, as our own end does. Raises ReelwrightError "learning_failed"."""
    command = [sys.executable, "-m", "services.recommendation.learning_process"]
    with Leash() as leash:
        child = await asyncio.create_subprocess_exec(
            *leash.guarded(command), pass_fds=leash.fds, start_new_session=True, stdout=PIPE, stderr=PIPE, env=_environment(settings)
        )
        leash.attached()
        try:
            said, complaint = await child.communicate()
        finally:
            leash.kill()
            await child.wait()
    if child.returncode:
        tail = complaint.decode(errors="replace")[-_COMPLAINT:].strip()
        raise ReelwrightError(f"the learner ended with status {child.returncode}: {tail}", code="learning_failed")
    told: Doc = json.loads(said)
    return told


def _environment(settings: Settings) -> dict[str, str]:
    """Our own, and what our settings say where it matters to the child."""
    uri = settings.mongo.mongodb_uri
    chosen = settings.ranking.model_dump() | {"mongodb_database": settings.mongo.mongodb_database}
    secret = {"MONGODB_URI": uri.get_secret_value()} if uri else {}
    return {**os.environ, **_ONE_THREAD, **{name.upper(): str(value) for name, value in chosen.items()}, **secret}
