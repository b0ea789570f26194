"""/admin/videos: orphans, the sweep, take-down and regeneration."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from services.backend.admin import paging
from services.backend.admin.audit import Audit
from services.backend.admin.orders import Taste, regenerate
from services.backend.admin.orphans import ROOT, Folder, OrphanedVideo, broken_after, folders_after, nameless
from services.backend.admin.paging import Cursor, NextCursor, clamped
from services.backend.admin.schemas import JobSummary, VideoState, summary, video_state
from services.backend.dependencies import Config, Db, Store
from shared.mongo import generation_admin
from shared.schemas.base import Message, Utc
from shared.schemas.reels import TemplateId, VoiceId

router = APIRouter(prefix="/videos")


class OrphanedFolder(Message):
    """Objects of the store that neither a video document nor an active job names, older than 2 × JOB_TIMEOUT_MINUTES."""

    prefix: str
    objects: int
    size_bytes: int
    newest_at: Utc


class OrphansQuery(Message):
    cursor: Cursor = None
    limit: Annotated[int, clamped(1000)] = Field(default=200, description="reels looked at per page, on either side; taken as 1 to 1000")


class Orphans(Message):
    """`examined_*`: how many were looked at for this page; a page may find nothing and still not be the last."""

    objects: tuple[OrphanedFolder, ...]
    documents: tuple[OrphanedVideo, ...]
    examined_folders: int
    examined_documents: int
    next_cursor: NextCursor


class OrphansPosition(Message):
    """None: that side is done."""

    key: str | None
    video_id: str | None


class SweepQuery(Message):
    dry_run: bool = Field(default=True, description="only tell what would be removed")
    cursor: Cursor = None
    limit: Annotated[int, clamped(5000)] = Field(default=1000, description="reels' folders looked at per call; taken as 1 to 5000")


class SweepPosition(Message):
    key: str


class Sweep(Message):
    """What was removed or, in a dry run, would be."""

    dry_run: bool
    examined_folders: int
    swept: tuple[OrphanedFolder, ...]
    objects: int
    size_bytes: int
    next_cursor: NextCursor


class RegenerateQuery(Message):
    template: TemplateId | None = Field(default=None, description="none: any")
    voice: VoiceId | None = Field(default=None, description="none: the usual one")


@router.get("/orphaned")
async def orphaned(asked: Annotated[OrphansQuery, Query()], db: Db, store: Store, settings: Config) -> Orphans:
    """Objects without a document, and playable reels without their objects or any posting; a page at a time."""
    at = paging.decode(asked.cursor, OrphansPosition) or OrphansPosition(key="", video_id="")
    folders, key = ([], None) if at.key is None else await folders_after(store, at.key, asked.limit)
    lost = await nameless(db, folders, datetime.now(UTC), settings.queue)
    broken, seen, video_id = ([], 0, None) if at.video_id is None else await broken_after(db, store, at.video_id, asked.limit)
    following = None if key is video_id is None else OrphansPosition(key=key, video_id=video_id)
    return Orphans(
        objects=tuple(map(_told, lost)),
        documents=tuple(broken),
        examined_folders=len(folders),
        examined_documents=seen,
        next_cursor=paging.encode(following),
    )


def _told(folder: Folder) -> OrphanedFolder:
    return OrphanedFolder(
        prefix=f"{ROOT}{folder.video_id}", objects=len(folder.objects), size_bytes=folder.size_bytes, newest_at=folder.newest
    )


@router.post("/sweep")
async def sweep(asked: Annotated[SweepQuery, Query()], db: Db, store: Store, settings: Config, audit: Audit) -> Sweep:
    """Remove the objects that `orphaned` tells of, a bounded number per call."""
    at = paging.decode(asked.cursor, SweepPosition)
    async with audit.action("sweep", "store") as details:
        folders, key = await folders_after(store, at.key if at else "", asked.limit)
        lost = await nameless(db, folders, datetime.now(UTC), settings.queue)
        objects = [blob for folder in lost for blob in folder.objects]
        told = {"dry_run": asked.dry_run, "objects": len(objects), "size_bytes": sum(blob.size for blob in objects)}
        details.update(told)
        if not asked.dry_run:
            await store.delete(blob.key for blob in objects)
    return Sweep(
        **told,
        examined_folders=len(folders),
        swept=tuple(map(_told, lost)),
        next_cursor=paging.encode(SweepPosition(key=key) if key else None),
    )


@router.post("/{video_id}/take-down")
async def take_down(video_id: str, db: Db, audit: Audit) -> VideoState:
    """Nobody plays this reel from now on, and none is made again from the same text until an operator orders it."""
    async with audit.action("take_down", video_id):
        return video_state(await generation_admin.take_down(db, video_id))


@router.post("/{video_id}/regenerate", status_code=202)
async def make_anew(video_id: str, asked: Annotated[RegenerateQuery, Query()], db: Db, settings: Config, audit: Audit) -> JobSummary:
    """Order a new reel for the subject of this one, which is played until the new one is ready. Answers with the job."""
    async with audit.action("regenerate", video_id) as details:
        details.update(asked.model_dump(exclude_none=True))
        details["job_id"] = job_id = await regenerate(db, video_id, Taste(asked.template, asked.voice), settings.queue)
        return summary(await generation_admin.job(db, job_id))
