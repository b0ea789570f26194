"""Whether clips can be played: who is asked when, and what came of it (`clips.available`, `clips.checked_at`).

The video service asks (`services/video/availability`); anybody may tell it to with `ask_recheck`.
An *origin* is whom a clip is asked of: its provider, or, for a clip whose asset is a URL, that URL's host. One that cannot be asked rests,
longer each time (`resting_origins`), and its clips keep their flags; so does a single clip (`check_after`) that nobody says anything about.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from pymongo import ASCENDING, UpdateOne

from shared.mongo.client import Database, Doc
from shared.mongo.long_tasks import LongTask, LongTasks
from shared.retry import backoff_s
from shared.schemas.clips import Clip

COLLECTION, KIND = "tasks", "clip_check"
"""Where its long tasks are, and their kind."""
_DUE, _ALL = "due", "*"
_PUT_OFF = ("check_failures", "check_after")
_REST_S, _MOST_REST_S = 60.0, 3600.0
_WEB = ("https://", "http://")


@dataclass(frozen=True)
class Origin:
    provider: str
    host: str = ""


def origin_of(clip: Clip) -> Origin:
    """PURE."""
    if not clip.asset.lower().startswith(_WEB):
        return Origin(clip.provider)
    try:
        return Origin(clip.provider, urlsplit(clip.asset).hostname or "")
    except ValueError:
        return Origin(clip.provider)


@dataclass(frozen=True)
class Look:
    """What one task looks at: the clips (of this provider, when one is named) last looked at before `before`, or never. Without `force`
    those that were put off are left out."""

    provider: str | None
    before: datetime
    force: bool = False


async def ask_recheck(db: Database, provider: str | None = None) -> tuple[LongTask, bool]:
    """A look at every clip of this provider (of all, when None), however lately it was looked at: a new task, or the active one there is,
    and whether it is new. Its result: {"checked", "available", "unavailable", "unasked"}, numbers of clips, and "not_configured", how many
    of those unasked are at providers that are not set up, or not known, where the task was worked on, by their names.
    """
    await db.resting_origins.delete_many({"provider": provider} if provider else {})
    return await LongTasks(db, COLLECTION).ask(KIND, {"provider": provider}, key=provider or _ALL)


async def ask_due(db: Database, tasks: LongTasks, interval: timedelta, configured: Collection[str]) -> bool:
    """Ask, by `tasks`, for a look at what was last looked at longer than `interval` ago, or never. False: there is nothing of that kind.

    Who asks asks for clips of providers `configured` there; the others are for other processes to ask for."""
    where = _at(configured, _due(Look(None, datetime.now(UTC) - interval), await resting(db)))
    if await db.clips.find_one(where, {"_id": 1}) is None:
        return False
    await tasks.ask(KIND, {"provider": None, "interval_s": interval.total_seconds()}, key=_DUE)
    return True


def look_of(task: LongTask) -> Look:
    """PURE: what a task asks for; the same however often it is begun."""
    interval_s = task.params.get("interval_s", 0)
    return Look(task.params["provider"], task.created_at - timedelta(seconds=interval_s), force=not interval_s)


async def due(db: Database, look: Look, after: str, resting: Collection[Origin], configured: Collection[str], limit: int) -> list[Clip]:
    """Up to `limit` clips of the providers `configured` whose clip_id follows `after`, in that order, none of origins that rest."""
    where = _at(configured, {"clip_id": {"$gt": after}, **_due(look, resting)})
    return [Clip.model_validate(doc) async for doc in db.clips.find(where, sort=[("clip_id", ASCENDING)], limit=limit)]


async def count_due(db: Database, look: Look) -> int:
    """Those put off included."""
    return await db.clips.count_documents(_due(replace(look, force=True), ()))


async def count_not_configured(db: Database, look: Look, configured: Collection[str]) -> dict[str, int]:
    """Of `count_due`, those at providers that are not `configured`, by these."""
    elsewhere: Doc = {"$and": [_due(replace(look, force=True), ()), {"provider": {"$nin": list(configured)}}]}
    pipeline: list[Doc] = [{"$match": elsewhere}, {"$group": {"_id": "$provider", "clips": {"$sum": 1}}}, {"$sort": {"_id": 1}}]
    return {doc["_id"]: doc["clips"] async for doc in await db.clips.aggregate(pipeline)}


async def taken_down(db: Database, clips: Iterable[Clip]) -> set[str]:
    """Those (by clip_id) whose reel an operator took down: their files may well be there."""
    of_reels = {clip.video_id: clip.clip_id for clip in clips if clip.video_id}
    found = db.videos.find({"video_id": {"$in": list(of_reels)}, "status": "taken_down"}, {"_id": 0, "video_id": 1})
    return {of_reels[doc["video_id"]] async for doc in found}


async def write(db: Database, learnt: Iterable[tuple[Clip, bool]]) -> None:
    """Each clip's flag, unless somebody else has set it since the clip was read, or it plays something else by now."""
    now = datetime.now(UTC)
    told = [
        UpdateOne(
            {"clip_id": clip.clip_id, "provider": clip.provider, "asset": clip.asset, "checked_at": clip.checked_at},
            {"$set": {"available": available, "checked_at": now}, "$unset": dict.fromkeys(_PUT_OFF, "")},
        )
        for clip, available in learnt
    ]
    if told:
        await db.clips.bulk_write(told, ordered=False)


