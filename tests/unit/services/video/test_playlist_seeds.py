"""Seeds, chances and ranks of playlists: pinned numbers, and what the days of one week do to each other."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from services.video.playlists.seeds import ALGO_VERSION, happens, place_key, rank, seed_of
from shared.schemas.playlists import Day

DAY = Day("w1", 1, 1, "professional", "en", ("push-ups",))


def test_the_numbers_of_this_version_are_these() -> None:
    """Who changes them changes everybody's playlists: raise ALGO_VERSION, then pin the new ones."""
    seed = seed_of(DAY)
    key = place_key(seed.of_week, "push-ups", "technique")
    assert (ALGO_VERSION, seed.of_week, seed.of_day) == (1, "afc48533a43a74f0f4d62a9af98cf2b5", "1dcecb3aed88d9e3429c7cd2d53a9c3b")
    assert [rank(key, day, "clip_123") for day in range(1, 8)] == [
        10378530321,
        720438198,
        7450550622,
        -10378530322,
        -720438199,
        -7450550623,
        1500568523,
    ]
    assert [happens(0.3, seed.of_day, "mistake", slug) for slug in ("squat", "plank", "lunge", "dips")] == [False, True, False, False]


@pytest.mark.parametrize(
    "other",
    [
        replace(DAY, workout_id="w2"),
        replace(DAY, week=2),
        replace(DAY, day=2),
        replace(DAY, archetype="mentor"),
        replace(DAY, locale="de"),
        replace(DAY, user_id="ann"),
        replace(DAY, workout_id="w", week=11),
    ],
)
def test_each_part_of_the_day_counts(other: Day) -> None:
    assert seed_of(other).of_day != seed_of(DAY).of_day


def test_the_exercises_are_no_part_of_the_seed() -> None:
    assert seed_of(replace(DAY, exercises=("squat", "plank"))) == seed_of(DAY)


def test_the_days_of_a_week_share_its_seed() -> None:
    assert seed_of(replace(DAY, day=5)).of_week == seed_of(DAY).of_week


def winners(clips: int, week: int) -> list[str]:
    key = place_key(seed_of(replace(DAY, week=week)).of_week, "push-ups", "technique")
    names = [f"clip-{number}" for number in range(clips)]
    return [max(names, key=lambda name: rank(key, day, name)) for day in range(1, 8)]


@pytest.mark.parametrize("clips", [2, 3, 5, 20])
def test_no_clip_plays_on_both_days_of_a_pair_nor_on_more_than_four_of_a_week(clips: int) -> None:
    for week in range(1, 53):
        played = winners(clips, week)
        assert all(first != second for first, second in zip(played[:3], played[3:6], strict=True))
        assert max(Counter(played).values()) <= 4


def test_a_week_repeats_less_than_chance_would() -> None:
    """Seven independent draws from ten clips show 5.2 different ones."""
    assert sum(len(set(winners(10, week))) for week in range(1, 53)) / 52 > 5.7


def test_every_clip_is_as_likely_as_the_others_on_every_day() -> None:
    counts = Counter((day, name) for week in range(1, 2001) for day, name in enumerate(winners(4, week)))
    assert all(430 < count < 570 for count in counts.values()), counts
    assert len(counts) == 28


def test_a_probability_is_kept_and_its_ends_are_certain() -> None:
    seeds = [seed_of(replace(DAY, workout_id=str(number))).of_day for number in range(2000)]
    assert 520 < sum(happens(0.3, seed, "mistake", "push-ups") for seed in seeds) < 680
    assert not any(happens(0, seed, "mistake", "push-ups") for seed in seeds)
    assert all(happens(1, seed, "mistake", "push-ups") for seed in seeds)
