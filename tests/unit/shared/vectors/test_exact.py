"""The exact index against brute force, through adds, changes and removals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from shared.mongo.postings import Indexed
from shared.vectors import exact
from shared.vectors.exact import ExactIndex

D = 4
STEPS = st.lists(st.tuples(st.integers(0, 12), st.booleans(), st.integers(0, 10**6)), max_size=60)


def unit(seed: int) -> NDArray[np.float32]:
    vector = np.random.default_rng(seed).normal(size=D)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


@pytest.fixture(autouse=True, scope="module")
def _small_steps() -> object:
    patch = pytest.MonkeyPatch()
    patch.setattr(exact, "_GROWTH", 2)  # so that short histories grow and compact, too
    yield
    patch.undo()


@given(STEPS, st.integers(1, 20))
async def test_finds_what_brute_force_finds(steps: list[tuple[int, bool, int]], k: int) -> None:
    index, kept = ExactIndex(D), dict[str, NDArray[np.float32]]()
    for number, there, seed in steps:
        vector = unit(seed) if there else None
        index.update([Indexed(f"p{number}", f"s{number}", True, vector)])
        kept.pop(f"p{number}", None)
        if vector is not None:
            kept[f"p{number}"] = vector
    query = unit(7)
    expected = sorted(((1 + float(v @ query)) / 2 for v in kept.values()), reverse=True)[:k]
    hits = await index.search(query, k)
    assert len(index) == len(kept)
    assert [round(hit.score, 5) for hit in hits] == [round(score, 5) for score in expected]
    assert all(hit.subject_key == "s" + hit.greenhouse_id[1:] and hit.greenhouse_id in kept for hit in hits)