async def put_off(db: Database, clip_ids: Collection[str]) -> None:
    """Leave these clips alone for as long as a resting origin."""
    failures, after = _PUT_OFF
    longer: Doc = {"$min": [_MOST_REST_S, {"$multiply": [_REST_S, {"$pow": [2, {"$subtract": [f"${failures}", 1]}]}]}]}
    counted: Doc = {failures: {"$add": [{"$ifNull": [f"${failures}", 0]}, 1]}}
    until: Doc = {after: {"$add": ["$$NOW", {"$multiply": [1000, longer]}]}}
    await db.clips.update_many({"clip_id": {"$in": list(clip_ids)}}, [{"$set": counted}, {"$set": until}])


async def resting(db: Database) -> set[Origin]:
    found = db.resting_origins.find({"until": {"$gt": datetime.now(UTC)}})
    return {Origin(doc["provider"], doc["host"]) async for doc in found}


async def rest(db: Database, origin: Origin, why: str) -> None:
    """Leave it alone for a minute or so, twice as long each time in a row, an hour at most. One that rests already does not rest longer."""
    now, key = datetime.now(UTC), _key(origin)
    doc = await db.resting_origins.find_one({"_id": key})
    if doc and doc["until"] > now:
        return
    in_a_row = doc is not None and doc["until"] > now - timedelta(seconds=_MOST_REST_S)
    failures = doc["failures"] + 1 if doc and in_a_row else 1
    until = now + timedelta(seconds=backoff_s(failures, _REST_S, _MOST_REST_S))
    told = {"provider": origin.provider, "host": origin.host, "until": until, "failures": failures, "why": why}
    await db.resting_origins.update_one({"_id": key}, {"$set": told}, upsert=True)


async def wake(db: Database, origins: Iterable[Origin]) -> None:
    """They answer again."""
    await db.resting_origins.delete_many({"_id": {"$in": [_key(origin) for origin in origins]}})


def _key(origin: Origin) -> str:
    return f"{origin.provider} {origin.host}"


def _at(providers: Collection[str], where: Doc) -> Doc:
    """PURE."""
    return {"$and": [{"provider": {"$in": list(providers)}}, where]}


def _due(look: Look, resting: Collection[Origin]) -> Doc:
    """The filter."""
    where: Doc = {"checked_at": {"$not": {"$gte": look.before}}}  # never: null, which no comparison of dates finds
    if not look.force:
        where["check_after"] = {"$not": {"$gt": datetime.now(UTC)}}
    if look.provider is not None:
        where["provider"] = look.provider
    if resting:
        where["$nor"] = [_of(origin) for origin in resting]
    return where


def _of(origin: Origin) -> Doc:
    if not origin.host:
        return {"provider": origin.provider}
    return {"provider": origin.provider, "asset": {"$regex": rf"^https?://{re.escape(origin.host)}([:/?#]|$)", "$options": "i"}}
