"""`python -m services migrate`: a database of an older version, or one laid out as the seed describes, brought to this version."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from pydantic import SecretStr
from rich.console import Console
from rich.progress import Progress, TaskID, TextColumn, TimeElapsedColumn

from shared.embeddings.gemini import gemini_id
from shared.logging import configure_logging
from shared.mongo.client import Database, open_mongo, translated
from shared.mongo.embedded import database_uri
from shared.mongo.migrations import runner
from shared.mongo.migrations.base import Context
from shared.mongo.migrations.runner import State
from shared.settings import Settings

Task = Literal["migrate", "plan", "status"]
_PATIENCE_MS = 5000  # nobody waits for a page here
_SOCKET_MS = 600_000  # an index over a large collection takes its time


def run_migrate(settings: Settings, task: Task, *, as_json: bool) -> int:
    """Do it, or tell what would be done, or what was; exit code 0. Raises Conflict when the data cannot be migrated, Unavailable."""
    quiet = settings.process.model_copy(update={"log_level": "WARNING"})
    configure_logging(settings.model_copy(update={"process": quiet}), service="migrate")
    with database_uri(settings) as uri:
        states = asyncio.run(_run(_patient(settings, uri), task, bar=not as_json))
    told = json.dumps({"task": task, "migrations": [_as_json(state) for state in states]}) if as_json else "\n".join(_words(task, states))
    Console(soft_wrap=True, highlight=False, markup=False).print(told)
    return 0


def context_of(settings: Settings) -> Context:
    """The seed's vectors are Gemini's, of GEMINI_EMBEDDING_MODEL."""
    return Context(gemini_id(settings.embeddings.gemini_embedding_model), settings.queue.job_ttl_hours)


async def bring_up_to_date(settings: Settings, uri: str) -> None:
    """Migrate the database at `uri` if anything is pending there. Raises Conflict when its data cannot be migrated, Unavailable."""
    async with open_mongo(_patient(settings, uri), socketTimeoutMS=_SOCKET_MS) as db:
        with translated():
            if await runner.pending(db):
                await runner.migrate(db, context_of(settings), settings.worker_id)


def _patient(settings: Settings, uri: str) -> Settings:
    mongo = settings.mongo.model_copy(update={"mongodb_uri": SecretStr(uri), "mongodb_timeout_ms": _PATIENCE_MS})
    return settings.model_copy(update={"mongo": mongo})


async def _run(settings: Settings, task: Task, *, bar: bool) -> Sequence[State]:
    async with open_mongo(settings, socketTimeoutMS=_SOCKET_MS) as db:
        with translated():
            if task == "migrate":
                return await _migrate(db, settings, bar=bar)
            return await (runner.plan(db) if task == "plan" else runner.status(db))


async def _migrate(db: Database, settings: Settings, *, bar: bool) -> Sequence[State]:
    columns = (TextColumn("{task.description}"), TextColumn("{task.completed:.0f}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not bar) as progress:
        lines: dict[str, TaskID] = {}

        def say(name: str, done: int) -> None:
            if name not in lines:
                lines[name] = progress.add_task(name, total=None)
            progress.advance(lines[name], done)

        return await runner.migrate(db, context_of(settings), settings.worker_id, say)


def _as_json(state: State) -> dict[str, Any]:
    at = state.applied_at.isoformat() if state.applied_at else None
    return {"name": state.name, "about": state.about, "applied_at": at, "counts": state.counts}


def _words(task: Task, states: Sequence[State]) -> Iterator[str]:
    if task == "migrate" and not states:
        yield "Nothing to do: the database is up to date."
    for state in states:
        counts = ", ".join(f"{number} {what}" for what, number in state.counts.items())
        if task == "plan":
            yield f"{state.name}  {f'would change {counts}: it {state.about}' if counts else 'nothing to do'}"
        else:
            when = f"applied {state.applied_at:%Y-%m-%d %H:%M} UTC" if state.applied_at else "not applied"
            yield f"{state.name}  {when}{f', changed {counts}' if counts else ''}: it {state.about}"
