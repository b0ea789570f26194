"""What users do with reels: POST /events takes it in, /users/{user_id}/saved lists what they saved."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.routing import APIRoute

from services.backend.admin import paging
from services.backend.admin.paging import Cursor
from services.backend.dependencies import Db, Store
from services.backend.feeds import reels
from services.backend.feeds.schemas import SavedReel, SavedReels, WatchBatch, WatchBatchTaken
from services.web.identity import Identity, UserId
from shared.logging import get_logger
from shared.mongo import saved, watch_events
from shared.mongo.newest_first import Position

log = get_logger(__name__)


class Beaconed(APIRoute):
    """Reads JSON also where it calls itself plain text: `navigator.sendBeacon` sends it so, and anything else would ask the server first,
    for which a page that is being left has no time."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def as_json(request: Request) -> Response:
            if request.headers.get("content-type", "").startswith("text/plain"):
                headers = [(name, value) for name, value in request.scope["headers"] if name != b"content-type"]
                scope = {**request.scope, "headers": [*headers, (b"content-type", b"application/json")]}
                request = Request(scope, request.receive)
            return await handle(request)

        return as_json


router = APIRouter(tags=["reels"])
beacons = APIRouter(tags=["reels"], route_class=Beaconed)


@beacons.post("/events")
async def take_events(batch: WatchBatch, request: Request, db: Db, identity: Identity) -> WatchBatchTaken:
    """What happened to reels on a screen, up to 100 at a time; again is the same. Who started, finished or skipped a reel has seen it, who
    hid it never gets it again. The body may also come as text/plain, as `navigator.sendBeacon` sends it."""
    user_id = identity.user_id(batch.user_id)
    taken = await watch_events.record(db, user_id, batch.events, datetime.now(UTC))
    said = {kind: [event.video_id for event in batch.events if event.type == kind] for kind in ("hide", "unhide")}
    request.state.standby.hide(user_id, said["hide"], shown_again=said["unhide"])
    for event in batch.events:
        if event.type == "error":
            log.warning(
                "playback_failed", user_id=user_id, video_id=event.video_id, position_seconds=event.position_seconds, detail=event.detail
            )
    return WatchBatchTaken(accepted=taken.accepted, duplicate=taken.duplicate, unknown=taken.unknown)


@router.get("/users/{user_id}/saved")
async def saved_reels(
    user_id: UserId,
    db: Db,
    store: Store,
    identity: Identity,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=50, description="reels per page")] = 20,
) -> SavedReels:
    """Reels the user has saved, the last one first, also those whose postings are closed. A page leaves out what was taken down."""
    user_id = identity.user_id(user_id)
    page, following = await saved.page(db, user_id, paging.decode(cursor, Position), limit)
    found = await reels.load(db, store, [subject for subject, _ in page])
    kept = tuple(SavedReel(**found[subject].model_dump(), saved_at=at) for subject, at in page if subject in found)
    return SavedReels(user_id=user_id, reels=kept, next_cursor=paging.encode(following))


router.include_router(beacons)
