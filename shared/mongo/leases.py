"""Claim, heartbeat and fence: how any long job is held by one worker at a time.

A leased document has `status`, `claim_at`, `attempt`, `attempt_token` and `retry_count`. `claim_at` says when it may be taken:
when it is due, or when its holder's lease ends. Taking it sets a fresh token; every later write names the token and the status
it expects, so a worker that lost its lease can change nothing. Finished documents have neither field.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from pymongo import ASCENDING, ReturnDocument
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import PyMongoError

from shared.errors import LeaseLost
from shared.logging import get_logger
from shared.mongo.client import Doc
from shared.tasks import end

T = TypeVar("T")

log = get_logger(__name__)

HELD: Doc = {"$ifNull": ["$attempt_token", False]}
"""Expression: whether somebody held the document, as it was before the claim."""
NEXT_ATTEMPT: Doc = {"$add": ["$attempt", 1]}
_BEATS_PER_LEASE = 3
_SET: Doc = {"$gt": datetime.min.replace(tzinfo=UTC)}  # a document of the seed has no such field, which any comparison above lets pass


def later(seconds: float) -> Doc:
    """Expression: the server's clock plus `seconds`. Only the server's clock decides about leases."""
    return {"$add": ["$$NOW", round(seconds * 1000)]}


def literal(values: Doc) -> Doc:
    """Values for a pipeline's $set that are stored as they are: "$95k" is a text, not a field path."""
    return {name: {"$literal": value} for name, value in values.items()}


def without(*names: str) -> Doc:
    """Fields for a pipeline's $set that disappear."""
    return dict.fromkeys(names, "$$REMOVE")


def fence(key: str, token: str, statuses: Sequence[str]) -> Doc:
    """Filter that only the present holder matches, and only in an expected status."""
    return {"job_id": key, "attempt_token": token, "status": {"$in": list(statuses)}}


async def take(
    collection: AsyncCollection[Doc], active: Sequence[str], lease_s: float, fields: Doc, where: Doc | None = None
) -> Doc | None:
    """Claim the most overdue document (among those `where` matches), or None. One indexed `find_one_and_update`, atomic.

    A token still there means the last holder vanished (`HELD`): that costs a retry. `fields` are further expressions to set; like
    all expressions of the claim they see the document as it was.
    """
    claim: Doc = {
        "retry_count": {"$add": ["$retry_count", {"$cond": [HELD, 1, 0]}]},
        "attempt": NEXT_ATTEMPT,
        "attempt_token": {"$literal": uuid.uuid4().hex},
        "claim_at": later(lease_s),
        "updated_at": "$$NOW",
    }
    return await collection.find_one_and_update(
        {**(where or {}), "status": {"$in": list(active)}, "claim_at": _SET, "$expr": {"$lte": ["$claim_at", "$$NOW"]}},
        [{"$set": claim | fields}],
        sort=[("claim_at", ASCENDING)],
        return_document=ReturnDocument.AFTER,
    )


async def next_due(collection: AsyncCollection[Doc], active: Sequence[str], where: Doc | None = None) -> datetime | None:
    """When the next document (among those `where` matches) may be taken, or None when nothing is active."""
    among = {**(where or {}), "status": {"$in": list(active)}}
    doc = await collection.find_one(among, {"claim_at": 1, "_id": 0}, sort=[("claim_at", ASCENDING)])
    return doc.get("claim_at") if doc else None


async def renew(collection: AsyncCollection[Doc], held: Doc, lease_s: float, values: Doc | None = None) -> bool:
    """Extend the lease of the document matched by the fence `held`, and write `values`. False: it is no longer ours."""
    update = [{"$set": {"claim_at": later(lease_s), "updated_at": "$$NOW", **literal(values or {})}}]
    return (await collection.update_one(held, update)).matched_count == 1


async def hold(work: Awaitable[T], beat: Callable[[], Awaitable[bool]], lease_s: float) -> T:
    """Run `work` while `beat` renews the lease three times per lease. When the lease is lost the work is cancelled.

    An unreachable database is borne until the lease has run out. Raises LeaseLost, or whatever the work raises.
    """
    working = asyncio.ensure_future(work)
    beating = asyncio.create_task(_beat_until_lost(beat, lease_s))
    try:
        await asyncio.wait({working, beating}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise LeaseLost("the lease ended while the job was running")
        return await working
    finally:
        await end(working, beating)


async def _beat_until_lost(beat: Callable[[], Awaitable[bool]], lease_s: float) -> None:
    deadline = time.monotonic() + lease_s
    while time.monotonic() < deadline:
        await asyncio.sleep(lease_s / _BEATS_PER_LEASE)
        sent = time.monotonic()
        try:
            if not await asyncio.wait_for(beat(), timeout=max(deadline - sent, 0.01)):
                return
        except (PyMongoError, TimeoutError) as error:
            log.warning("heartbeat_failed", error=type(error).__name__)
        else:
            deadline = sent + lease_s
