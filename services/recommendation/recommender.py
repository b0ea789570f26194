"""The recommender: asks the sources side by side, and has what they found ranked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Protocol, TypeVar

from services.recommendation.interests import Direction, Interests
from services.recommendation.library import Library, Reels
from services.recommendation.models_held import Models
from services.recommendation.pools import Ask, Pool
from services.recommendation.ranked_pool import Found, Person, Stock, ranked
from services.recommendation.sources.base import Candidate, Source
from services.recommendation.taste import signals
from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import watched
from shared.mongo.client import Database, within_a_request
from shared.mongo.watched import Watched
from shared.settings import Ranking

T = TypeVar("T")

log = get_logger(__name__)


class Recommender(Protocol):
    async def pool(self, ask: Ask) -> Pool:
        """The ranked pool for this user; an empty one when there is nothing. A source that is away is left out and named in `degraded`;
        raises Unavailable when the library itself cannot be read."""
        ...


class LibraryRecommender:
    """Our own reels, and what `others` find beside them. Ranks in a thread."""

    def __init__(
        self, db: Database, library: Library, models: Models, interests: Interests, settings: Ranking, others: Sequence[Source] = ()
    ) -> None:
        self._db = db
        self._library = library
        self._models = models
        self._interests = interests
        self._settings = settings
        self._others = others
        self._stock: Stock | None = None

    async def pool(self, ask: Ask) -> Pool:
        """As Recommender says."""
        if self._library.reels is None:
            raise Unavailable("the library is still loading", code="library_loading")
        away: list[str] = []
        person, others = await asyncio.gather(self._person(ask, away), self._found_by_others(ask, away))
        items = await asyncio.to_thread(ranked, await self._in_stock(self._library.reels), person, ask, others, self._settings)
        return Pool(items, tuple(away))

    async def _person(self, ask: Ask, away: list[str]) -> Person:
        events, hidden, directions = await asyncio.gather(
            self._asked("history", self._history(ask.user_id), list[Watched](), away),
            self._asked("hidden", self._hidden(ask.user_id), set[str](), away),
            self._asked("interests", self._interests.directions(ask.profile), list[Direction](), away),
        )
        return Person(signals(events), frozenset(hidden), directions)

    async def _found_by_others(self, ask: Ask, away: list[str]) -> Found:
        found = await asyncio.gather(
            *(self._asked(source.name, source.candidates(ask), list[Candidate](), away) for source in self._others)
        )
        return {source.name: candidates for source, candidates in zip(self._others, found, strict=True)}

    async def _in_stock(self, reels: Reels) -> Stock:
        stock, model = self._stock, self._models.current
        if stock is None or stock.reels is not reels or stock.model is not model:
            stock = self._stock = await asyncio.to_thread(Stock.of, reels, model)
        return stock

    async def _history(self, user_id: str) -> list[Watched]:
        with within_a_request():
            return await watched.history(self._db, user_id, self._settings.rec_history)

    async def _hidden(self, user_id: str) -> set[str]:
        with within_a_request():
            return await watched.hidden(self._db, user_id)

    async def _asked(self, name: str, answer: Awaitable[T], otherwise: T, away: list[str]) -> T:
        try:
            return await asyncio.wait_for(answer, self._settings.rec_source_timeout_s)
        except (Unavailable, TimeoutError) as error:
            log.warning("source_away", source=name, error=str(error) or type(error).__name__)
            away.append(name)
            return otherwise
