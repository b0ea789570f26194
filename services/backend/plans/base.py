"""The port of those who write plans."""

from __future__ import annotations

import asyncio
from typing import Protocol

from services.backend.plans.orders import PlanOrder, Selection
from services.backend.plans.rules import Drafted, write_plan


class PlanWriter(Protocol):
    async def write(self, order: PlanOrder, selection: Selection) -> Drafted:
        """A plan of exercises that fit the order, of which there is at least one.

        Raises Unavailable when nobody could write one, PlanInvalid when what was written does not hold.
        """
        ...


class RulesWriter:
    """Offline; always has a plan."""

    async def write(self, order: PlanOrder, selection: Selection) -> Drafted:
        return await asyncio.to_thread(write_plan, order, selection.fitting)
