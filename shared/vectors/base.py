"""The VectorIndex port: nearest active postings to a query vector."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray


class Hit(NamedTuple):
    """`score` is (1 + cos) / 2, in [0, 1]."""

    greenhouse_id: str
    subject_key: str
    score: float


class VectorIndex(Protocol):
    async def search(self, vector: NDArray[np.float32], k: int) -> list[Hit]:
        """Up to `k` active postings, best first, for a unit vector of shape (d,). Raises Unavailable when it cannot answer."""
        ...
