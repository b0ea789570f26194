"""A short seeded run of `make chaos`: workers killed and frozen, at random and at barriers, and the database killed once."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.run import Plan, chaos


async def test_nothing_is_lost_doubled_or_revived(tmp_path: Path) -> None:
    figures = await chaos(Plan(jobs=16, workers=3, seconds=14, seed=4), tmp_path, lambda _: None)
    assert figures.broken == [], (tmp_path / "workers.log").read_text()[-4000:]
    assert sum(figures.ended.values()) == 16
    assert figures.kills + sum(figures.kills_at.values()) > 0
    assert figures.database_kills == 1
