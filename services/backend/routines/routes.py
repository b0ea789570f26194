"""/routines: have one compiled, read it, change it, list them, play it."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import Field

from services.backend.admin import paging
from services.backend.admin.paging import Cursor, clamped
from services.backend.dependencies import Config, Db, Providers, Store
from services.backend.routines import playlist
from services.backend.routines.answers import (
    ChangeRoutine,
    RoutineAnswer,
    RoutineList,
    RoutinePlaylist,
    RoutineSummary,
    answer_of,
)
from services.backend.routines.keeping import RoutineInvalid
from services.backend.routines.schemas import RoutineRequest
from services.backend.routines.service import RoutineService
from services.web.conditional import conditional_json, etag_of, must_match
from services.web.identity import Caller, Identity, UserId
from shared.errors import InvalidInput, NotFound, PreconditionFailed, PreconditionRequired
from shared.mongo import routines
from shared.mongo.client import Database
from shared.mongo.newest_first import Position
from shared.mongo.routines import ListedRoutine, RoutineFilter
from shared.schemas.routines import StoredRoutine

_NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "If-None-Match names the current ETag"}}
_HLS = "application/vnd.apple.mpegurl"
_PLAYLIST: dict[int | str, dict[str, Any]] = {200: {"content": {_HLS: {}}, "description": "the playlist"}}
_ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}

IfMatch = Annotated[str | None, Header(max_length=2000, description="the ETag of the routine as you know it")]


def _service(request: Request) -> RoutineService:
    service: RoutineService = request.state.routines
    return service


Service = Annotated[RoutineService, Depends(_service)]
router = APIRouter(prefix="/routines", tags=["routines"])


class RoutinesQuery(RoutineFilter):
    user_id: UserId
    cursor: Cursor = None
    limit: Annotated[int, clamped(100)] = Field(default=50, description="routines per page; taken as 1 to 100")


@router.post("", status_code=201, response_model=RoutineAnswer)
async def compile_routine(asked: RoutineRequest, service: Service, identity: Identity) -> Response:
    """A workout of exercises that can be played, as long as asked for, within the level, the equipment and what is to be avoided.

    422 `routine_empty` where nothing fits, with what was searched and why. `degraded` names what had to be done without.
    """
    started = time.perf_counter()
    stored = await service.compile(asked, identity.user_id(asked.user_id))
    answer = answer_of(stored, time.perf_counter() - started)
    headers = {"Location": f"/routines/{stored.routine_id}", "ETag": etag_of(stored)}
    return Response(answer.model_dump_json(), 201, headers, media_type="application/json")


@router.get("")
async def list_routines(asked: Annotated[RoutinesQuery, Query()], db: Db, identity: Identity) -> RoutineList:
    """A user's routines without their exercises, the newest first."""
    user_id = identity.user_id(asked.user_id)
    wanted = RoutineFilter.model_validate(asked.model_dump(include=set(RoutineFilter.model_fields)))
    page, following = await routines.page(db, user_id, wanted, paging.decode(asked.cursor, Position), asked.limit)
    return RoutineList(user_id=user_id, routines=tuple(map(_summary, page)), next_cursor=paging.encode(following))


@router.get("/{routine_id}", response_model=StoredRoutine, responses=_NOT_MODIFIED)
async def get_routine(routine_id: str, request: Request, db: Db, identity: Identity) -> Response:
    """The whole routine. `version` counts its changes; `missing_clips` are those that were deleted since."""
    return conditional_json(request, await _there(db, routine_id, identity))


@router.put("/{routine_id}", response_model=StoredRoutine)
async def change_routine(
    routine_id: str, asked: ChangeRoutine, db: Db, service: Service, identity: Identity, if_match: IfMatch = None
) -> Response:
    """Change the order, the times, the clips, the exercises: send it back as it was read, changed. It must keep to the limits it was made
    within. If-Match must name its ETag, or be `*`: 428 without, 412 if it has changed."""
    stored = await _there(db, routine_id, identity)
    if if_match is None:
        raise PreconditionRequired("If-Match is missing: send the ETag of the routine you change")
    must_match(if_match, etag_of(stored))
    try:
        changed = await service.change(stored, asked.routine_data.exercises)
    except RoutineInvalid as error:
        raise _refused(error) from None
    return await _replaced(db, stored, changed)


