"""Media nobody names and reels without media: both ways, a bounded number at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.mongo import orphans
from shared.mongo.client import Database, Doc
from shared.schemas.base import Message
from shared.schemas.videos import VideoStatus
from shared.settings import Queue
from shared.storage.base import Blob, BlobStore

ROOT = "hls/"
_ASKED_AT_ONCE = 8

Problem = Literal["master_missing", "posting_missing"]


@dataclass(frozen=True)
class Folder:
    """All objects of one reel in the store, named `hls/{video_id}/…`."""

    video_id: str
    objects: tuple[Blob, ...]

    @property
    def newest(self) -> datetime:
        return max(blob.modified for blob in self.objects)

    @property
    def size_bytes(self) -> int:
        return sum(blob.size for blob in self.objects)


class OrphanedVideo(Message):
    """A playable reel that lacks its master playlist, or whose subject has no posting at all."""

    video_id: str
    status: VideoStatus
    subject_key: str
    problems: tuple[Problem, ...]


async def folders_after(store: BlobStore, key: str, limit: int) -> tuple[list[Folder], str | None]:
    """Up to `limit` reels' folders whose objects follow `key`, and the key the next ones follow; None: those were the last."""
    found: list[Folder] = []
    async for folder in _folders(store.list(ROOT, key)):
        if len(found) == limit:
            return found, found[-1].objects[-1].key
        found.append(folder)
    return found, None


async def _folders(blobs: AsyncIterator[Blob]) -> AsyncIterator[Folder]:
    """Objects in the order of their keys, by reel."""
    video_id, objects = "", list[Blob]()
    async for blob in blobs:
        name = blob.key.removeprefix(ROOT).partition("/")[0]
        if objects and name != video_id:
            yield Folder(video_id, tuple(objects))
            objects = []
        video_id = name
        objects.append(blob)
    if objects:
        yield Folder(video_id, tuple(objects))


async def nameless(db: Database, folders: Sequence[Folder], now: datetime, settings: Queue) -> list[Folder]:
    """Those that neither a video document nor an active job names, and that are too old for a worker to be writing them.

    The folders were listed before the database is asked: what is named later has an id that no old folder has.
    """
    grace = timedelta(minutes=2 * settings.job_timeout_minutes)
    old = [folder for folder in folders if folder.newest < now - grace]
    named = await orphans.named(db, [folder.video_id for folder in old])
    return [folder for folder in old if folder.video_id not in named]


async def broken_after(db: Database, store: BlobStore, video_id: str, limit: int) -> tuple[list[OrphanedVideo], int, str | None]:
    """Of the next `limit` playable reels by id those with a problem, how many were looked at, and the id the next ones follow."""
    docs = await orphans.playable_after(db, video_id, limit)
    known = await orphans.known_postings(db, [doc["subject_key"] for doc in docs])
    broken: list[OrphanedVideo] = []
    for start in range(0, len(docs), _ASKED_AT_ONCE):
        batch = docs[start : start + _ASKED_AT_ONCE]
        there = await asyncio.gather(*(_master_is_there(store, doc) for doc in batch))
        broken += [video for doc, master in zip(batch, there, strict=True) if (video := _examined(doc, known, master=master)).problems]
    return broken, len(docs), docs[-1]["video_id"] if len(docs) == limit else None


async def _master_is_there(store: BlobStore, doc: Doc) -> bool:
    """Only the store we have can be asked; another provider's objects count as there."""
    return doc.get("provider") != store.provider or await store.exists(doc["s3_key"])


def _examined(doc: Doc, known: set[str], *, master: bool) -> OrphanedVideo:
    lacks_posting = doc["subject_kind"] == "posting" and doc["subject_key"] not in known
    found: dict[Problem, bool] = {"master_missing": not master, "posting_missing": lacks_posting}
    problems = tuple(problem for problem, there in found.items() if there)
    return OrphanedVideo(video_id=doc["video_id"], status=doc["status"], subject_key=doc["subject_key"], problems=problems)
