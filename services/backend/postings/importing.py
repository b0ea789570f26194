"""One import from its beginning to its end: a board fetched and kept in step, or rows of a file; for the command and in the background."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from services.backend.postings.boards import Board
from services.backend.postings.fetch import BoardClient, Fetched, Seen
from services.backend.postings.importer import Row, Source, Summary, Tell, import_listed
from services.backend.postings.listing import Listing
from services.backend.postings.remake import remake
from shared.embeddings.base import Embedder
from shared.errors import ReelwrightError
from shared.mongo import boards, postings
from shared.mongo.boards import BoardState
from shared.mongo.client import Database, translated
from shared.settings import Settings


@dataclass(frozen=True)
class Importing:
    """What every import needs."""

    db: Database
    embedder: Embedder
    client: BoardClient
    settings: Settings

    @property
    def _interval(self) -> timedelta:
        return timedelta(minutes=self.settings.postings.import_interval_minutes)

    async def fetch(self, board: Board) -> Fetched:
        """The board's answer. It is asked for changes alone while what it said last is what is stored. Raises as BoardClient does."""
        state = await boards.get(self.db, str(board))
        whole = await postings.open_of_board(self.db, board.slug, str(board)) == state.open
        try:
            return await self.client.fetch(board, Seen(state.etag, state.last_modified) if whole else Seen())
        except ReelwrightError as error:
            with translated():
                await boards.failed(self.db, state, error.message, self._interval)
            raise

    async def store(self, fetched: Fetched, tell: Tell) -> Summary:
        """Bring what is stored in step with the board's answer. What it said is remembered last: an import that was cut short is
        done again."""
        state = await boards.get(self.db, str(fetched.board))
        if fetched.listing is None:
            summary = Summary(unchanged=state.open)
            await self._succeeded(state, fetched, summary)
            return summary
        source = await asyncio.to_thread(source_of, fetched.board, fetched.listing)
        summary, left = await self._import(source, tell)
        if fetched.listing.problem:
            await boards.failed(self.db, state, fetched.listing.problem, self._interval)
        else:
            await self._succeeded(state, Fetched(fetched.board, None) if left else fetched, summary)
        return summary

    async def file(self, source: Source, tell: Tell) -> Summary:
        return (await self._import(source, tell))[0]

    async def _import(self, source: Source, tell: Tell) -> tuple[Summary, int]:
        """The summary, and how many reels are still to be made anew."""
        summary, subjects = await import_listed(self.db, self.embedder, source, tell)
        remade = await remake(self.db, subjects, self.settings.queue, self.settings.postings.remake_per_import)
        summary.remade = remade.asked
        return summary, remade.left

    async def _succeeded(self, state: BoardState, fetched: Fetched, summary: Summary) -> None:
        await boards.succeeded(
            self.db,
            state,
            etag=fetched.seen.etag,
            last_modified=fetched.seen.last_modified,
            opened=await postings.open_of_board(self.db, fetched.board.slug, state.board),
            counts=summary.counts,
            interval=self._interval,
        )


def source_of(board: Board, listing: Listing) -> Source:
    rows = [
        Row(f"job {number}", row) if isinstance(row, dict) else Row(f"job {number}", None, "not a JSON object")
        for number, row in enumerate(listing.rows, start=1)
    ]
    return Source(rows, complete=not listing.problem, board=board)
