"""Exercises as catalogues tell them: their slugs, what is taken, and what is refused by name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.backend.catalogue.exercise_file import as_exercise, exercise_slug, read_exercise
from shared.errors import InvalidInput

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PUSH_UP = {"name": "Push-Up", "level": "beginner", "equipment": "body only", "primaryMuscles": ["chest"], "instructions": ["Push."]}


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("3/4 Sit-Up", "3-4-sit-up"),
        ("Child's Pose", "childs-pose"),
        ("Child’s  Pose ", "childs-pose"),
        ("Kettlebell Turkish Get-Up (Lunge style)", "kettlebell-turkish-get-up-lunge-style"),
        ("Übung", "übung"),
        ("U\u0308BUNG", "übung"),
        ("Straße", "strasse"),
        ("ﬁnger roll", "finger-roll"),
        ("腕立て伏せ", "腕立て伏せ"),
        ("हिन्दी योग", "हिन्दी-योग"),
        ("Squat_jump: №1", "squat-jump-no1"),
        ("🏋️ – !", ""),
    ],
)
def test_slugs(name: str, slug: str) -> None:
    assert exercise_slug(name) == slug


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_a_slug_is_its_own_slug_and_stands_in_a_path(name: str) -> None:
    slug = exercise_slug(name)
    assert exercise_slug(slug) == slug
    assert not set(slug) & set("/?#:% \\.'")
    assert not any(c.isspace() for c in slug)


def test_the_shape_of_free_exercise_db() -> None:
    entry = read_exercise(
        {
            "name": "Barbell <b>Squat</b>",
            "force": "push",
            "level": "Expert",
            "mechanic": None,
            "equipment": "Barbell",
            "primaryMuscles": ["quadriceps"],
            "secondaryMuscles": ["glutes", ""],
            "instructions": ["Stand  up.", " ", "Bend\u200b."],
            "category": "powerlifting",
            "images": ["x/0.jpg"],
            "id": "Barbell_Squat",
        }
    )
    assert (entry.name, entry.slug, entry.names_itself, entry.level, entry.equipment) == (
        "Barbell Squat",
        "barbell-squat",
        False,
        "advanced",
        "barbell",
    )
    assert (entry.muscles, entry.secondary_muscles) == (("quadriceps",), ("glutes",))
    assert (entry.instructions, entry.category, entry.force, entry.mechanic) == (("Stand up.", "Bend."), "powerlifting", "push", None)


def test_our_own_shape() -> None:
    entry = read_exercise(
        {"name": "Plank", "slug": "plank-hold", "muscles": "abdominals", "instructions": "Lie.\nRise.", "mistakes": ["Sagging."]}
        | {"benefits": ["Posture", "calm"], "counteracts": ["a weak core"], "locale": "de-AT", "active": False}
    )
    assert (entry.slug, entry.names_itself, entry.muscles, entry.instructions) == ("plank-hold", True, ("abdominals",), ("Lie.", "Rise."))
    assert (entry.benefits, entry.locale, entry.active) == ("Posture; calm", "de-AT", False)


@pytest.mark.parametrize("equipment", ["body only", "Body Only", "none", "", None])
def test_no_equipment(equipment: str | None) -> None:
    assert read_exercise(PUSH_UP | {"equipment": equipment}).equipment is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": None}, "name"),
        ({"name": " \u200b "}, "slug"),
        ({"name": 5}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "ﷺ" * 40}, "slug"),
        ({"slug": "Push Up"}, "slug"),
        ({"name": "Allowed!"}, "slug"),
        ({"slug": "clips"}, "slug"),
        ({"level": "godlike"}, "level"),
        ({"level": 3}, "level"),
        ({"force": "shove"}, "force"),
        ({"primaryMuscles": [3]}, "primaryMuscles.0"),
        ({"instructions": {"first": "Push."}}, "instructions"),
        ({"instructions": ["x" * 2_001]}, "instructions.0"),
        ({"instructions": ["x"] * 101}, "instructions"),
        ({"equipment": ["rope"]}, "equipment"),
        ({"locale": "english"}, "locale"),
        ({"active": "perhaps"}, "active"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_exercise(PUSH_UP | change)
    assert raised.value.field == field


def test_what_a_file_leaves_open_stays_as_it_was() -> None:
    whole = read_exercise(PUSH_UP | {"level": "expert", "mistakes": ["Sagging."], "benefits": "Strength", "active": False})
    kept = as_exercise(whole, None, NOW)
    assert (kept.level, kept.active, kept.equipment) == ("advanced", False, None)
    again = as_exercise(read_exercise({"name": "Push-up", "equipment": "Barbell", "category": None}), kept, datetime.now(UTC))
    assert again == kept.model_copy(update={"name": "Push-up", "equipment": "barbell", "content_hash": again.content_hash})
    back = as_exercise(read_exercise({"name": "Push-Up", "equipment": "body only", "active": True}), again, NOW)
    assert back == kept.model_copy(update={"active": True})


def test_a_clip_is_out_of_date_when_what_it_says_changes_and_only_then() -> None:
    hashes = [
        as_exercise(read_exercise(PUSH_UP | change), None, NOW).content_hash
        for change in (
            {},
            {"mistakes": ["Sagging."]},
            {"category": "x"},
            {"level": "expert"},
            {"instructions": ["Pull."]},
            {"locale": "de"},
        )
    ]
    assert hashes[0] == hashes[1] == hashes[2]
    assert len({hashes[0], *hashes[3:]}) == 4


def test_the_embedded_text() -> None:
    exercise = as_exercise(read_exercise(PUSH_UP | {"equipment": "bands", "secondaryMuscles": ["triceps"]}), None, NOW)
    assert exercise.document == ("Push-Up", "chest, triceps\nbands\nPush.")
