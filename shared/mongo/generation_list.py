"""Generation jobs as an operator looks for them: filtered, newest first, a page at a time."""

from __future__ import annotations

from typing import Any

from pymongo import DESCENDING
from pymongo.asynchronous.cursor import AsyncCursor

from shared.mongo.client import Database, Doc
from shared.schemas.base import Message, Utc
from shared.schemas.generation import Status

_UNLISTED = {"_id": 0, "history": 0, "output": 0, "attempt_token": 0}


class JobFilter(Message):
    """What the jobs must have; None asks for nothing. Times are of creation: from `created_after` on, before `created_before`."""

    status: Status | None = None
    user_id: str | None = None
    subject_key: str | None = None
    error_code: str | None = None
    created_after: Utc | None = None
    created_before: Utc | None = None


class Position(Message):
    """Where a page ended: what follows was created before `at`, or at the same millisecond and is not among `seen`."""

    at: Utc
    seen: tuple[str, ...]


def where(wanted: JobFilter, after: Position | None = None) -> Doc:
    """PURE: the query of a page."""
    named = {"status": wanted.status, "user_id": wanted.user_id, "subject_key": wanted.subject_key, "failure.code": wanted.error_code}
    times = {"$gte": wanted.created_after, "$lt": wanted.created_before, "$lte": after and after.at}
    created = {operator: time for operator, time in times.items() if time is not None}
    query: dict[str, Any] = {field: value for field, value in named.items() if value is not None}
    return {**query, "created_at": created or {"$type": "date"}}


def find(db: Database, wanted: JobFilter, after: Position | None, limit: int) -> AsyncCursor[Doc]:
    """The first `limit` jobs of a page and one more, and those of its beginning that the page before has shown."""
    shown = len(after.seen) if after else 0
    return db.generation_jobs.find(where(wanted, after), _UNLISTED).sort("created_at", DESCENDING).limit(limit + 1 + shown)


async def page(db: Database, wanted: JobFilter, after: Position | None, limit: int) -> tuple[list[Doc], Position | None]:
    """Up to `limit` jobs, without their history and output, and where the next page starts; None: this is the last."""
    seen = after.seen if after else ()
    found = [doc async for doc in find(db, wanted, after, limit) if doc.get("job_id") not in seen]
    jobs = found[:limit]
    return jobs, next_position(jobs, after) if len(found) > limit else None


def next_position(jobs: list[Doc], after: Position | None) -> Position:
    """PURE: the end of a page that shows `jobs`."""
    at = jobs[-1]["created_at"]
    seen = tuple(job["job_id"] for job in jobs if job["created_at"] == at)
    return Position(at=at, seen=(after.seen if after and after.at == at else ()) + seen)
