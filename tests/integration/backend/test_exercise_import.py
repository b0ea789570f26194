"""Import of exercises: what is stored, embedded and told, the first time and again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from services.backend.catalogue.exercise_importer import import_exercises
from services.backend.catalogue.report import Report
from services.backend.catalogue.rows import read_rows
from services.backend.postings.importer import Row
from shared.embeddings.base import Kind
from shared.embeddings.local import LocalEmbedder
from shared.errors import Unavailable
from shared.mongo import exercises
from shared.mongo.client import Database
from shared.mongo.exercises import ExerciseFilter
from shared.mongo.postings import decode_vector

REAL = Path(__file__).parents[4] / "shared" / "data" / "exercises" / "free_exercise_db.json"


class Counting:
    """An embedder that costs nothing and remembers what it was given; away for texts with `away` in them."""

    dimensions = 2
    threshold = 0.5

    def __init__(self, embedder_id: str = "counting", away: str = "\0") -> None:
        self.embedder_id = embedder_id
        self.texts: list[str] = []
        self.away = away

    async def embed(self, texts: Sequence[str], *, kind: Kind = "query") -> NDArray[np.float32]:
        if any(self.away in text for text in texts):
            raise Unavailable("away", code="embedder_unavailable")
        self.texts += texts
        return np.array([[1, len(text)] for text in texts], np.float32)

    async def aclose(self) -> None: ...


def entry(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "name": name, "level": "expert", "equipment": "body only", "primaryMuscles": ["chest"], "secondaryMuscles": ["triceps"],
        "instructions": [f"Do a {name}."], "force": "push", "mechanic": "compound", "category": "strength", **changes,
    }  # fmt: skip


async def imported(db: Database, embedder: Any, *entries: Any) -> Report:
    return await import_exercises(db, embedder, read_rows(json.dumps(entries).encode(), listed_as="exercises"))


async def test_unchanged_text_is_never_embedded_again(db: Database) -> None:
    embedder = Counting()
    report = await imported(db, embedder, entry("Push-Up"), entry("Dip"))
    assert (report.new, report.embedded, report.rejected) == (2, 2, 0)
    first = await exercises.find(db, "push-up")
    assert first
    assert (first.level, first.equipment, first.muscles, first.active) == ("advanced", None, ("chest",), True)
    embedder.texts.clear()
    again = await imported(db, embedder, entry("Push-Up"), entry("Dip"))
    assert (again.unchanged, again.embedded, embedder.texts) == (2, 0, [])
    assert await exercises.find(db, "push-up") == first
    told = await imported(db, embedder, entry("Push-Up", level="beginner", mistakes=["Sagging."]), entry("Dip", instructions=["Sink."]))
    assert (told.changed, told.embedded) == (2, 1)
    assert embedder.texts[0] == "Dip"
    changed = await exercises.find(db, "push-up")
    assert changed
    assert (changed.created_at, changed.updated_at > first.updated_at, changed.content_hash != first.content_hash) == (
        first.created_at,
        True,
        True,
    )


async def test_another_embedders_vectors_stay(db: Database) -> None:
    await imported(db, Counting("one"), entry("Dip"))
    report = await imported(db, Counting("two"), entry("Dip"))
    assert (report.unchanged, report.embedded) == (1, 1)
    doc = await db.exercises.find_one({"slug": "dip"})
    assert doc
    assert set(doc["vectors"]) == {"one", "two"}
    assert decode_vector(doc["vectors"]["one"]["vector"]).shape == (2,)


async def test_what_is_wrong_is_told_by_name_and_field_and_the_rest_imported(db: Database) -> None:
    report = await imported(
        db, Counting(), entry("Dip"), entry("Plank", level="godlike"), 7, {"level": "expert"}, entry("🏋️"), entry("Row", instructions=[1])
    )
    assert (report.new, report.rejected) == (1, 5)
    assert [reason.split(": ")[:2] for reason in report.reasons] == [
        ["entry 2 (Plank)", "level"],
        ["entry 3", "not a JSON object"],
        ["entry 4", "name"],
        ["entry 5 (🏋️)", "slug"],
        ["entry 6 (Row)", "instructions.0"],
    ]


async def test_who_replaces_whom_and_who_is_not_active_is_told(db: Database) -> None:
    await imported(db, Counting(), entry("Push-up"), entry("Dip"))
    report = await imported(db, Counting(), entry("Push-Up", mistakes=["Sagging."]), entry("Dip"), entry("Plank", active=False))
    assert report.replaced == ["push-up: 'Push-Up' in the place of 'Push-up'"]
    assert report.notes == ["entry 3 (Plank): active: plank is not active: it is neither planned nor played"]
    stays = await imported(db, Counting(), entry("Plank"))
    assert (stays.unchanged, len(stays.notes)) == (1, 1)


async def test_two_names_with_one_slug_are_told_not_merged(db: Database) -> None:
    report = await imported(db, Counting(), entry("Push-Up"), entry("Push Up"), entry("Push-Up"), entry("Push/Up", slug="push-up-wide"))
    assert (report.new, report.rejected) == (2, 2)
    assert "entry 2 (Push Up): slug: push-up is that of 'Push-Up' in this file" in report.reasons[0]
    later = await imported(db, Counting(), entry("Push Up"))
    assert (later.changed, later.rejected) == (0, 1)
    assert "'Push-Up' in the catalogue" in later.reasons[0]
    assert (await imported(db, Counting(), entry("PUSH-UP"))).changed == 1
    renamed = await imported(db, Counting(), entry("Press-up", slug="push-up"))
    found = await exercises.find(db, "push-up")
    assert found
    assert (renamed.changed, found.name) == (1, "Press-up")


async def test_a_level_that_is_not_told_is_noted_once(db: Database) -> None:
    report = await imported(db, Counting(), {"name": "Dip"})
    assert report.notes == ["entry 1 (Dip): level: none is told, taken as beginner"]
    assert (await imported(db, Counting(), {"name": "Dip"})).notes == []


async def test_an_import_cut_short_goes_on_where_it_stopped(db: Database) -> None:
    entries = [entry(f"Exercise {number}") for number in range(70)]
    with pytest.raises(Unavailable):
        await imported(db, Counting(away="Exercise 69"), *entries)
    assert await db.exercises.count_documents({}) == 64
    report = await imported(db, Counting(), *entries)
    assert (report.unchanged, report.new, report.embedded) == (64, 6, 6)


async def test_progress_is_told_batch_by_batch(db: Database) -> None:
    told: list[int] = []

    async def tell(rows: int) -> None:
        told.append(rows)

    await import_exercises(db, Counting(), [Row(f"entry {n}", entry(f"Exercise {n}")) for n in range(70)], tell)
    assert told == [32, 32, 6]


async def test_what_something_else_stored_is_written_anew(db: Database) -> None:
    await db.exercises.insert_one({"slug": "dip", "name": "Dip"})
    report = await imported(db, Counting(), entry("Dip"))
    found = await exercises.find(db, "dip")
    assert found
    assert (report.new, found.level, await db.exercises.count_documents({})) == (1, "advanced", 1)


async def test_pages_by_slug(db: Database) -> None:
    await imported(db, Counting(), entry("C"), entry("A", level="beginner"), entry("B", primaryMuscles=["back", "biceps"]), entry("D"))
    page = await exercises.page(db, ExerciseFilter(), "", 2)
    assert [each.slug for each in page] == ["a", "b"]
    assert [each.slug for each in await exercises.page(db, ExerciseFilter(), "b", 5)] == ["c", "d"]
    assert [each.slug for each in await exercises.page(db, ExerciseFilter(level="beginner"), "", 5)] == ["a"]
    assert [each.slug for each in await exercises.page(db, ExerciseFilter(muscle="biceps", active=True), "", 5)] == ["b"]


async def test_what_is_alike_is_near(db: Database, embedder: LocalEmbedder) -> None:
    """By the model that is used."""
    await imported(
        db,
        embedder,
        entry("Push-Up", instructions=["Lie face down, hands under your shoulders.", "Press up until your arms are straight."]),
        entry("Bench Press", instructions=["Lie on the bench.", "Press the bar up from your chest until your arms are straight."]),
        entry("Calf Stretch", instructions=["Stand at a wall.", "Lean in until your calf pulls."], primaryMuscles=["calves"]),
    )
    docs = {doc["slug"]: decode_vector(doc["vectors"][embedder.embedder_id]["vector"]) async for doc in db.exercises.find()}
    assert docs["push-up"] @ docs["bench-press"] > docs["push-up"] @ docs["calf-stretch"]


@pytest.mark.data
async def test_the_real_catalogue(db: Database) -> None:
    if not REAL.exists():
        pytest.skip(f"no real exercises at {REAL}")
    await db.exercises.create_index("slug", unique=True)
    rows = read_rows(REAL.read_bytes(), listed_as="exercises")
    report = await import_exercises(db, Counting(), rows)
    assert (report.new, report.rejected, report.embedded, report.notes) == (873, 0, 873, [])
    assert await db.exercises.count_documents({"level": "advanced"}) == 57
    assert await db.exercises.count_documents({"equipment": None}) == 188
    again = await import_exercises(db, Counting(), rows)
    assert (again.unchanged, again.embedded) == (873, 0)
