"""Pages of what has a time `at` and a text for its id, the latest first: no page repeats or misses anything while more comes in."""

from __future__ import annotations

from pymongo import DESCENDING
from pymongo.asynchronous.collection import AsyncCollection

from shared.mongo.client import Doc
from shared.schemas.base import Message, Utc


class Position(Message):
    """Where a page ended: what follows is of before `at`, or of then and has a lower id."""

    at: Utc
    id: str


async def page(collection: AsyncCollection[Doc], where: Doc, after: Position | None, limit: int) -> tuple[list[Doc], Position | None]:
    """Up to `limit` documents, and where the next page starts; None: this is the last."""
    found = collection.find({**where, **_following(after)}).sort([("at", DESCENDING), ("_id", DESCENDING)]).limit(limit + 1)
    docs = [doc async for doc in found]
    kept = docs[:limit]
    return kept, Position(at=kept[-1]["at"], id=kept[-1]["_id"]) if len(docs) > limit else None


def _following(after: Position | None) -> Doc:
    """PURE. The first condition is the one an index takes."""
    if after is None:
        return {}
    return {"at": {"$lte": after.at}, "$or": [{"at": {"$lt": after.at}}, {"_id": {"$lt": after.id}}]}
