"""The one place that puts together what compiles routines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from services.backend.llm import open_llm_within_budget
from services.backend.routines.base import RulesSelector, Selector
from services.backend.routines.live import LiveCatalogue
from services.backend.routines.planner import Planner, open_routine_planner
from services.backend.routines.service import RoutineService
from shared.embeddings.base import Embedder
from shared.errors import SettingsError
from shared.mongo.client import Database
from shared.settings import Settings


@asynccontextmanager
async def open_routines(
    settings: Settings, db: Database, embedder: Embedder, *, planner: Planner | None = None
) -> AsyncIterator[RoutineService]:
    """One for the whole process; whoever opens it runs `live.follow` beside it, and closes the embedder. Raises SettingsError."""
    async with AsyncExitStack() as opened:
        chosen = planner if planner is not None else await opened.enter_async_context(open_routine_planner(settings, db))
        selector = await opened.enter_async_context(_open_selector(settings, db))
        live = LiveCatalogue(db, embedder.embedder_id)
        opened.push_async_callback(live.aclose)
        yield RoutineService(db, chosen, live, embedder, selector, settings.routines)


@asynccontextmanager
async def _open_selector(settings: Settings, db: Database) -> AsyncIterator[Selector]:
    if settings.routines.routine_selection == "rules":
        yield RulesSelector()
        return
    async with open_llm_within_budget(settings, db) as llm:
        if llm is None:
            raise SettingsError("ROUTINE_SELECTION: llm needs the key of a language model")
        from services.backend.routines.model_selection import ModelSelector  # what only this needs takes time to load

        yield ModelSelector(llm)
