"""The arithmetic of limits: whole or not at all, exact to the µs, days that begin at Pacific midnight."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.cache.quotas import PACIFIC, Charge, DailyWindow, Level, TokenBucket, decide, spent

S = 1_000_000


def pacific(*at: int) -> int:
    return int(datetime(*at, tzinfo=ZoneInfo(PACIFIC)).timestamp()) * S  # type: ignore[misc,arg-type]


NOON = pacific(2026, 6, 1, 12)
BUCKET = TokenBucket("second", capacity=2, refill=4, period_us=S)
DAY = DailyWindow("day", 10_000)


def test_a_bucket_gives_what_it_holds_and_then_says_when() -> None:
    first = decide({}, [Charge(BUCKET, 2)], NOON)
    refused = decide(first.levels, [Charge(BUCKET)], NOON)
    assert (first.granted, refused.granted, refused.wait_us) == (True, False, S // 4)
    assert not decide(first.levels, [Charge(BUCKET)], NOON + refused.wait_us - 1).granted
    assert decide(first.levels, [Charge(BUCKET)], NOON + refused.wait_us).granted


def test_one_that_is_short_keeps_all_from_being_charged() -> None:
    used = decide({}, [Charge(DAY, 9_950)], NOON).levels
    refused = decide(used, [Charge(BUCKET), Charge(DAY, 100)], NOON)
    assert not refused.granted
    assert refused.left == {"second": 2, "day": 50}
    assert decide(used, [Charge(BUCKET), Charge(DAY, 50)], NOON).left == {"second": 1, "day": 0}


def test_what_is_left_for_others_is_not_taken() -> None:
    used = decide({}, [Charge(DAY, 7_950)], NOON).levels
    assert not decide(used, [Charge(DAY, 100, leave=2_000)], NOON).granted
    assert decide(used, [Charge(DAY, 100)], NOON).granted


@pytest.mark.parametrize(
    ("before", "hours"),
    [((2026, 3, 8), 23), ((2026, 11, 1), 25), ((2026, 7, 4), 24)],
    ids=["clocks go forward", "clocks go back", "any day"],
)
def test_a_day_is_as_long_as_it_is_there(before: tuple[int, int, int], hours: int) -> None:
    midnight = pacific(*before)
    used = decide({}, [Charge(DAY, 10_000)], midnight).levels
    refused = decide(used, [Charge(DAY)], midnight)
    assert refused.wait_us == hours * 3600 * S
    assert not decide(used, [Charge(DAY)], midnight + refused.wait_us - 1).granted
    assert decide(used, [Charge(DAY)], midnight + refused.wait_us).left == {"day": 9_999}


def test_a_clock_that_goes_back_gives_nothing_back() -> None:
    used = decide({}, [Charge(BUCKET, 2), Charge(DAY, 10_000)], NOON).levels
    back = decide(used, [Charge(BUCKET)], NOON - 3600 * S)
    assert (back.granted, back.wait_us) == (False, S // 4)
    assert not decide(used, [Charge(DAY)], NOON - 24 * 3600 * S).granted


def test_who_sets_a_limit_may_say_that_it_is_used_up() -> None:
    levels = spent(decide({}, [Charge(BUCKET), Charge(DAY)], NOON).levels, [DAY], NOON)
    assert decide(levels, [Charge(DAY)], NOON).wait_us == pacific(2026, 6, 2) - NOON
    assert decide(levels, [Charge(BUCKET)], NOON).granted


def test_the_parts_of_several_processes_are_no_more_than_the_whole() -> None:
    part = TokenBucket("minute", 10, 30, 60 * S).among(3)
    assert part == TokenBucket("minute", 3, 30, 180 * S)
    assert TokenBucket("second", 2, 1, S).among(3) is None
    assert DAY.among(4, used=2_000).limit == 4_000  # of which 2,000 are gone


@pytest.mark.parametrize("wrong", [(0, 1, 1), (1, 0, 1), (1, 1, 0), (2**30, 1, 2**30)])
def test_a_bucket_that_cannot_be_counted_exactly_is_refused(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no such bucket"):
        TokenBucket("x", *wrong)


@given(
    limit=st.integers(1, 40),
    period=st.sampled_from([1, 60, 100]),
    asked=st.lists(st.tuples(st.integers(0, 30 * S), st.integers(1, 3)), max_size=120),
)
@settings(max_examples=60, deadline=None)
def test_no_window_of_its_length_sees_more_than_the_limit(limit: int, period: int, asked: list[tuple[int, int]]) -> None:
    """Whoever asks whenever for whatever: in any period that begins with a grant there are `limit` grants at most."""
    bucket, now, levels = TokenBucket.within("x", limit, period), NOON, dict[str, Level]()
    granted: list[tuple[int, int]] = []
    for pause, cost in asked:
        now += pause
        outcome = decide(levels, [Charge(bucket, cost)], now)
        if outcome.granted:
            levels = dict(outcome.levels)
            granted.append((now, cost))
    for start, _ in granted:
        assert sum(cost for at, cost in granted if start <= at < start + period * S) <= limit
