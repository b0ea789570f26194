"""/admin/clips: the catalogue's clips, one by one."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import Field, model_validator

from services.backend.admin import paging
from services.backend.admin.audit import Audit
from services.backend.admin.paging import Cursor, NextCursor, clamped
from services.backend.catalogue.clip_fields import ClipFields, ClipId, as_clip, clip_id_of
from services.backend.catalogue.clip_file import in_our_names
from services.backend.catalogue.clip_importer import why_not_playable
from services.backend.dependencies import Allowed, Db, Providers
from services.web.conditional import conditional_json, etag_of, must_match
from shared.errors import Conflict, InvalidInput, NotFound, PreconditionRequired
from shared.exercises import ExerciseList
from shared.mongo import clip_checks, clips, exercises
from shared.mongo.client import REQUEST_TIMEOUT_S, Database
from shared.mongo.clips import ClipCounts, ClipFilter
from shared.mongo.long_tasks import Status
from shared.schemas.base import Message, Utc
from shared.schemas.clips import Clip
from shared.storage.playback import Playbacks

router = APIRouter(prefix="/clips")

_RACES = 5
_KEPT = "left aside"

Id = Annotated[str, Path(max_length=200)]
IfMatch = Annotated[str | None, Header(description="the ETag of the clip as it was read, or *")]


class ClipsQuery(ClipFilter):
    cursor: Cursor = None
    limit: Annotated[int, clamped(500)] = Field(default=100, description="clips per page; taken as 1 to 500")


class ClipsPosition(Message):
    clip_id: str


class ClipPage(Message):
    clips: tuple[Clip, ...]
    next_cursor: NextCursor


class SentClip(ClipFields):
    """Also in the names of the seeds: `id`, `exercise`, `r2_kind`, `r2_archetype`, `r2_file`, `stream_uid`, `duration_seconds`, …, which
    docs/catalogue.md lists."""

    @model_validator(mode="before")
    @classmethod
    def _in_our_names(cls, sent: Any) -> Any:
        try:
            return in_our_names(sent) if isinstance(sent, dict) else sent
        except InvalidInput as error:
            raise ValueError(f"{error.field}: {error.message}") from error


class NewClip(SentClip):
    clip_id: ClipId | None = Field(default=None, description="null: made of what identifies it")


class ChangedClip(SentClip):
    """What a GET answered may be sent back: what is kept of a clip beside is not changed by it."""

    clip_id: str | None = Field(default=None, description="null, or that of the path")
    checked_at: Utc | None = Field(default=None, description=_KEPT)
    video_id: str | None = Field(default=None, description=_KEPT)
    created_at: Utc | None = Field(default=None, description=_KEPT)
    updated_at: Utc | None = Field(default=None, description=_KEPT)


class DeletedClip(Message):
    clip_id: str
    marked_routines: int = Field(description="routines that had it, and now say that it is missing")
    taken_down: str | None = Field(description="the id of its reel, where a worker made it: that was taken down with it")


class CountsByProvider(Message):
    providers: tuple[ClipCounts, ...]


class RecheckQuery(Message):
    provider: Annotated[str | None, Field(max_length=60)] = Field(default=None, description="none: all")


class Recheck(Message):
    """`joined`: it was on its way already."""

    task_id: str
    provider: str | None
    status: Status
    joined: bool
    created_at: Utc


@router.get("")
async def list_clips(asked: Annotated[ClipsQuery, Query()], db: Db, providers: Providers) -> ClipPage:
    """Clips, by id."""
    if asked.provider is not None:
        providers.check_known(asked.provider)
    at = paging.decode(asked.cursor, ClipsPosition)
    wanted = ClipFilter.model_validate(asked.model_dump(include=set(ClipFilter.model_fields)))
    found = await clips.page(db, wanted, at.clip_id if at else "", asked.limit)
    following = ClipsPosition(clip_id=found[-1].clip_id) if len(found) == asked.limit else None
    return ClipPage(clips=tuple(found), next_cursor=paging.encode(following))


@router.get("/counts")
async def count_clips(db: Db) -> CountsByProvider:
    """How many clips each provider has, and how many of them can be played."""
    return CountsByProvider(providers=tuple(await clips.counts(db)))


@router.post("/recheck", status_code=202)
async def recheck(asked: Annotated[RecheckQuery, Query()], db: Db, providers: Providers, audit: Audit) -> Recheck:
    """Have every clip (of a provider) looked at anew, in the background."""
    async with audit.action("recheck_clips", asked.provider or "all") as details:
        if asked.provider is not None:
            providers.check_known(asked.provider)
        task, new = await clip_checks.ask_recheck(db, asked.provider)
        details["task_id"] = task.job_id
    return Recheck(task_id=task.job_id, provider=asked.provider, status=task.status, joined=not new, created_at=task.created_at)


@router.post("", status_code=201, response_model=Clip)
async def add_clip(sent: NewClip, db: Db, providers: Providers, allowed: Allowed, audit: Audit) -> Response:
    """Add a clip; its exercise has to be there."""
    fields = _fields(sent)
    clip_id = sent.clip_id or clip_id_of(fields)
    async with audit.action("add_clip", clip_id):
        clip = await _checked(db, providers, as_clip(clip_id, fields, None, _now()))
        await clips.insert(db, clip)
        await _tell(allowed, clip)
    return _told(clip, status=201)


@router.get("/{clip_id:path}", response_model=Clip, responses={304: {"description": "as If-None-Match has it"}})
async def get_clip(clip_id: Id, request: Request, db: Db) -> Response:
    """One clip, under an ETag."""
    return conditional_json(request, await _clip(db, clip_id))


@router.put("/{clip_id:path}", response_model=Clip)
async def change_clip(
    clip_id: Id, sent: ChangedClip, db: Db, providers: Providers, allowed: Allowed, audit: Audit, if_match: IfMatch = None
) -> Response:
    """Change a clip to what is sent. If-Match must name its ETag, or be `*`: 428 without, 412 when it was changed since. A clip that is
    found elsewhere now is looked at anew."""
    async with audit.action("change_clip", clip_id):
        if if_match is None:
            raise PreconditionRequired("If-Match is missing: send the ETag of the clip you change")
        if sent.clip_id not in (None, clip_id):
            raise InvalidInput(f"it is that of another clip than {clip_id}", field="clip_id")
        for _ in range(_RACES):
            old = await _clip(db, clip_id)
            must_match(if_match, etag_of(old))
            new = await _checked(db, providers, as_clip(clip_id, _changed(sent, old), old, _now()))
            if await clips.replace(db, old, new):
                await _tell(allowed, old, new)
                return _told(new)
    raise _contended(clip_id)


@router.delete("/{clip_id:path}")
async def delete_clip(clip_id: Id, db: Db, allowed: Allowed, audit: Audit, if_match: IfMatch = None) -> DeletedClip:
    """Take a clip out of the catalogue; with If-Match only as it was read. Routines that use it are marked, not changed. The reel of one
    that a worker made is taken down with it: it is not made again from the same text until an operator orders it."""
    async with audit.action("delete_clip", clip_id) as details:
        for _ in range(_RACES):
            clip = await _clip(db, clip_id)
            must_match(if_match, etag_of(clip))
            deleted = await clips.delete(db, clip, REQUEST_TIMEOUT_S)
            if deleted is not None:
                told = {"marked_routines": deleted.marked, "taken_down": deleted.taken_down}
                details.update(told)
                await _tell(allowed, clip)
                return DeletedClip(clip_id=clip_id, **told)
    raise _contended(clip_id)


def _fields(sent: SentClip) -> ClipFields:
    return ClipFields.model_validate(sent.model_dump(include=set(ClipFields.model_fields)))


def _changed(sent: ChangedClip, old: Clip) -> ClipFields:
    """What was known of the former place says nothing of another."""
    fields = _fields(sent)
    moved = (fields.provider, fields.asset) != (old.provider, old.asset)
    return fields.model_copy(update={"available": None}) if moved and fields.available == old.available else fields


async def _clip(db: Database, clip_id: str) -> Clip:
    if (clip := await clips.get(db, clip_id)) is None:
        raise NotFound(f"there is no clip {clip_id}", code="clip_not_found")
    return clip


async def _checked(db: Database, providers: Playbacks, clip: Clip) -> Clip:
    """The clip itself. Raises InvalidInput where its exercise or provider is not there, or the provider has no such assets."""
    if clip.exercise_slug is not None and not await exercises.existing(db, [clip.exercise_slug]):
        raise InvalidInput(f"there is no exercise {clip.exercise_slug}", field="exercise_slug", code="exercise_unknown")
    await asyncio.to_thread(why_not_playable, clip, providers)
    return clip


async def _tell(allowed: ExerciseList, *changed: Clip) -> None:
    for slug in {clip.exercise_slug for clip in changed if clip.exercise_slug}:
        await allowed.changed(slug)


def _told(clip: Clip, status: int = 200) -> Response:
    return Response(clip.model_dump_json(), status, {"ETag": etag_of(clip)}, media_type="application/json")


def _now() -> datetime:
    """As the database keeps it, so that what is told now and read later is the same."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def _contended(clip_id: str) -> Conflict:
    return Conflict(f"the clip {clip_id} is changed all the time: try again", code="clip_contended")
