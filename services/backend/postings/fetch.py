"""Boards read over HTTP: several at once, each asked only for what it did not say before."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

from services.backend.postings import ashby, greenhouse, lever
from services.backend.postings.boards import Board, Vendor
from services.backend.postings.listing import Listing
from shared.errors import NotFound, ReelwrightError, Unavailable
from shared.http.client import HttpClient, Limits, Reply
from shared.settings import Postings
from shared.tasks import end

_LIMITS = Limits(connect_s=10, read_s=60, total_s=180, attempts=4, max_bytes=100 * 2**20)
_AT_ONCE = 4
"""Boards in memory, too."""
_MOST_PAGES = 50
_VENDORS: Mapping[Vendor, ModuleType] = {"greenhouse": greenhouse, "lever": lever, "ashby": ashby}


@dataclass(frozen=True)
class Seen:
    """What a board's server said of its last whole answer, to be asked for changes alone."""

    etag: str | None = None
    last_modified: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        told = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True)
class Fetched:
    """A board's answer. `listing` None: nothing is new since `seen`."""

    board: Board
    listing: Listing | None
    seen: Seen = Seen()


class BoardClient:
    """Reads boards at the addresses the operator configured; their names cannot leave their place in the path, and redirects are
    not followed."""

    def __init__(self, settings: Postings) -> None:
        self._http = HttpClient(_LIMITS)
        self._at = {"greenhouse": settings.greenhouse_base_url, "lever": settings.lever_base_url, "ashby": settings.ashby_base_url}

    async def fetch(self, board: Board, seen: Seen = Seen()) -> Fetched:
        """Raises NotFound when there is no such board, Unavailable when it does not answer as one."""
        reply = await self._ask(board, seen.headers)
        if reply.status == 304:
            return Fetched(board, None, seen)
        listing = await self._listing(board, reply)
        if board.vendor == "lever" and _may_be_cut(listing):
            return Fetched(board, await self._with_the_rest(board, listing))
        return Fetched(board, listing, Seen(reply.headers.get("etag"), reply.headers.get("last-modified")))

    async def _ask(self, board: Board, headers: Mapping[str, str], **query: int) -> Reply:
        vendor = _VENDORS[board.vendor]
        url = f"{self._at[board.vendor].rstrip('/')}{vendor.path(board.path)}?{urlencode(vendor.QUERY | query)}"
        reply = await self._http.request("GET", url, headers=headers)
        if reply.status in (404, 410):
            raise NotFound(f"{board}: there is no such board", code="board_not_found")
        if reply.status not in ((200, 304) if headers else (200,)):
            raise Unavailable(f"{board}: it answered {reply.status}", code="board_unavailable")
        return reply

    async def _listing(self, board: Board, reply: Reply) -> Listing:
        """In a thread: a board can have megabytes."""
        try:
            return await asyncio.to_thread(lambda: _VENDORS[board.vendor].listing(reply.json(), board.name))
        except Unavailable as error:
            raise Unavailable(f"{board}: {error.message}", code=error.code) from error

    async def _with_the_rest(self, board: Board, first: Listing) -> Listing:
        """Page by page, until one says nothing new: a site that ignores `skip` says the same again."""
        rows, known = list(first.rows), {_id(row) for row in first.rows}
        for _ in range(_MOST_PAGES):
            page = await self._listing(board, await self._ask(board, {}, skip=len(rows), limit=lever.PAGE))
            new = [row for row in page.rows if _id(row) not in known]
            rows += new
            known |= {_id(row) for row in new}
            if len(new) < lever.PAGE:
                return replace(first, rows=rows)
        return replace(first, rows=rows, problem=f"more than {_MOST_PAGES} pages")

    async def aclose(self) -> None:
        await self._http.aclose()


def _may_be_cut(listing: Listing) -> bool:
    return len(listing.rows) > 0 and len(listing.rows) % lever.PAGE == 0


def _id(row: Any) -> str:
    return str(row.get("id")) if isinstance(row, dict) else ""


async def fetch_all(
    boards: Sequence[Board], fetch: Callable[[Board], Coroutine[Any, Any, Fetched]], at_once: int = _AT_ONCE
) -> AsyncGenerator[tuple[Board, Fetched | ReelwrightError], None]:
    """Each board with its answer or why there is none, as they come; no more than `at_once` are asked or wait here. Close it."""
    waiting, running = deque(boards), dict[asyncio.Task[Fetched], Board]()
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                board = waiting.popleft()
                running[asyncio.create_task(fetch(board))] = board
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield running.pop(task), _outcome(task)
    finally:
        await end(*running)


def _outcome(task: asyncio.Task[Fetched]) -> Fetched | ReelwrightError:
    error = task.exception()
    if isinstance(error, ReelwrightError):
        return error
    return task.result()
