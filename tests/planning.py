"""Exercises to plan with: the project's own samples, and made ones."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared.schemas.exercises import Exercise

_SAMPLES = Path(__file__).parents[1] / "services" / "samples" / "exercises.json"
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def exercise(slug: str, **fields: Any) -> Exercise:
    """A beginner's exercise without equipment, named after its slug, unless told otherwise."""
    name = slug.replace("-", " ").title()
    return Exercise.model_validate({"slug": slug, "name": name, "content_hash": "x", "created_at": _NOW, "updated_at": _NOW, **fields})


def samples() -> list[Exercise]:
    return [exercise(**entry) for entry in json.loads(_SAMPLES.read_text())]


def plan_json(
    weeks: int = 1, days: tuple[int, ...] = (1, 4), slugs: tuple[str, ...] = ("bodyweight-squat",), **changes: Any
) -> dict[str, Any]:
    """A plan as a model writes it."""
    exercises = [{"slug": slug, "block": "main", "sets": 3, "reps": 10, "seconds": None, "rest_seconds": 60} for slug in slugs]
    planned = [{"day": day, "name": "Whole body", "exercises": exercises} for day in days]
    numbered = [{"week": week, "focus": "Technique", "days": planned} for week in range(1, weeks + 1)]
    return {"plan_name": "A plan", "duration_weeks": weeks, "goal": "get fit", "weeks": numbered, **changes}
