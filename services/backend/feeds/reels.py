"""/reels: one reel by itself, for whoever has its link; and complaints about it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from services.backend.dependencies import Db, Store
from services.backend.feeds.schemas import Reel, ReelPosting, ReportReel, ReportTaken
from services.backend.search.results import playback, summary
from services.web.conditional import conditional_json
from services.web.identity import Identity
from shared.errors import Gone, NotFound
from shared.mongo import reports, subjects, videos
from shared.mongo.client import Database
from shared.schemas.postings import Subject
from shared.schemas.reports import Report
from shared.schemas.subjects import SubjectId
from shared.schemas.videos import Video
from shared.storage.base import BlobStore

_RESPONSES: dict[int | str, dict[str, Any]] = {304: {"description": "If-None-Match names the current ETag"}}

router = APIRouter(prefix="/reels", tags=["reels"])


@router.get("/{video_id}", response_model=Reel, responses=_RESPONSES)
async def get_reel(video_id: str, request: Request, db: Db, store: Store) -> Response:
    """A reel with all postings of its role, open and closed. Where a newer one has taken its place, that. 410 when it was taken down."""
    video = await _serving(db, video_id)
    return conditional_json(request, _reel(video, (await subjects.with_closed(db, [video.subject_key])).get(video.subject), store))


@router.post("/{video_id}/report")
async def report_reel(video_id: str, said: ReportReel, db: Db, identity: Identity) -> ReportTaken:
    """Complain about a reel; again only changes what you said. The operator sees it."""
    user_id = identity.user_id(said.user_id)
    await _known(db, video_id)
    await reports.file(db, Report(video_id=video_id, user_id=user_id, reason=said.reason, note=said.note, at=datetime.now(UTC)))
    return ReportTaken(video_id=video_id, reason=said.reason)


async def _known(db: Database, video_id: str) -> Video:
    """The video, unless it was taken down."""
    video = await videos.of_any_status(db, video_id)
    if video is None:
        raise NotFound("No reel has this id.", code="video_not_found")
    if video.status == "taken_down":
        raise Gone("This reel was taken down.", code="video_taken_down")
    return video


async def _serving(db: Database, video_id: str) -> Video:
    """The video, or the one in its place. One of which the successor was taken down is shown no more either."""
    video = await _known(db, video_id)
    if video.status == "ready":
        return video
    now = (await videos.ready_for(db, [video.subject])).get(video.subject)
    if now is None:
        raise Gone("This reel was taken down.", code="video_taken_down")
    return now


async def load(db: Database, store: BlobStore, wanted: Iterable[SubjectId]) -> dict[SubjectId, Reel]:
    """The reel of each of these subjects that has one."""
    keys = list(wanted)
    ready, found = await asyncio.gather(videos.ready_for(db, keys), subjects.with_closed(db, [subject.key for subject in keys]))
    return {subject: _reel(video, found.get(subject), store) for subject, video in ready.items()}


def _reel(video: Video, subject: Subject | None, store: BlobStore) -> Reel:
    """PURE. What is still open speaks for the role; once nothing is, what was."""
    if subject is None:
        return Reel(**playback(video, store), active=video.subject_kind == "clip", posting=None, postings=())
    still_open = [posting for posting in subject.postings if posting.active]
    every = [Subject.of([posting]) for posting in subject.postings]
    return Reel(
        **playback(video, store),
        active=bool(still_open),
        posting=summary(Subject.of(still_open or subject.postings), video.greenhouse_id or ""),
        postings=tuple(ReelPosting(**summary(one, one.first.greenhouse_id).model_dump(), active=one.first.active) for one in every),
    )
