"""Interactions: once each, at their latest, in order; histories that fade; what is held out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.recommendation.models.interactions import Interactions, Log, held_out, history, latest


def of(*events: tuple[int, int, float], users: int = 3, items: int = 5) -> Interactions:
    columns = np.array(events or np.empty((0, 3)))
    return latest(columns[:, 0].astype(np.int32), columns[:, 1].astype(np.int32), columns[:, 2], users, items)


def test_each_pair_once_at_its_latest_by_user_and_time() -> None:
    seen = of((2, 0, 5), (0, 1, 3), (0, 2, 1), (0, 1, 0), (2, 4, 1))
    assert list(zip(seen.users.tolist(), seen.items.tolist(), seen.times.tolist(), strict=True)) == [
        (0, 2, 1), (0, 1, 3), (2, 4, 1), (2, 0, 5)
    ]  # fmt: skip
    assert seen.lengths.tolist() == [2, 0, 2]
    assert seen.ages.tolist() == [1, 0, 1, 0]
    assert seen.last.tolist() == [3, -np.inf, 5]
    assert seen.counts.tolist() == [1, 1, 1, 0, 1]


def test_at_one_time_the_later_line_is_later() -> None:
    assert of((0, 3, 1), (0, 1, 1), (0, 2, 1)).items.tolist() == [3, 1, 2]


def test_histories_fade_by_what_came_later() -> None:
    seen = of((0, 0, 1), (0, 1, 2), (0, 2, 3), (1, 2, 9))
    assert seen.fading(1).toarray()[:2].tolist() == [[0.25, 0.5, 1, 0, 0], [0, 0, 1, 0, 0]]
    assert seen.taken.toarray()[0].tolist() == [1, 1, 1, 0, 0]


def test_some_users_alone_in_an_order_of_theirs() -> None:
    seen = of((0, 0, 1), (1, 1, 1), (1, 2, 2), (2, 3, 1)).of(np.array([2, 1]))
    assert (seen.users.tolist(), seen.items.tolist(), seen.n_users) == ([0, 1, 1], [3, 1, 2], 2)


def test_only_the_latest_of_a_long_history() -> None:
    seen = of((0, 0, 1), (0, 1, 2), (0, 2, 3), (1, 4, 1))
    assert seen.capped(2).items.tolist() == [1, 2, 4]
    assert seen.capped(3) is seen


@pytest.mark.parametrize(("length", "held"), [(0, 0), (1, 0), (2, 1), (4, 1), (5, 1), (6, 2), (10, 2), (11, 3), (100, 20)])
def test_how_many_are_held_out(length: int, held: int) -> None:
    assert held_out(np.array([length]), 0.2, 2).tolist() == [held]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(0, 50)), max_size=40))
def test_a_split_is_by_time_and_asks_only_for_what_is_new(events: list[tuple[int, int, int]]) -> None:
    columns = np.array(events or np.empty((0, 3), int))
    early, new = Log.of(columns[:, 0], columns[:, 1], columns[:, 2], 3, 5).split(0.2)
    for user in range(3):
        mine = sorted((time, place, item) for place, (who, item, time) in enumerate(events) if who == user)
        kept = mine[: len(mine) - int(held_out(np.array([len(mine)]), 0.2, 2)[0])]
        assert early.items[early.users == user].tolist() == [item for _, _, item in kept]
        before = {item for _, _, item in kept}
        assert set(np.flatnonzero(new[[user]].toarray())) == {item for _, _, item in mine[len(kept) :]} - before


def test_one_history() -> None:
    one = history(np.array([3, 1]), np.array([2.0, 1.0]), 4)
    assert (one.items.tolist(), one.n_users, one.n_items) == ([1, 3], 1, 4)
