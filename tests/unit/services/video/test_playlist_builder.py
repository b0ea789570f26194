"""The choice of clips: levels, retries, and what one clip more can change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.video.playlists.archetypes import ORDER
from services.video.playlists.builder import Book, Candidate, Limits, Near, Place, ends_sure, places, wants_similar
from shared.schemas.clips import ARCHETYPES, Archetype
from shared.schemas.playlists import Day, Row

DAY = Day("w1", 1, 1, "professional", "en", ("push-ups", "squat"))
LIMITS = Limits(candidates=20, asks=3)
TECHNIQUE = Place("technique", "push-ups")
NEAR = {"push-ups": ("dips", "bench-press")}


def row(clip_id: str, archetype: Archetype = "professional", slug: str = "push-ups", *, available: bool | None = True) -> Row:
    return Row(slug, "technique", archetype, clip_id, available)


def shortlist(rows: Iterable[Row], near: Near | None = None, limits: Limits = LIMITS) -> list[Candidate]:
    return Book(DAY, rows, limits).shortlist(TECHNIQUE, near or {})


def ids(candidates: Sequence[Candidate]) -> list[str]:
    return [candidate.row.clip_id for candidate in candidates]


def test_the_order_of_a_day() -> None:
    kinds = ["intro", "technique", "instruction", "mistake", "technique", "instruction", "mistake", "closing"]
    day = places(DAY, 1)
    assert [place.kind for place in day] == kinds
    assert [place.exercise_slug for place in day] == [None, "push-ups", "push-ups", "push-ups", "squat", "squat", "squat", None]
    assert [place.kind for place in day if place.required] == ["technique", "instruction"] * 2


def test_whether_a_mistake_is_shown_is_the_exercises_own_affair() -> None:
    shown = {place.exercise_slug for place in places(replace(DAY, exercises=tuple("abcdefgh")), 0.5) if place.kind == "mistake"}
    assert 0 < len(shown) < 8
    assert {place.exercise_slug for place in places(replace(DAY, exercises=("x", "c", "a")), 0.5) if place.kind == "mistake"} - {"x"} == (
        shown & {"a", "c"}
    )


def test_an_exercise_named_twice_is_shown_once() -> None:
    assert len(places(replace(DAY, exercises=("squat", "push-ups", "squat")), 0)) == 2 + 2 * 2


def test_others_stand_in_by_turns() -> None:
    assert ORDER["professional"] == ("professional", "mentor", "peer")
    assert {first: order for first, order in ORDER.items() if order[0] == first and sorted(order) == sorted(ARCHETYPES)} == ORDER
    turns = "professional mentor peer professional mentor"
    assert all(" ".join(order) in turns for order in ORDER.values())


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row("exact"), row("mentors", "mentor")], [(1, "exact")]),
        ([row("mentors", "mentor"), row("peers", "peer")], [(2, "mentors")]),
        ([row("peers", "peer"), row("of-dips", slug="dips")], [(2, "peers")]),
        ([row("of-bench", slug="bench-press"), row("peer-of-dips", "peer", "dips")], [(3, "peer-of-dips")]),
        ([row("away", available=False), row("mentors", "mentor")], [(2, "mentors")]),
        ([row("unasked", available=None), row("mentors", "mentor")], [(1, "unasked"), (2, "mentors")]),
        ([row("of-squats", slug="squat")], []),
    ],
)
def test_levels(rows: list[Row], expected: list[tuple[int, str]]) -> None:
    assert [(candidate.level, candidate.row.clip_id) for candidate in shortlist(rows, NEAR)] == expected


def test_as_many_are_asked_about_as_may_be() -> None:
    unasked = [row(f"clip-{number}", available=None) for number in range(10)]
    assert len(shortlist(unasked, limits=Limits(20, asks=3))) == 3
    assert len(shortlist(unasked, limits=Limits(2, asks=3))) == 2
    assert ids(shortlist(unasked, limits=Limits(20, asks=10)))[:3] == ids(shortlist(unasked, limits=Limits(20, asks=3)))


def test_those_known_to_be_away_cost_no_try() -> None:
    away = [row(f"away-{number}", available=False) for number in range(50)]
    assert ids(shortlist([*away, row("there")], limits=Limits(1, asks=1))) == ["there"]


@pytest.mark.parametrize(
    ("place", "rows", "also_required", "expected"),
    [
        (Place("mistake", "squat"), [], False, True),
        (TECHNIQUE, [], False, False),
        (TECHNIQUE, [], True, True),
        (TECHNIQUE, [row("there")], True, False),
        (TECHNIQUE, [row("unasked", available=None)], True, True),
        (Place("intro"), [], True, False),
    ],
)
def test_who_looks_at_similar_exercises(place: Place, rows: list[Row], also_required: bool, expected: bool) -> None:
    assert wants_similar(place, shortlist(rows), also_required=also_required) is expected


ROWS = st.lists(
    st.builds(
        Row,
        st.sampled_from(["push-ups", "dips", "bench-press"]),
        st.just("technique"),
        st.sampled_from(ARCHETYPES),
        st.text("abc123", min_size=1, max_size=4),
        st.sampled_from([True, True, False, None]),
    ),
    unique_by=lambda each: each.clip_id,
    max_size=25,
)
DAYS = st.builds(
    Day, st.text(min_size=1, max_size=3), st.integers(1, 52), st.integers(1, 7), st.sampled_from(ARCHETYPES), st.just("en"), st.just(())
)


def first_sure(day: Day, rows: Iterable[Row]) -> Candidate | None:
    found = Book(day, rows, LIMITS).shortlist(TECHNIQUE, NEAR)
    return found[-1] if ends_sure(found) else None


@given(DAYS, ROWS, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_rows_does_not_matter(day: Day, rows: list[Row], chance: object) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert Book(day, rows, LIMITS).shortlist(TECHNIQUE, NEAR) == Book(day, shuffled, LIMITS).shortlist(TECHNIQUE, NEAR)


@given(DAYS, ROWS, st.sampled_from(ARCHETYPES), st.sampled_from(["push-ups", "dips"]))
@settings(max_examples=80, deadline=None)
def test_one_clip_more_changes_only_the_places_it_wins(day: Day, rows: list[Row], archetype: Archetype, slug: str) -> None:
    new = row("the new one", archetype, slug)
    before, after = first_sure(day, rows), first_sure(day, [*rows, new])
    assert after is not None
    assert after == before or after.row == new


@given(DAYS, ROWS)
@settings(max_examples=80, deadline=None)
def test_without_a_clip_only_its_own_places_change(day: Day, rows: list[Row]) -> None:
    chosen = first_sure(day, rows)
    for gone in rows:
        left = first_sure(day, [each for each in rows if each != gone])
        assert left == chosen or (chosen is not None and chosen.row == gone)


@given(DAYS, ROWS, st.data())
@settings(max_examples=80, deadline=None)
def test_what_was_learnt_gives_the_same_choice_again(day: Day, rows: list[Row], data: st.DataObject) -> None:
    """A catalogue revision tells the choice: asking about clips, and asking again when the answers are kept, play the same."""
    tried = Book(day, rows, LIMITS).shortlist(TECHNIQUE, NEAR)
    answers = {c.row.clip_id: data.draw(st.booleans()) for c in tried if c.row.available is None}
    chosen = next((c.row.clip_id for c in tried if answers.get(c.row.clip_id, True)), None)
    kept = [each._replace(available=answers.get(each.clip_id, each.available)) for each in rows]
    again = Book(day, kept, LIMITS).shortlist(TECHNIQUE, NEAR)
    sure = next((c.row.clip_id for c in again if c.row.available), None)
    assert chosen is None or sure == chosen
