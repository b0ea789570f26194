"""Long tasks: imports, re-embedding, migrations. Each is held by one process at a time, survives it, and goes on where it stopped.

                claim                       work returns
    queued ───────────────▶ running ───────────────────────▶ done
      ▲  handed back, or       │
      └────── retryable ───────┼──▶ failed       queued, running ──cancel──▶ cancelled

A collection of them:

    tasks = LongTasks(db, "imports")                    # its indexes: INDEXES["imports"] = task_indexes()
    task, new = await tasks.ask("import", {"board": "greenhouse:acme"}, key="greenhouse:acme")   # one active task a kind and key

    async def work(held: Held) -> Doc:                  # in any process; stopped when the lease is lost or the task is cancelled
        start = held.task.state.get("done", 0)          # what the attempt before reported
        for number, batch in enumerate(batches[start:], start=start + 1):
            ...                                         # idempotent: the batch after the last report may be done twice
            await held.report({"done": number, "total": len(batches)}, state={"done": number})
        return {"imported": number}                     # the task's result

    await tasks.follow({"import": work}, worker_id)     # for ever, one task at a time; cancel it to stop: a task in work is handed back

The lease is renewed beside the work (`leases.py`). Unavailable is tried again after a backoff; any other failure ends the task.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from pydantic import Field
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from shared.errors import Conflict, LeaseLost, NotFound, ReelwrightError, Unavailable
from shared.logging import get_logger
from shared.mongo import leases
from shared.mongo.client import Database, Doc, translated
from shared.mongo.leases import later, literal, without
from shared.retry import backoff_s
from shared.schemas.base import Document

log = get_logger(__name__)

Status = Literal["queued", "running", "done", "failed", "cancelled"]
STATUSES: tuple[Status, ...] = get_args(Status)
ACTIVE: tuple[Status, ...] = ("queued", "running")

_ACTIVE: Doc = {"status": {"$in": list(ACTIVE)}}
_HELD = ("attempt_token", "claim_at")
_MESSAGE = 500  # characters of an error kept
_BACKOFF_S, _MOST_BACKOFF_S = 1.0, 300.0
_RACES = 5


class LongTask(Document):
    """`params` are what was asked for, `state` what the work needs to go on, `progress` what an operator sees, `result` what came of it."""

    job_id: str
    kind: str
    key: str
    status: Status
    params: dict[str, Any] = Field(default_factory=dict)
    state: dict[str, Any] = Field(default_factory=dict)
    progress: dict[str, Any] = Field(default_factory=dict)
    result: dict[str, Any] | None = None
    code: str | None = None
    error: str | None = None
    attempt: int = 0
    attempt_token: str | None = None
    retry_count: int = 0
    worker_id: str | None = None
    claim_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None


Work = Callable[["Held"], Awaitable[Doc]]


def task_indexes() -> list[IndexModel]:
    """The indexes of a collection of long tasks."""
    return [
        IndexModel("job_id", unique=True, name="job_id"),
        IndexModel("claim_at", partialFilterExpression=_ACTIVE, name="claim"),
        IndexModel([("kind", ASCENDING), ("key", ASCENDING)], unique=True, partialFilterExpression=_ACTIVE, name="one_active_per_key"),
        IndexModel([("kind", ASCENDING), ("created_at", DESCENDING)], name="newest"),
        IndexModel("expires_at", expireAfterSeconds=0, name="expiry"),
    ]


class LongTasks:
    """The long tasks of one collection. `retries` count failures and crashes in a row without a report of `state` between them."""

    def __init__(self, db: Database, collection: str, *, lease_s: float = 30, retries: int = 5, keep_hours: float = 168) -> None:
        self._tasks = db[collection]
        self._lease_s = lease_s
        self._retries = retries
        self._keep_s = keep_hours * 3600
        self._asked = asyncio.Event()

    async def ask(self, kind: str, params: Doc | None = None, *, key: str = "") -> tuple[LongTask, bool]:
        """A new task, or the active one of this kind and key, and whether it is new. Atomic: a unique index decides."""
        for _ in range(_RACES):
            task = _new_task(kind, key, params or {})
            try:
                await self._tasks.insert_one(task)
            except DuplicateKeyError:
                if doc := await self._tasks.find_one({"kind": kind, "key": key, **_ACTIVE}):
                    return LongTask.model_validate(doc), False
                continue  # it ended a moment ago
            self._asked.set()
            log.info("task_asked", kind=kind, job_id=task["job_id"])
            return LongTask.model_validate(task), True
        raise Unavailable("too many are asking for the same task at once", code="task_contended")

    async def get(self, job_id: str) -> LongTask:
        """Raises NotFound."""
        doc = await self._tasks.find_one({"job_id": job_id})
        if doc is None:
            raise NotFound(f"there is no task {job_id}")
        return LongTask.model_validate(doc)

    async def newest(self, limit: int, kind: str | None = None) -> list[LongTask]:
        """Up to `limit` tasks of this kind (of all, when None), newest first."""
        found = self._tasks.find({"kind": kind} if kind else {}, sort=[("created_at", DESCENDING)], limit=limit)
        return [LongTask.model_validate(doc) async for doc in found]

    async def cancel(self, job_id: str) -> LongTask:
        """End a task that waits or runs; its work is stopped at its next beat. Raises NotFound, or Conflict when it is over."""
        update = [{"$set": {"status": "cancelled", "updated_at": "$$NOW", **self._ended(), **without(*_HELD)}}]
        if (await self._tasks.update_one({"job_id": job_id, **_ACTIVE}, update)).matched_count == 0:
            raise Conflict(f"the task is over: {(await self.get(job_id)).status}")
        return await self.get(job_id)

    async def claim(self, worker_id: str, kinds: Sequence[str]) -> LongTask | None:
        """The most overdue task of these kinds, now leased to us, or None. Those that crashed too often are failed on the way."""
        running = literal({"status": "running", "worker_id": worker_id})
        fields = {**running, "started_at": {"$ifNull": ["$started_at", "$$NOW"]}}
        while doc := await leases.take(self._tasks, ACTIVE, self._lease_s, fields, {"kind": {"$in": list(kinds)}}):
            task = LongTask.model_validate(doc)
            if task.retry_count <= self._retries:
                return task
            await self._fail(task, task.code or "poisoned", f"Max retries exceeded: {task.error or 'every attempt ended with its process'}")
        return None

    async def run(self, task: LongTask, work: Work) -> None:
        """Do the work of a claimed task under its lease and write how it ended. When this is cancelled the task is handed back.

        When the end cannot be written, the lease runs out and the task is claimed again.
        """
        held = Held(self, task)
        try:
            with translated():
                await self._settle(held, work)
        except asyncio.CancelledError:
            await self._hand_back(held.task)
            raise
        except (LeaseLost, Unavailable) as error:
            log.warning("task_not_settled", kind=task.kind, job_id=task.job_id, error=error.message)

    async def _settle(self, held: Held, work: Work) -> None:
        """Raises LeaseLost, Unavailable when the database is away."""
        try:
            with translated():
                result = await leases.hold(work(held), held.beat, self._lease_s)
        except LeaseLost:
            raise
        except Unavailable as error:
            await self._again(held.task, error)
        except ReelwrightError as error:
            await self._fail(held.task, error.code, error.message)
        except Exception as error:  # whatever the work stumbled over: the loop goes on, the operator reads why
            log.exception("task_crashed", kind=held.task.kind, job_id=held.task.job_id)
            await self._fail(held.task, "unexpected_error", f"{type(error).__name__}: {error}")
        else:
            values = literal({"status": "done", "result": result})
            await self._write(held.task, {**values, **self._ended(), **without(*_HELD, "code", "error")})
            log.info("task_done", kind=held.task.kind, job_id=held.task.job_id, **result)

    async def follow(self, works: Mapping[str, Work], worker_id: str, *, poll_s: float = 5) -> None:
        """Claim and run tasks of these kinds, one at a time, for ever. The database going away and coming back is borne."""
        away = False
        while True:
            self._asked.clear()
            task, wait_s = None, poll_s
            try:
                with translated():
                    task = await self.claim(worker_id, list(works))
                    wait_s = poll_s if task else await self._until_due(list(works), poll_s)
                away = False
            except Unavailable as error:
                if not away:  # it is asked again every second or so
                    log.warning("tasks_waiting", error=error.message)
                away = True
            if task:
                await self.run(task, works[task.kind])
                continue
            try:
                await asyncio.wait_for(self._asked.wait(), timeout=wait_s)
            except TimeoutError:
                continue

    async def _until_due(self, kinds: Sequence[str], most_s: float) -> float:
        due = await leases.next_due(self._tasks, ACTIVE, {"kind": {"$in": list(kinds)}})
        return min(max((due - datetime.now(UTC)).total_seconds(), 0.02), most_s) if due else most_s

    async def renew(self, task: LongTask) -> bool:
        """Extend the lease. False: the task is no longer ours."""
        return await leases.renew(self._tasks, _fence(task), self._lease_s)

    async def report(self, task: LongTask, progress: Doc, state: Doc | None) -> LongTask:
        """Write progress, and the state to go on from. Raises LeaseLost."""
        changed: Doc = {"progress": progress, **({"state": state, "retry_count": 0} if state is not None else {})}
        await self._write(task, literal(changed))
        return task.model_copy(update=changed)

    async def _again(self, task: LongTask, error: Unavailable) -> None:
        if task.retry_count >= self._retries:
            await self._fail(task, error.code, f"Max retries exceeded: {error.message}")
            return
        retries = task.retry_count + 1
        wait_s = backoff_s(retries, _BACKOFF_S, _MOST_BACKOFF_S)
        log.warning("task_retried", kind=task.kind, job_id=task.job_id, error=error.message, after_s=round(wait_s, 1))
        why = literal({"code": error.code, "error": error.message[:_MESSAGE], "status": "queued", "retry_count": retries})
        await self._write(task, {**why, "claim_at": later(wait_s), **without("attempt_token")})

    async def _fail(self, task: LongTask, code: str, message: str) -> None:
        log.error("task_failed", kind=task.kind, job_id=task.job_id, code=code, error=message)
        why = literal({"status": "failed", "code": code, "error": message[:_MESSAGE]})
        await self._write(task, {**why, **self._ended(), **without(*_HELD)})

    async def _hand_back(self, task: LongTask) -> None:
        """Due at once, at no cost in retries."""
        try:
            with translated():
                await self._write(task, {**literal({"status": "queued"}), "claim_at": "$$NOW", **without("attempt_token")})
        except (LeaseLost, Unavailable) as error:
            log.warning("task_not_handed_back", kind=task.kind, job_id=task.job_id, error=error.message)

    async def _write(self, task: LongTask, expressions: Doc) -> None:
        """Every write of a holder is fenced. Raises LeaseLost."""
        update = [{"$set": {**expressions, "updated_at": "$$NOW"}}]
        if (await self._tasks.update_one(_fence(task), update)).matched_count == 0:
            raise LeaseLost(f"task {task.job_id} is no longer ours")

    def _ended(self) -> Doc:
        return {"completed_at": "$$NOW", "expires_at": later(self._keep_s)}


class Held:
    """A task in the hands of its work."""

    def __init__(self, tasks: LongTasks, task: LongTask) -> None:
        self._tasks = tasks
        self.task = task

    async def report(self, progress: Doc, *, state: Doc | None = None) -> None:
        """How far it is, for operators; `state`, for whoever goes on if we cannot. Raises LeaseLost when the task is no longer ours."""
        self.task = await self._tasks.report(self.task, progress, state)

    async def beat(self) -> bool:
        """Extend the lease between reports; False: it is lost. `LongTasks.run` does so by itself."""
        return await self._tasks.renew(self.task)


def _fence(task: LongTask) -> Doc:
    return leases.fence(task.job_id, task.attempt_token or "", ["running"])


def _new_task(kind: str, key: str, params: Doc) -> Doc:
    now = datetime.now(UTC)
    return {
        "job_id": str(uuid.uuid4()),
        "kind": kind,
        "key": key,
        "status": "queued",
        "params": params,
        "claim_at": now,
        "attempt": 0,
        "retry_count": 0,
        "created_at": now,
        "updated_at": now,
    }
