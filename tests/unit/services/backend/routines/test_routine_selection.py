"""Which exercises are done: each once, stories in turns, near alike ones apart, the same every time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.backend.plans.equipment import has, owned
from services.backend.routines import retrieval, timeline
from services.backend.routines.blocks import BLOCKS
from services.backend.routines.candidates import Candidate
from services.backend.routines.limits import Limits
from services.backend.routines.selection import Selection, another, likeness, seed_of, select
from shared.injuries import excluded
from shared.schemas.clips import LEVELS
from shared.schemas.routines import Parameters, Story
from shared.settings import Routines
from tests.planning import exercise, samples
from tests.routining import STORIES, WordEmbedder, catalogue_of, parameters

CATALOGUE = catalogue_of(samples())
AVOID = ("bad knees", "shoulder", "no jumping", "lower back", "pregnant", "quux")
GEAR = ("dumbbells", "kettlebell", "band", "mat", "gym", "pull-up bar")


def found(wanted: Parameters, stories: tuple[Story, ...] = STORIES) -> tuple[Candidate, ...]:
    rows = Limits(wanted, CATALOGUE).fitting().rows
    search = retrieval.search(stories, wanted, CATALOGUE, rows, WordEmbedder(), Routines(routine_score_threshold=0))
    return asyncio.run(search).candidates


def selected(wanted: Parameters, stories: tuple[Story, ...] = STORIES) -> Selection:
    return select(found(wanted, stories), wanted, seed_of(wanted, stories))


@given(
    st.integers(60, 7200),
    st.sampled_from(LEVELS),
    st.none() | st.lists(st.sampled_from(GEAR), max_size=3, unique=True),
    st.lists(st.sampled_from(AVOID), max_size=2, unique=True),
    st.lists(st.sampled_from((*STORIES, Story(text="anything for hips and back"))), min_size=1, max_size=5, unique=True),
)
@settings(max_examples=60, deadline=None)
def test_every_selection_keeps_to_its_limits(target: int, level: Any, gear: Any, avoid: Any, stories: Any) -> None:
    wanted = parameters(target_duration=target, intensity_level=level, equipment=gear, limits=avoid)
    made = selected(wanted, tuple(stories))
    chosen = [place.candidate.known.exercise for place in made.places]
    assert len({one.slug for one in chosen}) == len(chosen)
    for one in chosen:
        assert LEVELS.index(one.level) <= LEVELS.index(level)
        assert gear is None or has(owned(gear), one.equipment)
        assert excluded(one, avoid) is None
    blocks = [BLOCKS.index(place.candidate.block) for place in made.places]
    assert blocks == sorted(blocks)
    if made.places:
        assert timeline.keeps_time(made.seconds, target) or any(note.startswith("duration: ") for note in made.notes)
    again = selected(wanted, tuple(stories))
    assert [(place.candidate.slug, place.dose, place.span) for place in made.places] == [
        (place.candidate.slug, place.dose, place.span) for place in again.places
    ]


def test_stories_take_turns() -> None:
    wanted = parameters(target_duration=900)
    main = [place.candidate.story for place in selected(wanted).places if place.candidate.block == "main"]
    assert abs(main.count(1) - main.count(2)) <= 1


def test_warm_up_and_cool_down_are_made_of_what_belongs_there() -> None:
    for place in selected(parameters(target_duration=1200)).places:
        role = place.candidate.known.role
        assert place.candidate.block != "cool_down" or role in ("stretch", "mobility")
        assert place.candidate.block != "warm_up" or role in ("mobility", "cardio", "strength", "stretch")
        assert place.candidate.block != "main" or role in ("strength", "power", "cardio", "mobility")


def test_of_two_that_are_alike_one_is_taken_before_the_other() -> None:
    alike = [exercise(f"squat-{n}", name="Squat", muscles=("quadriceps",)) for n in range(3)]
    other = exercise("row", name="Row", muscles=("lats",))
    catalogue = catalogue_of([*alike, other])
    vectors = dict(zip((each.slug for each in catalogue.known), catalogue.matrix, strict=True))
    ranks = {"squat-0": 0.9, "squat-1": 0.88, "squat-2": 0.86, "row": 0.6}
    candidates = [Candidate(each, 0, "main", 0, 0.9, ranks[each.slug], vectors[each.slug]) for each in catalogue.known]
    made = select(candidates, parameters(target_duration=120), "seed")
    assert {place.candidate.slug for place in made.places} == {"squat-0", "row"}
    assert likeness(candidates[1], candidates[2]) == pytest.approx(1)


@pytest.mark.parametrize(("tier", "ends_and_main"), [(0, (1, 7)), (4, (2, 6))])
def test_main_leaves_the_ends_what_they_need_and_half_where_stretches_are_what_it_is_about(tier: int, ends_and_main: Any) -> None:
    stretches = [exercise(f"stretch-{n}", category="stretching", muscles=(f"muscle-{n}",)) for n in range(8)]
    known = catalogue_of(stretches).known
    main = [Candidate(each, 0, "main", tier, 0.9, 0.9 - n / 100, np.zeros(1, np.float32)) for n, each in enumerate(known)]
    ends = [replace(each, block="cool_down", story=1, tier=0) for each in main[:3]]
    made = select([*main, *ends], parameters(target_duration=600, intensity_level="beginner"), "seed")
    blocks = [place.candidate.block for place in made.places]
    assert (blocks.count("cool_down"), blocks.count("main")) == ends_and_main


def test_nothing_but_ends_is_all_main() -> None:
    wanted = parameters(target_duration=300)
    made = selected(wanted, (Story(text="stretch everything", block="cool_down"),))
    assert {place.candidate.block for place in made.places} == {"main"}
    assert len(made.places) > 2


def test_too_few_exercises_are_told_with_the_time_they_take() -> None:
    wanted = parameters(target_duration=7200)
    candidates = [each for each in found(wanted) if each.block == "main"][:2]
    made = select(candidates, wanted, "seed")
    [note] = made.notes
    assert note.startswith(f"duration: {made.seconds} of 7200 seconds, as only {len(made.places)} exercises")
    assert select([], wanted, "seed").places == ()


def test_another_is_of_the_same_story_while_there_is_one_and_new() -> None:
    candidates = found(parameters())
    kept = [each for each in candidates if each.block == "main" and each.story == 1][:2]
    chosen = another(candidates, "main", 1, kept, "seed")
    assert chosen
    assert (chosen.block, chosen.story) == ("main", 1)
    assert chosen.slug not in {each.slug for each in kept}
    every = [each for each in candidates if each.story == 1]
    elsewhere = another(candidates, "main", 1, every, "seed")
    assert elsewhere
    assert elsewhere.story == 2
    assert another(candidates, "main", 1, candidates, "seed") is None


def test_the_seed_is_of_what_was_asked_alone() -> None:
    wanted = parameters()
    told = wanted.model_copy(update={"sources": {"format": "given"}})
    assert seed_of(wanted, STORIES) == seed_of(told, STORIES)
    assert seed_of(wanted, STORIES) != seed_of(wanted, STORIES[1:])
