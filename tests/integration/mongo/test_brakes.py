"""Pausing the queue, and budgets that two workers cannot overspend."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from shared.mongo import brakes
from shared.mongo.client import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def test_a_pause_is_told_and_lifted(db: Database) -> None:
    assert await brakes.paused(db) is None
    await brakes.pause(db, "ann", "the voice sounds odd")
    told = await brakes.paused(db)
    assert told
    assert (told.by, told.reason) == ("ann", "the voice sounds odd")
    assert await brakes.resume(db)
    assert not await brakes.resume(db)
    assert await brakes.paused(db) is None


async def test_a_budget_is_never_overspent(db: Database) -> None:
    taken = await asyncio.gather(*(brakes.spend(db, "renders", 7, NOON) for _ in range(40)))
    assert sum(taken) == 7
    assert await brakes.spend(db, "renders", 8, NOON)
    assert not await brakes.spend(db, "renders", 8, NOON)


async def test_budgets_are_whole_again_at_midnight_utc_and_apart_from_each_other(db: Database) -> None:
    assert await brakes.spend(db, "renders", 1, NOON)
    assert not await brakes.spend(db, "renders", 1, NOON + timedelta(hours=11, minutes=59))
    assert await brakes.spend(db, "renders", 1, NOON + timedelta(hours=12))
    assert await brakes.spend(db, "voices", 1, NOON)
    assert not await brakes.spend(db, "nothing", 0, NOON)
    assert brakes.resets_at(NOON) == datetime(2026, 3, 2, tzinfo=UTC)
