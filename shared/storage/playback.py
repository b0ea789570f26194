"""Where clips are played from, by their provider: what a provider can do, and the register of all that are known."""

from __future__ import annotations

from typing import Protocol

from shared.schemas.clips import Clip


class Playback(Protocol):
    """A provider of clips. Both raise InvalidInput for an asset that is none of its own, naming what is wrong."""

    async def exists(self, clip: Clip) -> bool:
        """Whether it can be played now. Raises Unavailable when the provider cannot be asked, or does not answer in time."""

    def playback_url(self, clip: Clip) -> str:
        """Where clients play it from. No I/O."""

    async def aclose(self) -> None: ...
