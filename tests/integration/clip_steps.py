"""Exercises, and jobs for clips of them, for tests that begin somewhere on the way."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from shared.fingerprint import content_hash
from shared.mongo.client import Database
from shared.schemas.exercises import Exercise

STEPS = (
    "Lie on your back with your knees bent and your feet flat on the floor.",
    "Squeeze your glutes and lift your hips until you are straight from knees to shoulders.",
    "Hold for two seconds. Keep your knees above your heels and your belly firm.",
    "Lower your hips slowly, one part of the spine after the other.",
)


async def exercise(db: Database, slug: str = "hip-bridge", **changes: Any) -> Exercise:
    """An exercise that stands in the database."""
    now = datetime.now(UTC)
    told = {"slug": slug, "name": "Hip Bridge", "muscles": ("glutes",), "instructions": STEPS, **changes}
    text = "\n".join(told["instructions"])
    stored = Exercise.model_validate({"content_hash": content_hash(text), "created_at": now, "updated_at": now, **told})
    await db.exercises.replace_one({"slug": slug}, stored.model_dump(), upsert=True)
    return stored
