"""A small catalogue for tests of playlists: clips on local disk, exercises, and a day."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared.mongo.client import Database
from shared.schemas.clips import ARCHETYPES, Clip
from shared.schemas.exercises import Exercise
from shared.schemas.playlists import Day
from shared.storage.local import LocalStore

NOW = datetime.now(UTC)
"""Clips looked at just now are left alone by the background."""
DAY = Day("w1", 1, 2, "professional", "en", ("push-ups", "squat"))
ASKED: dict[str, Any] = {"workout_id": "w1", "week": 1, "day": 2, "archetype": "professional", "exercises": ["push-ups", "squat"]}


def clip(clip_id: str, kind: str, slug: str | None = None, archetype: str = "professional", **changes: Any) -> Clip:
    fields = {
        "clip_id": clip_id,
        "exercise_slug": slug,
        "kind": kind,
        "archetype": archetype,
        "provider": "local",
        "asset": f"clips/{clip_id}.mp4",
        "duration": 31.5,
        "available": True,
        "checked_at": NOW,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Clip.model_validate(fields | changes)


async def add_clips(db: Database, *clips: Clip) -> None:
    await db.clips.insert_many([each.model_dump() for each in clips])


async def add_exercise(db: Database, slug: str, **changes: Any) -> Exercise:
    fields = {
        "slug": slug,
        "name": slug.replace("-", " ").title(),
        "muscles": ("chest",),
        "instructions": ("Keep your back straight.", "Go down slowly.", "Push up and breathe out."),
        "content_hash": f"{slug}-1",
        "created_at": NOW,
        "updated_at": NOW,
    }
    exercise = Exercise.model_validate(fields | changes)
    await db.exercises.insert_one(exercise.model_dump())
    return exercise


def whole_catalogue(*slugs: str, each: int = 1) -> list[Clip]:
    """Every kind of clip of these exercises by every archetype, so many times; and as many intros and closings."""
    return [
        clip(f"{slug}-{kind}-{archetype}-{number}", kind, slug, archetype)
        for slug, kinds in [*((slug, ("technique", "instruction", "mistake")) for slug in slugs), (None, ("intro", "closing"))]
        for kind in kinds
        for archetype in ARCHETYPES
        for number in range(each)
    ]


async def put_file(media: Path, store: LocalStore, of: Clip) -> None:
    """The clip's bytes, so that its provider has it."""
    source = media / "any.mp4"
    source.write_bytes(b"not a video")
    await store.put_file(of.asset, source)
