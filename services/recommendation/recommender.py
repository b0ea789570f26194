"""The recommender: asks the sources side by side, and ranks what they found."""

from __future__ import annotations

from typing import Protocol

from services.recommendation.pools import Ask, Pool


class Recommender(Protocol):
    async def pool(self, ask: Ask) -> Pool:
        """The ranked pool for this user; an empty one when there is nothing. A source that is away is left out and named in `degraded`;
        raises Unavailable when the library itself cannot be read."""
        ...