@router.delete("/{routine_id}", status_code=204)
async def delete_routine(routine_id: str, db: Db, identity: Identity, if_match: IfMatch = None) -> None:
    """Gone for good; its clips are the catalogue's, and stay. With If-Match only as it was read: 412 when it was changed since."""
    stored = await _there(db, routine_id, identity)
    must_match(if_match, etag_of(stored))
    if not await routines.delete(db, routine_id, stored.version if if_match else None):
        raise PreconditionFailed("it was changed meanwhile: read it again")


@router.post("/{routine_id}/regenerate", response_model=StoredRoutine)
async def regenerate(
    routine_id: str,
    slot: Annotated[int, Query(ge=0, le=1000, description="the place whose exercise is to be another")],
    db: Db,
    service: Service,
    identity: Identity,
    if_match: IfMatch = None,
) -> Response:
    """Another exercise in one place, for the same story and as long; all others stay. 409 `no_alternative` where there is none."""
    stored = await _there(db, routine_id, identity)
    must_match(if_match, etag_of(stored))
    if slot >= len(stored.routine_data.exercises):
        raise InvalidInput(f"the slots are 0 to {len(stored.routine_data.exercises) - 1}", field="slot")
    return await _replaced(db, stored, await service.regenerate(stored, slot))


@router.get("/{routine_id}/playlist")
async def get_playlist(
    routine_id: str, db: Db, service: Service, store: Store, providers: Providers, settings: Config, identity: Identity
) -> RoutinePlaylist:
    """What plays at each place, with URLs. Clips that are missing are marked, another one of the exercise plays where there is one, and the
    workers are asked for them."""
    stored = await _there(db, routine_id, identity)
    played = await playlist.what_plays(db, stored, await service.live.now())
    found = await playlist.reels(played, store)
    return await playlist.playlist_of(db, stored, played, found, store, providers, settings)


@router.get("/{routine_id}/playlist.m3u8", response_class=Response, responses=_PLAYLIST)
async def get_hls(routine_id: str, db: Db, service: Service, store: Store, identity: Identity) -> Response:
    """All clips that have HLS, each once and in order, as one playlist. 404 `playlist_empty` where none has."""
    stored = await _there(db, routine_id, identity)
    text = (await playlist.reels(await playlist.what_plays(db, stored, await service.live.now()), store)).text()
    if text is None:
        raise NotFound("No clip of this routine has HLS here.", code="playlist_empty")
    return Response(text, headers={"Cache-Control": "no-cache", **_ANY_ORIGIN}, media_type=_HLS)


async def _there(db: Database, routine_id: str, identity: Caller) -> StoredRoutine:
    stored = await routines.get(db, routine_id)
    if stored is None:
        raise NotFound("There is no such routine.", code="routine_not_found")
    identity.user_id(stored.user_id)
    return stored


async def _replaced(db: Database, stored: StoredRoutine, changed: StoredRoutine) -> Response:
    now = await routines.replace(db, changed, stored.version)
    if now is None:
        raise PreconditionFailed("it was changed meanwhile: read it again")
    return Response(now.model_dump_json(), headers={"ETag": etag_of(now)}, media_type="application/json")


def _refused(error: RoutineInvalid) -> RequestValidationError:
    """Each problem with its place in the body."""
    return RequestValidationError([{"type": error.code, "loc": ("body", *path), "msg": message} for path, message in error.problems])


def _summary(listed: ListedRoutine) -> RoutineSummary:
    metadata = listed.routine_data.metadata
    told = listed.model_dump(exclude={"routine_data"})
    return RoutineSummary(**told, total_duration=metadata.total_duration, exercise_count=metadata.exercise_count)
