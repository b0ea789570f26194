"""The benchmark's own sets and typos, and the rankings it compares."""

from __future__ import annotations

import random

import pytest

from services.backend.search.judged import Text
from tests.benchmarks.search_quality.rankings import by_bm25, measured
from tests.benchmarks.search_quality.sets import LABELS, Judged, own, sets, with_typo


@pytest.mark.parametrize(("code", "language"), [("de", "german"), ("es", "spanish")])
def test_every_query_of_our_own_has_documents_to_find(code: str, language: str) -> None:
    judged = own(code, language)
    assert len(judged.queries) > 100
    assert len(judged.documents) > 250
    assert {name for grades in judged.judgements.values() for name in grades} == set(judged.documents)
    assert all(len(grades) >= 3 for grades in judged.judgements.values())
    titles = [text.title for text in judged.documents.values()]
    assert all(titles)
    assert not [query for query in judged.queries.values() if query in titles]


def test_a_typo_is_one_slip_and_always_the_same() -> None:
    words = [with_typo("night nurse", random.Random(seed)) for seed in range(200)]
    assert words == [with_typo("night nurse", random.Random(seed)) for seed in range(200)]
    assert all(abs(len(word) - len("night nurse")) <= 1 and word.split()[0][0] == "n" for word in words)
    assert len(set(words)) > 50
    assert with_typo("a b", random.Random(1)) == "a b"


def test_bm25_is_judged_as_we_are() -> None:
    documents = {"1": Text("Registered Nurse", ""), "2": Text("Cook", ""), "3": Text("Welder", "nurses welcome")}
    judged = Judged("own", documents, {"q": "nurse", "r": "the pilot"}, {"q": {"1": 1}, "r": {"2": 1}})
    found = by_bm25(judged, judged.queries)
    assert set(found.rankings["q"]) == {"1", "3"}
    assert found.rankings["r"] == []
    assert measured("recall_at_10", found.rankings, judged) == 0.5


@pytest.mark.data
@pytest.mark.skipif(not LABELS.is_dir(), reason="needs the real data beside the project")
def test_the_real_sets_are_read() -> None:
    found = {judged.name: judged for judged in sets(quick=True)}
    assert list(found) == ["esco", "jobbert", "de", "es"]
    assert (len(found["esco"].queries), len(found["esco"].documents)) == (300, 1_000)
    for judged in found.values():
        assert all(set(judged.judgements[name]) <= set(judged.documents) for name in judged.queries)
        assert not set(judged.queries) & set(judged.documents) or judged.name != "jobbert"
