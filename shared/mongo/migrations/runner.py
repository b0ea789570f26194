"""What is to be migrated, doing it under a lease, and waiting until somebody has.

Applied migrations stand in the collection `migrations`. A database in which a migration finds nothing to do needs it no more: so a
fresh one is up to date from the start. `migrate` looks again even so: somebody may have put older data there since.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from pymongo.errors import DuplicateKeyError, OperationFailure

from shared.errors import Conflict, Unavailable
from shared.logging import get_logger
from shared.mongo.client import Database, Doc, translated
from shared.mongo.indexes import create_indexes
from shared.mongo.long_tasks import ACTIVE, Held, LongTask, LongTasks, task_indexes
from shared.mongo.migrations.base import Context, Counts, Migration
from shared.mongo.migrations.versions import VERSIONS

log = get_logger(__name__)

KIND = "migrate"
_LEASE_S = 15.0
_LOOK_S = 0.5
_UNTIL_S = 5.0

Say = Callable[[str, int], None]
"""Is told a migration's name and how many documents it has changed since it was told last."""


@dataclass(frozen=True)
class State:
    """`applied_at` None: never yet. `counts`: what it changed, or, in a plan, what it would."""

    name: str
    about: str
    applied_at: datetime | None
    counts: Counts


async def status(db: Database) -> list[State]:
    """Every migration, and whether it was applied."""
    done = {doc["name"]: doc async for doc in db.migrations.find({})}
    return [
        State(each.name, each.about, done.get(each.name, {}).get("applied_at"), done.get(each.name, {}).get("counts", {}))
        for each in VERSIONS
    ]


async def plan(db: Database) -> list[State]:
    """What each would change now. Changes nothing."""
    return [
        State(state.name, state.about, state.applied_at, await each.plan(db))
        for each, state in zip(VERSIONS, await status(db), strict=True)
    ]


async def pending(db: Database) -> list[str]:
    """Names of migrations that were not applied and have something to do; those with nothing to do are noted as applied."""
    names = []
    for each, state in zip(VERSIONS, await status(db), strict=True):
        if state.applied_at is None:
            if await each.plan(db):
                names.append(each.name)
            else:
                await _note(db, each, {})
    return names


async def migrate(db: Database, context: Context, worker_id: str, say: Say = lambda _name, _done: None) -> list[State]:
    """Apply whatever has something to do, then make every index. Returns what was changed, by whoever did it.

    Several may call it at once: one does it, the others wait, and take over should it die. Cut short, it goes on where it was.
    Raises Conflict when the data cannot be migrated as it is, Unavailable.
    """
    await db.tasks.create_indexes(task_indexes())
    tasks = LongTasks(db, "tasks", lease_s=_LEASE_S)
    asked, _ = await tasks.ask(KIND)
    while (task := await tasks.get(asked.job_id)).status in ACTIVE:
        if held := await tasks.claim(worker_id, [KIND]):
            await tasks.run(held, _Migrating(db, context, say).work)
        else:
            await asyncio.sleep(_LOOK_S)
    if task.status != "done":
        raise Conflict(f"the database was not migrated: {task.error or task.status}", code="not_migrated")
    return _changed(task)


def _changed(task: LongTask) -> list[State]:
    counts = {each["name"]: each["counts"] for each in (task.result or {}).get("applied", ())}
    return [State(each.name, each.about, task.completed_at, counts[each.name]) for each in VERSIONS if each.name in counts]


@dataclass(frozen=True)
class _Migrating:
    db: Database
    context: Context
    say: Say

    async def work(self, held: Held) -> Doc:
        applied: list[Doc] = list(held.task.state.get("applied", ()))
        for each in VERSIONS:
            counts = await each.plan(self.db)
            if counts:
                log.info("migrating", migration=each.name, counts=counts)
                await each.apply(self.db, self.context, self._telling(each, held))
                applied.append({"name": each.name, "counts": counts})
            await _note(self.db, each, counts)
            await held.report(held.task.progress, state={"applied": applied})
        await self._make_indexes()
        return {"applied": applied}

    def _telling(self, migration: Migration, held: Held) -> Callable[[int], Awaitable[None]]:
        async def tell(done: int) -> None:
            self.say(migration.name, done)
            so_far = held.task.progress.get(migration.name, 0)
            await held.report({**held.task.progress, migration.name: so_far + done})

        return tell

    async def _make_indexes(self) -> None:
        try:
            await create_indexes(self.db)
        except (DuplicateKeyError, OperationFailure) as error:
            details = error.details or {}
            raise Conflict(f"an index cannot be made: {details.get('errmsg', error)}", code="index_refused") from error


async def _note(db: Database, migration: Migration, counts: Counts) -> None:
    """The first time it was applied counts as the moment; what it changed is added up."""
    change: Doc = {"$setOnInsert": {"applied_at": datetime.now(UTC)}}
    if counts:
        change["$inc"] = {f"counts.{what}": number for what, number in counts.items()}
    await db.migrations.update_one({"name": migration.name}, change, upsert=True)


async def until_migrated(db: Database, told: Callable[[list[str]], None] = lambda _names: None, *, look_s: float = _UNTIL_S) -> None:
    """Returns once nothing is pending. What is, is logged and `told` at each look; a database that is away is waited for."""
    warned: list[str] = []
    while True:
        try:
            with translated():
                names = await pending(db)
        except Unavailable as error:
            log.warning("migrations_unknown", error=error.message)
        else:
            told(names)
            if not names:
                return
            if names != warned:
                log.warning("database_needs_migrating", pending=names, fix="python -m services migrate")
                warned = names
        await asyncio.sleep(look_s)
