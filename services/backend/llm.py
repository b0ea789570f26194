"""The language models as this service asks them: within the day's budget, if any has a key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.mongo import brakes
from shared.mongo.client import Database, within_a_request
from shared.settings import Settings

if TYPE_CHECKING:
    from shared.llm.base import LLM


@asynccontextmanager
async def open_llm_within_budget(settings: Settings, db: Database) -> AsyncIterator[LLM | None]:
    """One for the whole process; None without any key, when nothing of what models need is loaded."""
    if not settings.language_models.has_key:
        yield None
        return
    llm = await asyncio.to_thread(_open, settings, db)
    async with aclosing(llm):
        yield llm


def _open(settings: Settings, db: Database) -> LLM:
    from shared.llm.open import open_llm  # what only this needs takes time to load

    limit = settings.language_models.daily_llm_budget

    async def spend() -> bool:
        with within_a_request():
            return await brakes.spend(db, brakes.LLM_BUDGET, limit, datetime.now(UTC))

    llm = open_llm(settings, spend=spend if limit else None)
    assert llm is not None, "there is a key"
    return llm
