"""From a person to their pool: what they watched and said counts, what they hid is never there, two profiles rank differently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.recommendation.co_watch import CoWatch, pack, unpack
from services.recommendation.gathered import Gathered
from services.recommendation.learning import follow
from services.recommendation.library import Reels
from services.recommendation.models.recipe import DEFAULT
from services.recommendation.pools import Ask, Recommended
from services.recommendation.ranked_pool import Person, Stock, candidates, ranked
from services.recommendation.sources.base import Candidate
from services.recommendation.taste import Signal, Taste, signals
from shared.mongo.reels import About, ReadyReel
from shared.mongo.watched import Watched
from shared.schemas.recommendations import Assessment, Profile
from shared.schemas.watch_events import EventType
from shared.settings import Ranking

NOW = datetime(2026, 6, 1, tzinfo=UTC)
CORNERS = ("baking", "nursing", "welding")
PER_CORNER = 20
KEYS = [f"{corner}-{number}" for corner in CORNERS for number in range(PER_CORNER)]


def direction(corner: str, aside: float = 0.0) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    vector = np.zeros(4, np.float32)
    vector[CORNERS.index(corner)], vector[3] = 1, aside
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def about(key: str) -> About:
    corner, _, number = key.partition("-")
    return About(
        key,
        f"{corner} {number}",
        f"c{int(number) % 7}",
        f"Company {int(number) % 7}",
        (corner, f"{corner} crew"),
        direction(corner, int(number) / 40),
    )


REELS = Reels.of(
    [ReadyReel(f"v-{key}", key, NOW - timedelta(hours=place)) for place, key in enumerate(KEYS)], {key: about(key) for key in KEYS}
)


def watched(user: str, key: str, kind: EventType = "complete", minutes: int = 0) -> Watched:
    return Watched(user, key, kind, NOW - timedelta(days=1) + timedelta(minutes=minutes))


def learned() -> CoWatch:
    """Sixty users, each of one corner."""
    gathered, random = Gathered(), np.random.default_rng(0)
    for user in range(60):
        corner = CORNERS[user % 3]
        for minute, number in enumerate(random.permutation(PER_CORNER)[:6]):
            gathered.add(watched(f"u{user}", f"{corner}-{number}", minutes=minute))
    seen = gathered.log().seen
    return CoWatch(follow(seen, DEFAULT), gathered.subjects, seen.n_users)


MODEL = learned()


def ask(size: int = 20, profile: Profile | None = None, category: str | None = None, *, include_trending: bool = True) -> Ask:
    return Ask("ann", profile, size, include_trending, category, NOW)


def person(*events: tuple[str, EventType], hidden: Sequence[str] = ()) -> Person:
    told = [watched("ann", key, kind, minute) for minute, (key, kind) in enumerate(events)]
    return Person(signals(told), frozenset(hidden))


def pool(who: Person, asked: Ask, model: CoWatch | None = MODEL, chosen: Ranking = Ranking()) -> tuple[Recommended, ...]:  # noqa: B008
    return ranked(Stock.of(REELS, model), who, asked, {}, chosen)


def corners(items: Sequence[Recommended]) -> Counter[str]:
    return Counter(item.subject_key.partition("-")[0] for item in items)


@pytest.mark.parametrize("model", [MODEL, None])
def test_what_was_watched_brings_more_of_it(model: CoWatch | None) -> None:
    items = pool(person(("baking-1", "complete"), ("baking-2", "save")), ask(10), model)
    assert corners(items)["baking"] >= 8
    assert {"baking-1", "baking-2"}.isdisjoint(item.subject_key for item in items)
    assert {item.source for item in items[:5]} <= {"vector", "co_watch"}
    assert any("which you watched" in item.reason for item in pool(person(("baking-1", "complete")), ask(10), None))


def test_what_is_hidden_is_never_there_and_what_was_skipped_is_not_learned_from() -> None:
    hidden = [key for key in KEYS if key.startswith("baking")][:10]
    items = pool(person(("baking-15", "complete"), ("nursing-1", "skip"), hidden=hidden), ask(200))
    assert set(hidden).isdisjoint(item.subject_key for item in items)
    assert corners(items[:8])["baking"] >= 7
    assert "nursing-1" not in {item.subject_key for item in items}


def test_a_category_keeps_to_it() -> None:
    items = pool(person(("baking-1", "complete")), ask(200, category="crew"))
    assert len(items) == len(KEYS)
    assert corners(pool(person(("baking-1", "complete")), ask(200, category="nursing"))) == {"nursing": PER_CORNER}
    assert pool(Person(), ask(category="crew of baking")) == ()


def test_without_trending_nothing_is_there_for_being_watched_now() -> None:
    cold = Person()
    assert "trending" in {item.source for item in pool(cold, ask())}
    assert {item.source for item in pool(cold, ask(include_trending=False))} <= {"fresh", "exploration"}


def test_interests_make_two_profiles_rank_differently() -> None:
    bakes, welds = (Person(directions=[(f"{corner} jobs", 1.0, direction(corner))]) for corner in ("baking", "welding"))
    assert corners(pool(bakes, ask(10)))["baking"] >= 8
    assert corners(pool(welds, ask(10)))["welding"] >= 8
    assert pool(bakes, ask(10))[0].reason == "You are interested in baking jobs"


def test_assessments_make_two_profiles_rank_differently() -> None:
    quiet = Assessment(openness=0, conscientiousness=1, extraversion=0, agreeableness=0, neuroticism=1)
    lively = Assessment(openness=1, conscientiousness=0, extraversion=1, agreeableness=1, neuroticism=0)
    who = person(("baking-1", "complete"))
    order = [[item.video_id for item in pool(who, ask(20, Profile(assessment=each)))] for each in (quiet, lively)]
    assert order[0] != order[1]
    assert (
        corners(pool(who, ask(20, Profile(assessment=quiet))))["baking"]
        >= corners(pool(who, ask(20, Profile(assessment=lively))))["baking"]
    )


def test_what_was_watched_comes_again_only_at_the_end() -> None:
    who = person(*[(key, "complete") for key in KEYS[:50]])
    items = pool(who, ask(30))
    assert {item.subject_key for item in items[:10]} == set(KEYS[50:])
    assert [item.subject_key for item in items[10:13]] == KEYS[:3]
    assert items[10].reason == "Watch it again"


def test_others_are_ranked_beside_ours() -> None:
    theirs = [Candidate(f"yt{n}", f"yt{n}", "channel", 1.0 - n / 10, "On YouTube") for n in range(3)]
    items = ranked(Stock.of(REELS, None), Person(), ask(60), {"youtube": theirs}, Ranking())
    assert items[0].source == "youtube"
    assert {"yt0", "yt1", "yt2"} <= {item.video_id for item in items}


def test_an_empty_library_is_an_empty_pool() -> None:
    empty = Reels.of([], {})
    assert ranked(Stock.of(empty, MODEL), person(("baking-1", "complete")), ask(), {}, Ranking()) == ()


def test_new_reels_have_their_place_before_anybody_watched_them() -> None:
    found = candidates(Stock.of(REELS, MODEL), Person(), ask())
    assert [candidate.subject_key for candidate in found["fresh"][:3]] == KEYS[:3]


events = st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(["start", "complete", "skip", "save", "hide"])), max_size=15)


@settings(max_examples=25, deadline=None)
@given(events, st.lists(st.sampled_from(KEYS), max_size=10), st.integers(1, 80), st.booleans())
def test_any_pool_has_each_subject_once_falls_and_is_the_same_again(
    told: list[tuple[str, EventType]],
    hidden: list[str],
    size: int,
    include_trending: bool,
) -> None:
    who, asked = person(*told, hidden=hidden), ask(size, include_trending=include_trending)
    items = pool(who, asked)
    keys = [item.subject_key for item in items]
    assert len(set(keys)) == len(keys) <= size
    assert set(hidden).isdisjoint(keys)
    scores = [item.score for item in items]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert items == pool(who, asked)
    unmet = set(KEYS) - set(hidden) - {key for key, _ in told}
    assert len(items) >= min(size, len(unmet))


def test_a_model_survives_being_stored() -> None:
    again = unpack(pack(MODEL))
    known = MODEL.known(person(("baking-1", "complete"), ("nursing-3", "complete")).signals)
    assert (again.subjects, again.n_users) == (MODEL.subjects, MODEL.n_users)
    assert again.blend.recipe == MODEL.blend.recipe
    assert again.scores(known, include_trending=True) == pytest.approx(MODEL.scores(known, include_trending=True), abs=2e-3)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"nothing of the kind"])
def test_bytes_that_are_no_model(data: bytes) -> None:
    with pytest.raises((ValueError, KeyError)):
        unpack(data)


def test_signals_are_one_a_subject_and_each_kind_counts_once() -> None:
    told = signals(
        [
            watched("ann", "a", "start", 1),
            watched("ann", "a", "complete", 2),
            watched("ann", "a", "complete", 3),
            watched("ann", "b", "skip", 4),
        ]
    )
    assert [(signal.subject_key, signal.worth) for signal in told] == [("b", -0.5), ("a", 1.3)]
    assert told[1].at == NOW - timedelta(days=1) + timedelta(minutes=3)


def test_gathered_are_those_that_come_to_something() -> None:
    gathered = Gathered()
    for event in (
        watched("u", "a", "start"),
        watched("u", "a", "skip"),
        watched("u", "b", "complete"),
        watched("v", "b", "start"),
        watched("v", "c", "hide"),
    ):
        gathered.add(event)
    seen = gathered.log().seen
    assert gathered.subjects == ("a", "b", "c")
    assert [(user, gathered.subjects[item]) for user, item in zip(seen.users, seen.items, strict=True)] == [(0, "b"), (1, "b")]
    assert len(Gathered().log()) == 0


def test_dislikes_alone_are_no_taste() -> None:
    vectors = np.eye(2, dtype=np.float32)
    assert not Taste(vectors, np.array([-1, -0.5], np.float32), ("a", "b"))
    assert Taste(vectors, np.array([1, -0.5], np.float32), ("a", "b")).reason(vectors[1]) == "a"


def test_of_a_subject_the_newest_reel_and_only_of_open_ones() -> None:
    reels = Reels.of(
        [ReadyReel("old", "a-1", NOW - timedelta(days=2)), ReadyReel("new", "a-1", NOW), ReadyReel("closed", "z-1", NOW)],
        {"a-1": About("a-1", "A", "acme", "Acme", (), None)},
    )
    assert reels.ids == ("new",)
    assert not reels.vectors.any()


def test_what_was_watched_last_counts_most() -> None:
    late = Signal("baking-1", NOW, 1.0)
    told = [late, *(Signal(f"nursing-{n}", NOW - timedelta(days=n + 1), 1.0) for n in range(1))]
    items = pool(Person(told), ask(10), None)
    assert items[0].subject_key.startswith("baking")
