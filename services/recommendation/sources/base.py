"""The Source port: videos worth a look for one user, from one point of view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.recommendation.pools import Ask, SourceName


@dataclass(frozen=True)
class Candidate:
    """`score` orders the candidates of one source, higher is better, and means nothing beside another's."""

    video_id: str
    subject_key: str
    company: str
    score: float
    reason: str


class Source(Protocol):
    name: SourceName

    async def candidates(self, ask: Ask) -> Sequence[Candidate]:
        """Best first, within the source's own time limit. Raises Unavailable when it cannot answer."""
        ...
