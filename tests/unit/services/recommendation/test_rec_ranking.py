"""Ranking: sources blended, likeness and companies spread, places to explore, what a personality changes."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.recommendation.pools import SourceName
from services.recommendation.ranking import PAGE, Weights, affordable, blended, explored, relative, spread, tempered
from services.recommendation.sources.base import Candidate
from shared.schemas.recommendations import Assessment

WEIGHTS = Weights({"vector": 1.0, "co_watch": 1.0, "trending": 0.25, "fresh": 0.15}, diversity=0.1, per_company=3, explore_every=20)
MIDDLE = Assessment(openness=0.5, conscientiousness=0.5, extraversion=0.5, agreeableness=0.5, neuroticism=0.5)


def found(*scores: tuple[str, float]) -> list[Candidate]:
    return [Candidate(name, f"s-{name}", "acme", score, f"why {name}") for name, score in scores]


def names(sources: dict[SourceName, list[Candidate]], weights: dict[SourceName, float]) -> list[str]:
    return [one.candidate.video_id for one in blended(sources, weights)]


@pytest.mark.parametrize(
    ("sources", "weights", "expected"),
    [
        ({}, {}, []),
        ({"vector": []}, {"vector": 1.0}, []),
        ({"vector": found(("a", 0.9), ("b", 0.1))}, {"vector": 1.0}, ["a", "b"]),
        ({"vector": found(("b", 0.9), ("a", 0.9))}, {"vector": 1.0}, ["a", "b"]),  # equal: by id
        (
            {"vector": found(("a", 3), ("b", 2), ("c", 1)), "co_watch": found(("b", 9), ("c", 1))},
            {"vector": 1, "co_watch": 1},
            ["b", "a", "c"],
        ),
        ({"vector": found(("a", 1), ("b", 0)), "trending": found(("b", 1), ("a", 0))}, {"vector": 1, "trending": 0.25}, ["a", "b"]),
        ({"vector": found(("a", 1), ("b", 0)), "trending": found(("b", 1), ("a", 0))}, {"vector": 0, "trending": 0.25}, ["b", "a"]),
    ],
)
def test_blends(sources: dict[SourceName, list[Candidate]], weights: dict[SourceName, float], expected: list[str]) -> None:
    assert names(sources, weights) == expected


def test_what_says_most_for_it_is_its_source_and_gives_the_reason() -> None:
    both = {
        "vector": found(("a", 1), ("b", 0.5), ("c", 0)),
        "trending": [Candidate("c", "s-c", "acme", 1.0, "trend c"), Candidate("a", "s-a", "acme", 0.0, "trend a")],
    }
    ranked = {one.candidate.video_id: one for one in blended(both, {"vector": 1.0, "trending": 0.25})}  # type: ignore[arg-type]
    assert (ranked["a"].source, ranked["a"].candidate.reason, ranked["a"].relevance) == ("vector", "why a", 1.0)
    assert (ranked["c"].source, ranked["c"].candidate.reason) == ("trending", "trend c")


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=30))
def test_a_source_alone_keeps_its_order_equal_ones_by_id(scores: list[int]) -> None:
    plain = [Candidate(f"{number:03}", str(number), "", float(score), "") for number, score in enumerate(scores)]
    ranked = blended({"co_watch": plain}, {"co_watch": 1.0})
    assert [one.candidate for one in ranked] == sorted(plain, key=lambda one: (-one.score, one.video_id))
    assert all(0 < one.relevance <= 1 for one in ranked)


def unit(*rows: tuple[float, ...]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    vectors = np.array(rows, np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def test_likeness_costs_as_much_as_is_asked() -> None:
    """The second is almost the first again; the third is something else, and nearly as good."""
    relevance, vectors = np.array([1.0, 0.9, 0.8], np.float32), unit((1, 0), (1, 0.05), (0, 1))
    assert spread(relevance, vectors, (), 3, 0.0) == [0, 1, 2]
    assert spread(relevance, vectors, (), 3, 0.2) == [0, 2, 1]
    assert spread(relevance, vectors, (), 1, 0.2) == [0, 1, 2]  # beyond the first it is by relevance


def test_a_company_has_its_share_of_a_page_as_long_as_there_are_others() -> None:
    relevance = np.linspace(1, 0, 30, dtype=np.float32)
    companies = ["acme"] * 20 + [f"c{n}" for n in range(10)]
    order = spread(relevance, np.zeros((30, 1), np.float32), companies, 30, 0.0, 2)
    assert order[:4] == [0, 1, 20, 21]
    assert Counter(companies[place] for place in order[:12])["acme"] == 2
    assert sorted(order) == list(range(30))


@given(st.lists(st.tuples(st.floats(0, 1, width=32), st.sampled_from("abcdefghij")), max_size=60), st.integers(0, 3), st.integers(0, 60))
def test_spreading_loses_nobody_and_keeps_to_the_limit(rows: list[tuple[float, str]], most: int, size: int) -> None:
    relevance = np.array([value for value, _ in rows], np.float32)
    companies = [company for _, company in rows]
    order = spread(relevance, np.zeros((len(rows), 2), np.float32), companies, size, 0.3, most)
    assert sorted(order) == list(range(len(rows)))
    for place in range(min(size, len(rows)) if most else 0):
        before = Counter(companies[one] for one in order[max(0, place - PAGE + 1) : place])
        left = {companies[one] for one in order[place:]}
        assert before[companies[order[place]]] < most or all(before[company] >= most for company in left)


def test_every_nth_place_explores_and_prefers_what_few_have_met() -> None:
    exposure = np.array([1000.0] * 25 + [0.0] * 5, np.float32)
    order, drawn = explored(range(30), exposure, 10, "ann")
    assert sorted(order) == list(range(30))
    assert order[:9] == list(range(9))
    assert drawn == {place for place in (order[9], order[19], order[29]) if place != sorted(order)[order.index(place)]}
    assert order[9] >= 25
    assert explored(range(30), exposure, 10, "ann") == (order, drawn)
    assert any(explored(range(30), exposure, 10, f"user {n}")[0] != order for n in range(5))
    assert explored(range(30), exposure, 0, "ann") == (list(range(30)), set())


def test_scores_become_relative() -> None:
    assert relative(np.array([3, 1, 2], np.float32)).tolist() == [1, 0, 0.5]
    assert relative(np.array([2, 2], np.float32)).tolist() == [0, 0]
    assert relative(np.array([], np.float32)).tolist() == []


@pytest.mark.parametrize(("most", "free", "expected"), [(0.1, 0.0, 0.02), (0.1, 0.05, 0.05), (0.1, 0.2, 0.1), (0.0, 0.2, 0.0)])
def test_diversity_is_what_can_be_afforded_but_some(most: float, free: float, expected: float) -> None:
    assert affordable(most, free) == expected


def test_a_middling_personality_changes_nothing() -> None:
    assert tempered(WEIGHTS, MIDDLE) == WEIGHTS
    assert tempered(WEIGHTS, None) == WEIGHTS


@pytest.mark.parametrize(
    ("trait", "source", "at_most"),
    [
        ("extraversion", "trending", 2.0),
        ("conscientiousness", "vector", 2.0),
        ("agreeableness", "co_watch", 2.0),
        ("neuroticism", "fresh", 0.5),
    ],
)
def test_what_each_trait_changes(trait: str, source: SourceName, at_most: float) -> None:
    most, least = (tempered(WEIGHTS, MIDDLE.model_copy(update={trait: end})) for end in (1.0, 0.0))
    assert most.sources[source] == pytest.approx(WEIGHTS.sources[source] * at_most)
    assert least.sources[source] == pytest.approx(WEIGHTS.sources[source] / at_most)
    assert {name: weight for name, weight in most.sources.items() if name != source} == {
        name: weight for name, weight in WEIGHTS.sources.items() if name != source
    }


def test_openness_varies_and_explores() -> None:
    most, least = (tempered(WEIGHTS, MIDDLE.model_copy(update={"openness": end})) for end in (1.0, 0.0))
    assert (most.diversity, most.explore_every) == (0.2, 10)
    assert (least.diversity, least.explore_every) == (0.05, 40)
