"""The port of those who read a sentence: what the routine is to be, and what to search for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from services.backend.llm import open_llm_within_budget
from services.backend.routines.parameters import read
from services.backend.routines.schemas import RoutineRequest
from services.backend.routines.stories import stories_of
from shared.mongo.client import Database
from shared.schemas.routines import Parameters, Story
from shared.settings import Settings


@dataclass(frozen=True)
class Planned:
    """`stories` are 2 to 5. `degraded` names who could not be asked ("planner: llm_unavailable"), `notes` say how it was understood."""

    parameters: Parameters
    stories: tuple[Story, ...]
    degraded: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Planner(Protocol):
    async def plan(self, request: RoutineRequest) -> Planned:
        """Always has an answer: whoever may fail has the rules to fall back on."""
        ...


def plan_by_rules(request: RoutineRequest) -> Planned:
    """PURE: the same request gives the same plan."""
    reading = read(request)
    return Planned(reading.parameters, stories_of(reading), notes=reading.notes)


class RulesPlanner:
    """Offline."""

    async def plan(self, request: RoutineRequest) -> Planned:
        return await asyncio.to_thread(plan_by_rules, request)


@asynccontextmanager
async def open_routine_planner(settings: Settings, db: Database) -> AsyncIterator[Planner]:
    """One for the whole process: a language model's, within the day's budget, if any has a key; else the rules'."""
    async with open_llm_within_budget(settings, db) as llm:
        if llm is None:
            yield RulesPlanner()
            return
        from services.backend.routines.llm_planner import ModelPlanner  # what only this needs takes time to load

        yield ModelPlanner(llm)
