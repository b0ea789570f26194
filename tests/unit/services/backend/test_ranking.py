"""How meaning, words, letters and newness make a rank, and that every part is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.backend.search.ranking import by_words, fused, newness
from shared.lexical.query import LexicalHit
from shared.settings import Search
from shared.vectors.base import Hit

NOW = datetime(2026, 5, 1, tzinfo=UTC)
WEIGHTS = Search(search_alpha=0.3, search_trigram=0.2, recency_weight=0.1, recency_half_life_days=10)


def hit(name: str, cosine: float, days: float | None = None) -> Hit:
    return Hit(name, f"s:{name}", (1 + cosine) / 2, "acme", None if days is None else NOW - timedelta(days=days))


def test_a_rank_is_the_weighted_sum_of_its_parts() -> None:
    (ranked,) = fused([hit("a", 0.4, 10)], {"a": LexicalHit("a", 0.5, 0.25)}, WEIGHTS, NOW)
    assert (ranked.greenhouse_id, ranked.subject_key, ranked.company) == ("a", "s:a", "acme")
    assert (ranked.score, ranked.bm25, ranked.trigram, ranked.recency) == pytest.approx((0.7, 0.5, 0.25, 0.5))
    assert ranked.rank == pytest.approx(0.4 + 0.3 * 0.5 + 0.2 * 0.25 + 0.1 * 0.5)


def test_words_in_common_lift_a_posting_and_leave_its_score_alone() -> None:
    ranked = fused([hit("near", 0.5), hit("named", 0.4)], {"named": LexicalHit("named", 1.0, 1.0)}, WEIGHTS, NOW)
    assert [each.greenhouse_id for each in ranked] == ["named", "near"]
    assert [each.score for each in ranked] == pytest.approx([0.7, 0.75])


def test_equal_ones_are_in_the_order_of_their_ids() -> None:
    assert [each.greenhouse_id for each in fused([hit("b", 0.5), hit("a", 0.5)], {}, WEIGHTS, NOW)] == ["a", "b"]


def test_without_vectors_there_is_no_score() -> None:
    ranked = by_words([hit("a", 0.9), hit("b", -0.9)], {"b": LexicalHit("b", 0.5, 0.5)}, WEIGHTS, NOW)
    assert [(each.greenhouse_id, each.score, each.rank) for each in ranked] == [("b", None, pytest.approx(0.25)), ("a", None, 0)]


@pytest.mark.parametrize(("days", "new"), [(0, 1), (10, 0.5), (30, 0.125), (-5, 1)])
def test_newness_halves_with_each_half_life(days: float, new: float) -> None:
    assert newness(NOW - timedelta(days=days), NOW, 10) == pytest.approx(new)


def test_what_does_not_say_when_is_not_new() -> None:
    assert newness(None, NOW, 10) == 0


def test_weights_of_zero_leave_the_cosine() -> None:
    plain = Search(search_alpha=0, search_trigram=0, recency_weight=0)
    (ranked,) = fused([hit("a", 0.4, 0)], {"a": LexicalHit("a", 1, 1)}, plain, NOW)
    assert ranked.rank == pytest.approx(0.4)
