"""What becomes of a feed when reels are ready, jobs end, slots are free: as a table, and for any course of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from shared.schemas.feeds import Facts, Feed, Pending, Ranked, Wanted, appended, settled, turned

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2026, 1, 2, tzinfo=UTC)


def wanted(*keys: str) -> tuple[Wanted, ...]:
    return tuple(Wanted(subject_key=key, greenhouse_id=f"g-{key}", score=0.8) for key in keys)


def pending(*keys: str) -> tuple[Pending, ...]:
    return tuple(Pending(**one.model_dump(), job_id=f"j-{one.subject_key}") for one in wanted(*keys))


def ranked(*keys: str) -> list[Ranked]:
    return [Ranked(subject_key=key, greenhouse_id=f"g-{key}", reason="near") for key in keys]


def feed(*, unmet: str = "", awaited: str = "", pool: str = "", deficit: int = 0, delivered: int = 0) -> Feed:
    return Feed(
        feed_id="f", user_id="ann", ttl_s=60, created_at=NOW, updated_at=NOW, expires_at=LATER,
        unmet=wanted(*unmet), pending=pending(*awaited), pool=tuple(ranked(*pool)), deficit=deficit, delivered=delivered,
    )  # fmt: skip


def facts(*, ready: str = "", active: Sequence[str] = "", hopeless: str = "") -> Facts:
    return Facts(frozenset(ready), {key: f"j-{key}" for key in active}, frozenset(hopeless))


def keys(some: Sequence[Wanted]) -> str:
    return "".join(one.subject_key for one in some)


def told(after: Feed) -> tuple[str, str, str, int]:
    """Items, pending, unmet, delivered."""
    return keys(after.items), keys(after.pending), keys(after.unmet), after.delivered


def test_a_ready_reel_is_delivered_and_its_place_is_taken() -> None:
    after = settled(feed(awaited="ab", unmet="cd", deficit=3), facts(ready="a", active="b"), NOW)
    assert told(after) == ("a", "b", "cd", 1)
    assert (after.items[0].n, after.items[0].reason, after.items[0].score, after.items[0].seen) == (1, "match", 0.8, False)
    assert (after.room, after.coming) == (1, 2)


def test_a_job_that_ended_without_a_reel_leaves_room_for_another() -> None:
    after = settled(feed(awaited="ab", unmet="c", deficit=2), facts(active="b"), NOW)
    assert told(after) == ("", "b", "c", 0)
    assert after.room == 1


def test_what_is_made_for_others_anyway_is_joined_as_far_as_there_is_room() -> None:
    after = settled(feed(unmet="abc", deficit=2), facts(active="bca"), NOW)
    assert told(after) == ("", "ab", "c", 0)
    assert after.job_ids == ("j-a", "j-b")
    assert after.coming == 2, "the third is kept for when one of them comes to nothing"


def test_who_is_hopeless_is_no_candidate() -> None:
    assert told(settled(feed(unmet="ab", deficit=1), facts(hopeless="a"), NOW)) == ("", "", "b", 0)


def test_once_the_deficit_is_filled_nothing_is_wanted() -> None:
    after = settled(feed(awaited="a", unmet="bc", deficit=1), facts(ready="a"), NOW)
    assert told(after) == ("a", "", "", 1)
    assert (after.coming, after.follows(1), after.follows(0)) == (0, False, True)


def test_a_reel_that_somebody_else_had_made_is_delivered_at_once() -> None:
    assert told(settled(feed(unmet="ab", deficit=2), facts(ready="b"), NOW)) == ("b", "", "a", 1)


def test_a_reel_that_is_in_the_feed_already_is_not_shown_twice() -> None:
    shown = appended(feed(awaited="a", pool="ab", deficit=1), ranked("a"), NOW)
    after = settled(shown, facts(ready="a"), LATER)
    assert told(after) == ("a", "", "", 1)
    assert keys(after.pool) == "b"
    assert after.items[0].reason == "near"


def test_the_pool_turns_into_items_as_far_as_needed() -> None:
    start = feed(pool="abcd")
    two = turned(start, 2, NOW)
    assert (keys(two.items), keys(two.pool)) == ("ab", "cd")
    assert turned(two, 2, LATER) == two
    assert [item.n for item in turned(two, 9, LATER).items] == [1, 2, 3, 4]


SUBJECTS = "abcdefgh"
Course = list[tuple[str, str]]
"""What happens, and to which subject."""


@given(
    deficit=st.integers(0, 6),
    pool=st.permutations("pqrst"),
    course=st.lists(st.tuples(st.sampled_from(["ready", "begin", "end", "block", "page", "look"]), st.sampled_from(SUBJECTS)), max_size=40),
)
def test_whatever_happens_items_stay_and_nobody_is_lost(deficit: int, pool: Sequence[str], course: Course) -> None:
    now, known = feed(unmet=SUBJECTS, pool="".join(pool), deficit=deficit), Facts()
    given_up: set[str] = set()
    for event, key in course:
        before, waiting = now, keys(now.pending)
        known = _happened(known, event, key)
        now = turned(now, len(now.items) + 1, NOW) if event == "page" else settled(now, known, NOW)
        given_up |= set(waiting) - set(known.active) - known.ready
        assert now.items[: len(before.items)] == before.items
        assert [item.n for item in now.items] == list(range(1, len(now.items) + 1))
        assert len({item.subject_key for item in now.items}) == len(now.items)
        assert now.delivered + len(now.pending) <= deficit
        assert settled(now, known, LATER) == settled(settled(now, known, LATER), known, LATER)
        if event != "page" and now.delivered < deficit:
            everywhere = {*keys(now.items), *keys(now.pending), *keys(now.unmet)} | known.hopeless | given_up
            assert set(SUBJECTS) <= everywhere


def _happened(known: Facts, event: str, key: str) -> Facts:
    active: Mapping[str, str] = {each: job for each, job in known.active.items() if each != key}
    match event:
        case "ready":
            return Facts(known.ready | {key}, active, known.hopeless)
        case "begin" if key not in known.ready:
            return known.and_active(key, f"j-{key}")
        case "end":
            return Facts(known.ready, active, known.hopeless)
        case "block":
            return Facts(known.ready, active, known.hopeless | {key})
    return known
