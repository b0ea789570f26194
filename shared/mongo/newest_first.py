"""Pages of what has a time and a text for its id, the latest first: no page repeats or misses anything while more comes in."""

from __future__ import annotations

from pymongo import DESCENDING
from pymongo.asynchronous.collection import AsyncCollection

from shared.mongo.client import Doc
from shared.schemas.base import Message, Utc


class Position(Message):
    """Where a page ended: what follows is of before `at`, or of then and has a lower id."""

    at: Utc
    id: str


async def page(
    collection: AsyncCollection[Doc], where: Doc, after: Position | None, limit: int, *, by: str = "at", projection: Doc | None = None
) -> tuple[list[Doc], Position | None]:
    """Up to `limit` documents, and where the next page starts; None: this is the last. `by` is the field with the time, always in the
    `projection`."""
    found = collection.find({**where, **_following(after, by)}, projection)
    found = found.sort([(by, DESCENDING), ("_id", DESCENDING)]).limit(limit + 1)
    docs = [doc async for doc in found]
    kept = docs[:limit]
    return kept, Position(at=kept[-1][by], id=kept[-1]["_id"]) if len(docs) > limit else None


def _following(after: Position | None, by: str) -> Doc:
    """PURE. The first condition is the one an index takes."""
    if after is None:
        return {}
    return {by: {"$lte": after.at}, "$or": [{by: {"$lt": after.at}}, {"_id": {"$lt": after.id}}]}
