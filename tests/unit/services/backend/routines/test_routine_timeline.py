"""How much of each exercise, and when: whole seconds, within bounds, as long as asked for."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.backend.routines import timeline
from services.backend.routines.blocks import BLOCKS
from shared.schemas.clips import LEVELS, Level
from shared.schemas.plans import Block

MANY: dict[Block, int] = {"warm_up": 20, "main": 60, "cool_down": 20}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("target", [60, 61, 75, 90, 120, 180, 300, 600, 1200, 2400, 2401, 3600, 5400, 7200])
def test_with_enough_exercises_every_second_is_filled(target: int, level: Level) -> None:
    counts = timeline.counts(target, level, MANY)
    blocks = [block for block in BLOCKS for _ in range(counts[block])]
    made = timeline.doses(blocks, target, level)
    assert target - 6 <= timeline.length(made) <= target
    assert {"warm_up", "main", "cool_down"} == set(blocks)


@given(st.integers(60, 7200), st.sampled_from(LEVELS), st.fixed_dictionaries({block: st.integers(0, 30) for block in BLOCKS}))
@settings(max_examples=150, deadline=None)
def test_intervals_keep_their_bounds_and_nothing_is_longer_than_asked(target: int, level: Level, there: dict[Block, int]) -> None:
    counts = timeline.counts(target, level, there)
    assert all(counts[block] <= there[block] for block in BLOCKS)
    blocks: list[Block] = [block for block in BLOCKS for _ in range(counts[block])]
    made = timeline.doses(blocks, target, level)
    for block, dose in zip(blocks, made, strict=True):
        assert 20 <= dose.work <= 60
        assert 1 <= dose.sets <= (6 if block == "main" else 2)
        assert dose.rest >= 0
    for block in ("warm_up", "cool_down"):
        seconds = sum(dose.duration + dose.rest for each, dose in zip(blocks, made, strict=True) if each == block)
        assert seconds <= max(0.2 * target, blocks.count(block) * 25)
    if made:
        assert timeline.length(made) <= max(target, 20 * len(made))
        assert made[-1].rest == 0
    spans = timeline.spans(made)
    for (before, dose), after in zip(zip(spans, made, strict=True), spans[1:], strict=False):
        assert after.starts_at == before.ends_at + dose.rest
    assert [span.ends_at - span.starts_at for span in spans] == [dose.duration for dose in made]


def test_who_has_few_exercises_does_more_sets_of_each_and_never_beyond_the_bounds() -> None:
    few = timeline.doses(["main"] * 4, 900, "advanced")
    assert timeline.length(few) == 900
    assert all(dose.sets > 1 for dose in few)
    least = timeline.doses(["main"], 7200, "beginner")
    assert (least[0].work, least[0].sets) == (45, 6)


def test_rest_is_by_level_and_shrinks_where_time_is_short() -> None:
    rests = [timeline.doses(["main", "main"], 300, level)[0].rest for level in LEVELS]
    assert rests == sorted(rests, reverse=True)
    assert timeline.doses(["main", "main"], 60, "beginner")[0].rest == 0


def test_groups_take_turns_as_far_as_there_are_some() -> None:
    groups = ["push", "push", "push", "pull", "pull", "legs"]
    order = timeline.alternated(groups, [frozenset()] * 6)
    assert sorted(order) == list(range(6))
    assert all(groups[before] != groups[after] for before, after in pairwise(order))
    assert timeline.alternated(["core"] * 3, [frozenset({"abs"}), frozenset({"abs"}), frozenset({"obliques"})]) == [0, 2, 1]
    assert timeline.alternated([], []) == []


def test_cues_are_the_first_short_sentences_that_say_what_to_do() -> None:
    steps = (
        "Stand tall. This will be your starting position. Tip: Breathe.",
        "Lower " + "very " * 30 + "slowly.",
        "Stand tall.",
        "Rise. Go on.",
    )
    cues = timeline.cues(steps)
    assert (cues[0], cues[2], len(cues)) == ("Stand tall", "Rise", 3)
    assert cues[1].startswith("Lower very")
    assert cues[1].endswith("very …")
    assert len(cues[1]) <= 82
    assert timeline.cues(()) == ()
    assert timeline.cues(("x" * 300,)) == ("x" * 80 + " …",)
