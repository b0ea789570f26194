"""A model that does as a script says: the chain's view of a vendor."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.llm.base import Completion, Turn
from shared.llm.failures import ModelFailure

Step = str | ModelFailure | asyncio.Event
"""A text to say, a failure to raise, or an event to wait for before saying "{}"."""


@dataclass
class ScriptedModel:
    """The last step is taken for ever. `heard` are the turns of each call; `cancelled` counts the calls that were."""

    hop: str
    script: list[Step]
    model: str = "scripted"
    setting: str = "SCRIPTED_API_KEY"
    heard: list[list[Turn]] = field(default_factory=list)
    systems: list[str] = field(default_factory=list)
    cancelled: int = 0
    closed: bool = False

    async def complete(self, system: str, turns: Sequence[Turn], schema: Mapping[str, Any]) -> Completion:
        self.heard.append(list(turns))
        self.systems.append(system)
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, ModelFailure):
            raise step
        if isinstance(step, asyncio.Event):
            await self._wait(step)
            step = '{"name": "Oslo"}'
        return Completion(step, tokens_in=10, tokens_out=2)

    async def aclose(self) -> None:
        self.closed = True

    async def _wait(self, event: asyncio.Event) -> None:
        try:
            await event.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
