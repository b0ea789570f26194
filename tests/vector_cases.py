"""Postings with vectors, as documents too, filters over them, and brute force: what every vector index is measured by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from shared.mongo.postings import Indexed, encode_vector
from shared.vectors.base import Filters

D = 8
EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
PLACES = ("berlin", "ghent", "remote")

FILTERS = st.builds(
    Filters,
    company=st.sampled_from([None, "c0", "c1", "nobody"]),
    location=st.sampled_from([None, *PLACES, "nowhere"]),
    department=st.sampled_from([None, "d0", "d1"]),
    remote=st.sampled_from([None, True, False]),
    posted_since=st.sampled_from([None, EPOCH, EPOCH + timedelta(days=3, microseconds=1)]),
)


def unit(seed: int, dimensions: int = D) -> NDArray[np.float32]:
    vector = np.random.default_rng(seed).normal(size=dimensions)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def posting(number: int, seed: int, *, there: bool = True, active: bool = True) -> Indexed:
    """All but the number is drawn from the seed."""
    return Indexed(
        greenhouse_id=f"p{number}",
        subject_key=f"s{number // 2}",
        active=active,
        vector=unit(seed) if there else None,
        company_slug=f"c{seed % 3}",
        place_keys=PLACES[seed % 4 : seed % 7],
        department_keys=(f"d{seed % 2}",) if seed % 5 else (),
        remote=seed % 3 == 0,
        first_published=None if seed % 11 == 0 else EPOCH + timedelta(days=seed % 7),
    )


def passes(one: Indexed, filters: Filters) -> bool:
    since = filters.posted_since
    return (
        filters.company in (None, one.company_slug)
        and (filters.location is None or filters.location in one.place_keys)
        and (filters.department is None or filters.department in one.department_keys)
        and filters.remote in (None, one.remote)
        and (since is None or (one.first_published is not None and one.first_published >= since))
    )


def brute_force(kept: dict[str, Indexed], query: NDArray[np.float32], filters: Filters, without: frozenset[str]) -> dict[str, float]:
    """Scores by id, best first."""
    among = {name: one.vector for name, one in kept.items() if passes(one, filters) and one.subject_key not in without}
    scores = {name: (1 + float(vector @ query)) / 2 for name, vector in among.items() if vector is not None}
    return dict(sorted(scores.items(), key=lambda each: -each[1]))


def document(one: Indexed) -> dict[str, Any]:
    """As the database keeps it, with a vector of the embedder "e"."""
    vectors = {} if one.vector is None else {"e": {"vector": encode_vector(one.vector), "content_hash": "h"}}
    names = ("greenhouse_id", "subject_key", "active", "title", "company_slug", "company_name", "remote", "first_published")
    lists = {"place_keys": list(one.place_keys), "department_keys": list(one.department_keys)}
    plain = {name: getattr(one, name) for name in names}
    return {**plain, **lists, "description": one.text, "vectors": vectors, "changed_at": datetime.now(UTC)}
