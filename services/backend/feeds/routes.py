"""/feeds: open one, page through it, hear of what is new in it."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from services.backend.dependencies import Config, Db, Store
from services.backend.feeds.newest import newest
from services.backend.feeds.pages import Pages, without_feed
from services.backend.feeds.schemas import CURSOR, CursorText, FeedPage, OpenFeed
from services.backend.feeds.stream import FeedStream
from services.backend.search.results import of_reels
from services.web.conditional import conditional_json
from services.web.identity import Identity
from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import feeds, views
from shared.mongo.client import Database, within_a_request
from shared.mongo.feeds import NewFeed
from shared.schemas.subjects import SubjectId
from shared.settings import Settings
from shared.storage.base import BlobStore

_RESPONSES: dict[int | str, dict[str, Any]] = {304: {"description": "If-None-Match names the current ETag"}}
_AFTER = "`next_cursor` of a page, or the id of an event: what follows it"

log = get_logger(__name__)

Cursor = Annotated[CursorText | None, Query(description=_AFTER + "; none: from the beginning")]
LastEventId = Annotated[str, Header(alias="Last-Event-ID", pattern=f"^({CURSOR})?$", description="sent by browsers that come again")]
Limit = Annotated[int | None, Query(ge=1, le=50, description="results at most")]

router = APIRouter(prefix="/feeds", tags=["feeds"])


@router.post("", status_code=201)
async def open_feed(asked: OpenFeed, request: Request, store: Store, settings: Config, identity: Identity) -> FeedPage:
    """A feed without a prompt: the newest reels, unseen ones first. Answers with its first page.

    Always with reels, if there are any: with the database away they are those in memory, `degraded` says so, and there is no feed.
    """
    user_id, limit = identity.user_id(asked.user_id), asked.limit or settings.search.target_count
    try:
        with within_a_request(settings.search.search_timeout_s):
            return await _opened(request.state.db, store, settings, user_id, limit)
    except Unavailable as error:
        log.warning("feed_degraded", code=error.code, error=error.message)
        results = of_reels(request.state.standby.newest(user_id, limit), store, "newest")
        return without_feed(user_id, results, error.code, settings.search.client_poll_interval_s)


async def _opened(db: Database, store: BlobStore, settings: Settings, user_id: str, limit: int) -> FeedPage:
    search, ranked = settings.search, await newest(db, user_id)
    new = NewFeed(user_id, search.feed_ttl_hours, shown=ranked[:limit], pool=ranked[limit:])
    opened = await feeds.open_feed(db, new, settings.queue)
    page = await Pages(db, store, settings).page(opened.feed, 0, limit)
    if search.mark_seen_on == "return":
        await views.mark_seen(db, user_id, {one.greenhouse_id: SubjectId("posting", one.subject_key) for one in ranked[:limit]})
    return page


@router.get("/{feed_id}", response_model=FeedPage, responses=_RESPONSES)
async def get_page(
    feed_id: str, request: Request, db: Db, store: Store, settings: Config, identity: Identity, cursor: Cursor = None, limit: Limit = None
) -> Response:
    """A page of the feed: what was new at its end when you last looked, or the next of what it has in store. Marks nothing as seen."""
    pages = Pages(db, store, settings)
    with within_a_request(settings.search.search_timeout_s):  # nobody waits for seconds where they scroll
        feed, n = await pages.reconciled(feed_id, cursor)
        identity.user_id(feed.user_id)
        return conditional_json(request, await pages.page(feed, n, limit or settings.search.target_count))


async def _begin(
    feed_id: str, request: Request, store: Store, settings: Config, identity: Identity, cursor: Cursor = None, last: LastEventId = ""
) -> AsyncIterator[FeedStream]:
    """The stream, once it is known that there is such a feed and such a place in it. The database is asked for as long as the stream lasts,
    which the usual dependency would not allow."""
    pages, watch = Pages(request.state.db, store, settings), request.state.feed_watch
    with within_a_request():
        feed, n = await pages.reconciled(feed_id, last or cursor)
    identity.user_id(feed.user_id)
    with watch.of(feed_id) as changed:
        yield FeedStream(pages, watch, changed, feed_id, n)


@router.get("/{feed_id}/events", response_class=EventSourceResponse)
async def get_events(stream: Annotated[FeedStream, Depends(_begin)]) -> AsyncIterable[ServerSentEvent]:
    """Server-sent events: `reel`, a result as in the pages, for each item after the cursor and for each that is added, with its number as
    the id; `done` when no more reels are being made: close the stream then. It ends after two minutes at the latest; come again with
    Last-Event-ID, as browsers do by themselves."""
    async for event in stream.events():
        yield event
