"""What each visit (`session_id`) was shown: pages that follow one another, and are the same when asked for again.

    pool ──cut, without what the session was shown──▶ appended to the session ──▶ shown
                                                            └── a cursor is a place in it

Two that ask at once for what is new get different items: who comes too late to append looks again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.recommendation.cards import Cards
from services.recommendation.lines import Lines, name_of
from services.recommendation.pages import Page, cut
from services.recommendation.withdrawn import Withdrawn, hidden_among
from shared.errors import Unavailable
from shared.mongo import rec_sessions
from shared.mongo.client import Database
from shared.mongo.rec_sessions import Session

_RACES = 5
_MOST = 5_000
"""Items of one session."""

Pool = Callable[[int], Awaitable[Lines | None]]
"""The ranking by depth, 0 the usual one, each as deep again; None: there is nothing deeper."""


@dataclass(frozen=True)
class Asked:
    """`place`: in the session, from a cursor; None: what is new. `excluded`: videos or names as they stand in lines."""

    user_id: str
    session_id: str
    place: int | None
    limit: int
    excluded: frozenset[bytes]


@dataclass(frozen=True)
class Shown:
    """`following`: the place after the page in the session; None: there is nothing more it was not shown."""

    page: Page
    following: int | None


class Visits:
    def __init__(self, db: Database, cards: Cards, withdrawn: Withdrawn, session_hours: float) -> None:
        self._db = db
        self._cards = cards
        self._withdrawn = withdrawn
        self._life = timedelta(hours=session_hours)

    async def shown(self, asked: Asked, pool: Pool) -> Shown:
        """The page. Raises Unavailable."""
        for _ in range(_RACES):
            session = await rec_sessions.load(self._db, asked.user_id, asked.session_id)
            if asked.place is not None and asked.place < session.count:
                return await self._again(asked, asked.place, session)
            page = await self._new(asked, session, pool)
            if not page.items:
                return Shown(page, None)
            if await self._append(asked, session, page):
                return Shown(page, session.count + len(page.entries))
        raise Unavailable("too many ask for the same session at once", code="session_contended")

    async def _again(self, asked: Asked, place: int, session: Session) -> Shown:
        """What it was shown, without what is withdrawn since."""
        lines = await rec_sessions.lines(self._db, asked.user_id, asked.session_id, place, asked.limit)
        without = asked.excluded | self._withdrawn.hidden_by(asked.user_id)
        page = await cut([line.encode() for line in lines], 0, asked.limit, without, self._cards)
        return Shown(page, min(place + len(lines), session.count))

    async def _new(self, asked: Asked, session: Session, pool: Pool) -> Page:
        """Of the ranking, or of a deeper one where it is used up."""
        shown = frozenset(name.encode() for name in session.names)
        limit = min(asked.limit, _MOST - session.count)
        page, depth = Page((), (), 0), 0
        while len(page.items) < limit and (ranked := await pool(depth)):
            page, depth = await self._cut(asked, ranked, limit, shown), depth + 1
        return page

    async def _cut(self, asked: Asked, ranked: Lines, limit: int, shown: frozenset[bytes]) -> Page:
        """The database knows what is hidden now; it is asked about this page alone."""
        while True:
            hidden = self._withdrawn.hidden_by(asked.user_id)
            page = await cut(ranked.lines, 0, limit, asked.excluded | shown | hidden, self._cards)
            found = await hidden_among(self._db, asked.user_id, [name_of(entry.name) for entry in page.entries])
            if not found:
                return page
            self._withdrawn.hide(asked.user_id, found)

    async def _append(self, asked: Asked, session: Session, page: Page) -> bool:
        now = datetime.now(UTC)
        names, lines = [entry.name.decode() for entry in page.entries], [b"\t".join(entry).decode() for entry in page.entries]
        return await rec_sessions.append(self._db, asked.user_id, asked.session_id, session, names, lines, now, now + self._life)
