"""What the demo asks the workers for: a first workout that anybody can do, then clips of all other sample exercises."""

from __future__ import annotations

import json
from itertools import product

from services.launcher.workouts import EXERCISES, FIRST, PLAYLIST, all_ended, ask_for_clips, other_slugs
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes
from shared.schemas.clips import MADE_KINDS
from tests.integration.clip_steps import exercise
from tests.integration.queue_steps import SETTINGS, claimed, failed, finished

SAMPLES = {entry["slug"]: entry for entry in json.loads(EXERCISES.read_text(encoding="utf-8"))}


def test_the_first_workout_is_for_everybody() -> None:
    chosen = [SAMPLES[slug] for slug in FIRST]
    assert {(entry["level"], entry["equipment"]) for entry in chosen} == {("beginner", None)}
    assert {entry["category"] for entry in chosen} == {"cardio", "mobility", "strength", "stretching"}
    assert PLAYLIST["exercises"] == FIRST
    assert sorted([*FIRST, *other_slugs()]) == sorted(SAMPLES)


async def test_the_first_workout_is_made_before_all_others(db: Database) -> None:
    await create_indexes(db)
    others = other_slugs()[:2]
    for slug in (*others, *FIRST):
        await exercise(db, slug, instructions=SAMPLES[slug]["instructions"])
    first = await ask_for_clips(db, FIRST, SETTINGS)
    assert len(first) == len(FIRST) * len(MADE_KINDS)
    assert await ask_for_clips(db, FIRST, SETTINGS) == first
    rest = await ask_for_clips(db, others, SETTINGS)
    order = [await claimed(db) for _ in (*first, *rest)]
    assert [job.subject_key for job in order] == [f"{slug}:{kind}:professional:en" for slug, kind in product((*FIRST, *others), MADE_KINDS)]
    assert {job.priority for job in order} == {"bulk"}


async def test_what_is_made_or_cannot_be_made_is_not_waited_for(db: Database) -> None:
    await create_indexes(db)
    await exercise(db, "hip-bridge")
    asked = await ask_for_clips(db, ["hip-bridge", "unknown"], SETTINGS)
    assert len(asked) == 2
    await finished(db, await claimed(db))
    await failed(db, await claimed(db))
    await all_ended(db, [*asked, "gone"])
    assert await ask_for_clips(db, ["hip-bridge"], SETTINGS) == []
