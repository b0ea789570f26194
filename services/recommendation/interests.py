"""Interests in words as directions among the reels."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from shared.embeddings.base import Embedder
from shared.embeddings.open import open_embedder
from shared.errors import Unavailable
from shared.schemas.recommendations import Profile
from shared.settings import Settings

_KEPT = 10_000

Direction = tuple[str, float, NDArray[np.float32]]
"""Words, weight, and a unit vector of shape (d,)."""


class Interests:
    """Opens the embedder beside all else, as that takes a second."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._embedder: Embedder | None = None
        self._kept: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    async def open(self) -> None:
        self._embedder = await asyncio.to_thread(open_embedder, self._settings)

    async def aclose(self) -> None:
        if self._embedder:
            await self._embedder.aclose()

    async def directions(self, profile: Profile | None) -> list[Direction]:
        """One for each interest. Raises Unavailable while the embedder cannot be asked."""
        wanted = profile.interests if profile else ()
        missing = [topic for topic in dict.fromkeys(interest.topic for interest in wanted) if topic not in self._kept]
        if missing:
            if self._embedder is None:
                raise Unavailable("the embedder is still loading", code="embedder_loading")
            for topic, vector in zip(missing, await self._embedder.embed(missing), strict=True):
                self._kept[topic] = vector
        found = [(interest.topic, interest.weight, self._kept[interest.topic]) for interest in wanted]
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return found
