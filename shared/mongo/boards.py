"""The `boards` collection: what is known of each board that is imported: its last answer, its last failure, when it is due."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from pydantic import Field

from shared.mongo.client import Database
from shared.schemas.base import Document

_SPREAD = 0.1
"""Boards that were read together drift apart by this share of the interval."""
_MESSAGE = 500


class BoardState(Document):
    """`etag` and `last_modified` are of the last whole answer that was stored to its end; `open` is how many of its postings were active
    then. `failures` counts those in a row."""

    board: str
    etag: str | None = None
    last_modified: str | None = None
    open: int = 0
    counts: dict[str, int] = Field(default_factory=dict)
    fetched_at: datetime | None = None
    tried_at: datetime | None = None
    due_at: datetime | None = None
    error: str | None = None
    failures: int = 0


async def get(db: Database, board: str) -> BoardState:
    """What is known of it; nothing, of one that was never read."""
    doc = await db.boards.find_one({"board": board})
    return BoardState.model_validate(doc or {"board": board})


async def page(db: Database, after: str, limit: int) -> list[BoardState]:
    """Up to `limit` boards by name that follow `after`."""
    found = db.boards.find({"board": {"$gt": after}}).sort("board").limit(limit)
    return [BoardState.model_validate(doc) async for doc in found]


async def due(db: Database, boards: Collection[str], interval: timedelta, now: datetime) -> list[str]:
    """Which of the boards are to be read now."""
    found = db.boards.find({"board": {"$in": list(boards)}})
    states = {doc["board"]: BoardState.model_validate(doc) async for doc in found}
    return [board for board in boards if is_due(states.get(board, BoardState(board=board)), interval, now)]


def is_due(state: BoardState, interval: timedelta, now: datetime) -> bool:
    """PURE. A time further off than the interval allows was set when that was longer."""
    return state.due_at is None or state.due_at <= now or state.due_at > now + interval * (1 + _SPREAD)


async def succeeded(
    db: Database,
    state: BoardState,
    *,
    etag: str | None,
    last_modified: str | None,
    opened: int,
    counts: dict[str, int],
    interval: timedelta,
) -> None:
    """It was read and stored to the end."""
    now = datetime.now(UTC)
    told = {"etag": etag, "last_modified": last_modified, "open": opened, "counts": counts, "fetched_at": now, "error": None, "failures": 0}
    await _keep(db, state.board, told, now, interval)


async def failed(db: Database, state: BoardState, error: str, interval: timedelta) -> None:
    """It could not be read, or not wholly: the next time it is asked for everything."""
    told = {"etag": None, "last_modified": None, "error": error[:_MESSAGE], "failures": state.failures + 1}
    await _keep(db, state.board, told, datetime.now(UTC), interval)


async def _keep(db: Database, board: str, told: Mapping[str, object], now: datetime, interval: timedelta) -> None:
    due_at = now + interval * random.uniform(1 - _SPREAD, 1 + _SPREAD)  # noqa: S311 - jitter, not a secret
    await db.boards.update_one({"board": board}, {"$set": {**told, "tried_at": now, "due_at": due_at}}, upsert=True)


async def ask_anew(db: Database, boards: Collection[str]) -> None:
    """Forget what these boards said last: something else wrote to their postings."""
    await db.boards.update_many({"board": {"$in": list(boards)}}, {"$set": {"etag": None, "last_modified": None}})
