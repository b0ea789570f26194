"""The `user_job_views` collection: what a user has seen or hidden, by subject, so that a role seen in one city is seen in all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pymongo import UpdateMany, UpdateOne
from pymongo.errors import BulkWriteError

from shared.mongo import duplicates, subjects
from shared.mongo.client import Database, Doc
from shared.schemas.subjects import SubjectId


@dataclass(frozen=True)
class View:
    """What a user has had to do with a subject. A hidden one must never be shown to them again."""

    seen: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Hiding:
    """A user's word of `at`: hide this subject, or show it again; said of this posting."""

    subject: SubjectId
    greenhouse_id: str
    hidden: bool
    at: datetime


async def views_among(db: Database, user_id: str, subject_keys: Iterable[str]) -> dict[str, View]:
    """The user's views of those of these posting subjects they have met, in one query. Cost follows the question, not the history."""
    where = {"user_id": user_id, "subject_kind": "posting", "subject_key": {"$in": list(subject_keys)}}
    met: dict[str, View] = {}
    async for doc in db.user_job_views.find(where, {"_id": 0, "subject_key": 1, "seen": 1, "hidden": 1}):
        before = met.get(doc["subject_key"], View())  # of a role in many cities there may be a document each
        met[doc["subject_key"]] = View(before.seen or doc.get("seen") is True, before.hidden or doc.get("hidden") is True)
    return met


async def seen_among(db: Database, user_id: str, subject_keys: Iterable[str]) -> set[str]:
    """Which of these posting subjects the user has seen."""
    return {key for key, view in (await views_among(db, user_id, subject_keys)).items() if view.seen}


async def hidden_among(db: Database, user_id: str, subject_keys: Iterable[str]) -> set[str]:
    """Which of these posting subjects the user has hidden."""
    return {key for key, view in (await views_among(db, user_id, subject_keys)).items() if view.hidden}


async def mark_seen(db: Database, user_id: str, shown: Mapping[str, SubjectId]) -> None:
    """Record postings (greenhouse_id → subject) as seen; again is the same. Most are shown for the first time: inserts cost a third of
    upserts."""
    now = datetime.now(UTC)
    met = [
        {"user_id": user_id, "greenhouse_id": greenhouse_id, "seen": True, **subjects.where(subject), "seen_at": now}
        for greenhouse_id, subject in shown.items()
    ]
    if not met:
        return
    try:
        await db.user_job_views.insert_many(met, ordered=False)
    except BulkWriteError as error:
        again = [met[number] for number in duplicates.places(error)]
        await db.user_job_views.bulk_write([_seen_again(view) for view in again], ordered=False)


def _seen_again(view: Doc) -> UpdateOne:
    which = {name: view[name] for name in ("user_id", "greenhouse_id")}
    told = {name: view[name] for name in ("seen", "subject_kind", "subject_key")}
    return UpdateOne(which, {"$set": told, "$min": {"seen_at": view["seen_at"]}})


async def set_hidden(db: Database, user_id: str, said: Iterable[Hiding]) -> None:
    """Hide subjects, or show them again. The latest word on a subject holds, in whatever order they come in, and again is the same."""
    updates: list[UpdateOne | UpdateMany] = []
    for word in said:
        posting, subject = {"user_id": user_id, "greenhouse_id": word.greenhouse_id}, subjects.where(word.subject)
        updates.append(UpdateOne(posting, {"$set": subject}, upsert=True))
        earlier = {"user_id": user_id, **subject, "hidden_at": {"$not": {"$gt": word.at}}}
        updates.append(UpdateMany(earlier, {"$set": {"hidden": word.hidden, "hidden_at": word.at}}))
    if updates:
        await db.user_job_views.bulk_write(updates, ordered=True)
