"""What speaks for an exercise beside its words, and where in a workout it belongs."""

from __future__ import annotations

from typing import Any

import pytest

from services.backend.routines.blocks import NEVER, is_gentle, tier
from services.backend.routines.favours import EQUIPMENT, HELPING_MUSCLE, OWN_MUSCLE, favours
from shared.schemas.plans import Block
from tests.planning import exercise
from tests.routining import catalogue_of, parameters


@pytest.mark.parametrize(
    ("wanted", "fields", "worth"),
    [
        ({}, {"muscles": ("glutes",)}, 0),
        ({"body_areas": ("legs",)}, {"muscles": ("calves",)}, OWN_MUSCLE),
        ({"body_areas": ("Core",)}, {"muscles": ("abdominals",)}, OWN_MUSCLE),
        ({"body_areas": ("ankles",)}, {"muscles": ("calves",)}, OWN_MUSCLE),
        ({"body_areas": ("chest",)}, {"muscles": ("triceps",), "secondary_muscles": ("Chest",)}, HELPING_MUSCLE),
        ({"body_areas": ("hips",)}, {"name": "Kneeling Hip Flexor", "muscles": ("quadriceps",)}, OWN_MUSCLE),
        ({"body_areas": ("neck",)}, {"muscles": ("lats",)}, 0),
        ({"equipment": ("Kettlebells",)}, {"equipment": "kettlebell"}, EQUIPMENT),
        ({"equipment": ("gym",)}, {"equipment": "kettlebell"}, 0),
        ({"equipment": ("band",), "body_areas": ("biceps",)}, {"equipment": "bands", "muscles": ("biceps",)}, OWN_MUSCLE + EQUIPMENT),
    ],
)
def test_named_parts_and_equipment_count(wanted: dict[str, Any], fields: dict[str, Any], worth: float) -> None:
    [known] = catalogue_of([exercise("move", **fields)]).known
    assert favours(parameters(**wanted)).of(known) == pytest.approx(worth)


@pytest.mark.parametrize(
    ("text", "gentle"),
    [
        ("hip extension, hip thrust", False),
        ("strength for the legs", False),
        ("hypertension", False),
        ("relaxing stretches", True),
        ("hip mobility", True),
        ("foam rolling for sore calves", True),
    ],
)
def test_which_stories_want_to_be_loosened(text: str, gentle: bool) -> None:
    assert is_gentle(text) == gentle


@pytest.mark.parametrize(
    ("fields", "tiers"),
    [
        ({"category": "stretching"}, {"warm_up": NEVER, "main": 4, "gentle": 0, "cool_down": 0}),
        ({"category": "stretching", "name": "Calves SMR"}, {"warm_up": NEVER, "main": 4, "gentle": 0, "cool_down": 1}),
        ({"category": "stretching", "force": "static"}, {"warm_up": NEVER, "main": 4, "gentle": 0, "cool_down": 0}),
        ({"category": "stretching", "force": "pull"}, {"warm_up": 1, "main": 4, "gentle": 0, "cool_down": 0}),
        ({"category": "mobility"}, {"warm_up": 0, "main": 1, "gentle": 0, "cool_down": 2}),
        ({"category": "cardio", "name": "Marching"}, {"warm_up": 0, "main": 0, "gentle": 4, "cool_down": NEVER}),
        ({"category": "cardio", "name": "Burpee"}, {"warm_up": NEVER, "main": 0, "gentle": 4, "cool_down": NEVER}),
        ({"category": "strength"}, {"warm_up": 1, "main": 0, "gentle": 1, "cool_down": NEVER}),
        ({"category": "strength", "equipment": "barbell"}, {"warm_up": NEVER, "main": 0, "gentle": 1, "cool_down": NEVER}),
        ({"category": "plyometrics"}, {"warm_up": NEVER, "main": 0, "gentle": 5, "cool_down": NEVER}),
    ],
)
def test_where_an_exercise_belongs(fields: dict[str, Any], tiers: dict[str, int]) -> None:
    [known] = catalogue_of([exercise("move", **fields)]).known
    blocks: tuple[Block, ...] = ("warm_up", "main", "cool_down")
    found = {block: tier(known, block, gentle=False) for block in blocks}
    assert found | {"gentle": tier(known, "main", gentle=True)} == tiers
