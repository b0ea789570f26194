"""The `watch_events` collection: every event once, by its client's id, and what it changes for its user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from pymongo.errors import BulkWriteError

from shared.mongo import duplicates, saved, views
from shared.mongo.client import Database, Doc
from shared.mongo.saved import Saving
from shared.mongo.views import Hiding
from shared.schemas.subjects import SubjectId
from shared.schemas.watch_events import WATCHED, StoredWatchEvent, WatchEvent


class Reel(NamedTuple):
    """What an event is about."""

    subject: SubjectId
    greenhouse_id: str | None


@dataclass(frozen=True)
class Taken:
    """How many events were new, were there already, and were about reels that there never were."""

    accepted: int
    duplicate: int
    unknown: int


async def record(db: Database, user_id: str, events: Sequence[WatchEvent], now: datetime) -> Taken:
    """Take in events of one user, and what follows from them: seen, hidden, saved.

    What follows is the same however often and in whatever order events come, so it is done for those that are there already too: a batch
    of which only a part arrived is made whole by sending it again.
    """
    reels = await _reels(db, {event.video_id for event in events})
    known = [_stored(user_id, event, reels[event.video_id], now) for event in events if event.video_id in reels]
    await _follow(db, user_id, known, reels)
    duplicate = await _insert(db, known)
    return Taken(len(known) - duplicate, duplicate, len(events) - len(known))


async def _reels(db: Database, video_ids: set[str]) -> dict[str, Reel]:
    """Also those that are played no more: a page may still show them."""
    fields = dict.fromkeys(("video_id", "subject_kind", "subject_key", "greenhouse_id"), 1)
    found = db.videos.find({"video_id": {"$in": list(video_ids)}}, fields)
    return {doc["video_id"]: Reel(SubjectId(doc["subject_kind"], doc["subject_key"]), doc.get("greenhouse_id")) async for doc in found}


def _stored(user_id: str, event: WatchEvent, reel: Reel, now: datetime) -> StoredWatchEvent:
    """PURE. A clock that is ahead would make its word the last one for ever."""
    return StoredWatchEvent(
        **{**event.model_dump(), "at": min(event.at, now)},
        user_id=user_id,
        subject_kind=reel.subject.kind,
        subject_key=reel.subject.key,
        received_at=now,
    )


async def _follow(db: Database, user_id: str, events: Sequence[StoredWatchEvent], reels: Mapping[str, Reel]) -> None:
    """`user_job_views` knows postings only."""
    latest = {(event.type.removeprefix("un"), event.subject_key): event for event in sorted(events, key=lambda event: event.at)}
    seen, hidings, savings = dict[str, SubjectId](), list[Hiding](), list[Saving]()
    for event in latest.values():
        subject, greenhouse_id = reels[event.video_id]
        if event.type in ("save", "unsave"):
            savings.append(Saving(subject, event.type == "save", event.at))
        elif greenhouse_id is not None and event.type in ("hide", "unhide"):
            hidings.append(Hiding(subject, greenhouse_id, event.type == "hide", event.at))
        elif greenhouse_id is not None and event.type in WATCHED:
            seen[greenhouse_id] = subject
    await views.mark_seen(db, user_id, seen)
    await views.set_hidden(db, user_id, hidings)
    await saved.say(db, user_id, savings)


async def _insert(db: Database, events: Sequence[StoredWatchEvent]) -> int:
    """How many were there already."""
    if not events:
        return 0
    try:
        await db.watch_events.insert_many([_document(event) for event in events], ordered=False)
    except BulkWriteError as error:
        return duplicates.count(error)
    return 0


def _document(event: StoredWatchEvent) -> Doc:
    return {"_id": f"{event.user_id}|{event.event_id}", **event.model_dump(exclude_none=True)}
