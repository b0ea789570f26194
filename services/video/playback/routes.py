"""Where one reel plays: by its id, or by any posting of its subject."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from services.video.dependencies import Db, Store
from services.video.playback.schemas import VideoPlayback, playback
from services.web.conditional import conditional_json
from shared.errors import NotFound
from shared.mongo import videos

_RESPONSES: dict[int | str, dict[str, Any]] = {304: {"description": "If-None-Match names the current ETag"}}

router = APIRouter(tags=["playback"])
GreenhouseId = Annotated[str, Query(min_length=1, max_length=128, description="any posting of the reel's subject")]


@router.head("/video/{video_id}", include_in_schema=False)
@router.get("/video/{video_id}", response_model=VideoPlayback, responses=_RESPONSES)
async def by_id(video_id: str, request: Request, db: Db, store: Store) -> Response:
    """A reel by its id, also one that a newer reel has superseded: a page may still show it."""
    video = await videos.get(db, video_id)
    if video is None:
        raise NotFound("No reel has this id.", code="video_not_found")
    return conditional_json(request, playback(video, store))


@router.head("/video", include_in_schema=False)
@router.get("/video", response_model=VideoPlayback, responses=_RESPONSES)
async def by_posting(greenhouse_id: GreenhouseId, request: Request, db: Db, store: Store) -> Response:
    """The current reel of the subject this posting belongs to."""
    video = await videos.ready_for_posting(db, greenhouse_id)
    if video is None:
        raise NotFound("This posting has no reel.", code="video_not_found")
    return conditional_json(request, playback(video, store))
