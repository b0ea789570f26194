"""The VectorIndex port: nearest active postings to a query vector, among those a filter lets through."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray


class Hit(NamedTuple):
    """`score` is (1 + cos) / 2, in [0, 1]. `company` is the posting's company_slug."""

    greenhouse_id: str
    subject_key: str
    score: float
    company: str = ""
    first_published: datetime | None = None


@dataclass(frozen=True)
class Filters:
    """What a posting must be; None lets all through. `company`, `location` and `department` are keys as shared.schemas.postings makes
    them: a posting has one company, and any of its place_keys or department_keys may be the one asked for."""

    company: str | None = None
    location: str | None = None
    department: str | None = None
    remote: bool | None = None
    posted_since: datetime | None = None


EVERYTHING = Filters()


class VectorIndex(Protocol):
    async def search(self, vector: NDArray[np.float32], k: int, filters: Filters = EVERYTHING, without: Collection[str] = ()) -> list[Hit]:
        """Up to `k` active postings that pass the filters, best first, for a unit vector of shape (d,). Subjects whose key is in
        `without` are left out. Raises Unavailable when it cannot answer."""
        ...

    async def score(self, vector: NDArray[np.float32], greenhouse_ids: Collection[str], filters: Filters = EVERYTHING) -> list[Hit]:
        """Those of these active postings that the index knows and that pass the filters, with their scores, in no order. Raises
        Unavailable when it cannot answer."""
        ...
