"""Measures of a ranking against values worked out by hand."""

from __future__ import annotations

from math import log2

import pytest

from services.backend.search.evaluate import depth_of, quality
from services.backend.search.measures import average_precision, ndcg_at, precision_at, recall_at

GAINS = {"a": 2, "b": 1, "c": 1, "d": 0, "e": -1}
RANKING = ["b", "d", "a", "x", "e"]  # c is not found


def test_average_precision_counts_what_is_not_found_as_nothing() -> None:
    assert average_precision(RANKING, GAINS) == pytest.approx((1 / 1 + 2 / 3) / 3)
    assert average_precision(["a", "b", "c"], GAINS) == 1
    assert average_precision(["x"], GAINS) == 0


def test_precision_divides_by_the_cut_even_of_a_short_ranking() -> None:
    assert precision_at(5, RANKING, GAINS) == pytest.approx(2 / 5)
    assert precision_at(5, ["a"], GAINS) == pytest.approx(1 / 5)
    assert precision_at(1, RANKING, GAINS) == 1


def test_recall_is_of_all_relevant() -> None:
    assert recall_at(10, RANKING, GAINS) == pytest.approx(2 / 3)
    assert recall_at(1, RANKING, GAINS) == pytest.approx(1 / 3)


def test_ndcg_has_grades_as_gains() -> None:
    best = 2 / log2(2) + 1 / log2(3) + 1 / log2(4)
    assert ndcg_at(10, RANKING, GAINS) == pytest.approx((1 / log2(2) + 2 / log2(4)) / best)
    assert ndcg_at(2, RANKING, GAINS) == pytest.approx(1 / (2 + 1 / log2(3)))
    assert ndcg_at(10, ["a", "b", "c"], GAINS) == pytest.approx(1)


def test_quality_is_the_mean_over_queries_and_the_median_time() -> None:
    told = quality({"q": RANKING, "r": ["y", "z"]}, {"q": GAINS, "r": {"y": 1}, "unasked": {"a": 1}}, [0.001, 0.005, 0.003])
    assert told.map == pytest.approx(((1 + 2 / 3) / 3 + 1) / 2)
    assert told.p_at_5 == pytest.approx((2 / 5 + 1 / 5) / 2)
    assert told.recall_at_10 == pytest.approx((2 / 3 + 1) / 2)
    assert told.p50_ms == pytest.approx(3)


@pytest.mark.parametrize(("documents", "depth"), [(1, 1), (10_000, 10_000), (10_001, 1_000)])
def test_small_collections_are_ranked_to_the_last(documents: int, depth: int) -> None:
    assert depth_of(documents) == depth
