"""PURE: what may be chosen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.backend.routines.catalogue import Known
from shared.schemas.plans import Block

Vector = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Candidate:
    """An exercise found for a story, for a block. `score` is (1 + cos) / 2, 0 where it was found by words alone; `rank`, words counted in,
    is what orders those of one story; `vector` has shape (dimensions,), zeros where there is none."""

    known: Known
    story: int
    block: Block
    tier: int
    score: float
    rank: float
    vector: Vector

    @property
    def slug(self) -> str:
        return self.known.slug
