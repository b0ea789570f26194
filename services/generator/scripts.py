"""The language models that write this worker's scripts, asked within the day's budget."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime

from shared.mongo import brakes
from shared.mongo.client import Database
from shared.settings import Settings
from text_to_video.script.base import ScriptWriter

BUDGET = brakes.LLM_BUDGET


@asynccontextmanager
async def open_writer(settings: Settings, db: Database) -> AsyncIterator[ScriptWriter | None]:
    """One for the whole process; None without any model's key: the encoder writes then."""
    if not settings.language_models.has_key:
        yield None
        return
    from shared.llm.open import open_llm  # what only this needs takes time to load
    from text_to_video.script.llm import LLMWriter

    limit = settings.language_models.daily_llm_budget

    async def spend() -> bool:
        return await brakes.spend(db, BUDGET, limit, datetime.now(UTC))

    llm = await asyncio.to_thread(open_llm, settings, spend=spend if limit else None)
    assert llm is not None, "there is a key"
    async with aclosing(llm):
        yield LLMWriter(llm)
