"""The port of those who choose among the exercises that were found."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

from services.backend.routines.candidates import Candidate
from services.backend.routines.selection import Selection, select
from shared.schemas.routines import Parameters, Story


@dataclass(frozen=True)
class Task:
    """`candidates` all keep to the limits."""

    candidates: tuple[Candidate, ...]
    parameters: Parameters
    stories: tuple[Story, ...]
    seed: str


class Selector(Protocol):
    async def choose(self, task: Task) -> Selection:
        """Of the candidates, of which there is at least one. Always has an answer."""
        ...


class RulesSelector:
    async def choose(self, task: Task) -> Selection:
        return await asyncio.to_thread(select, task.candidates, task.parameters, task.seed)
