"""Indexes that stand in the way of ours: of the same fields under another name or with other rules, such as the seed's expiry of jobs,
which deletes even those that wait or run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from pymongo import IndexModel

from shared.mongo.client import Database
from shared.mongo.indexes import INDEXES
from shared.mongo.migrations.base import Context, Counts, Migration, Tell

_RULES = ("unique", "partialFilterExpression", "expireAfterSeconds", "sparse")


async def _plan(db: Database) -> Counts:
    found = [name async for _, name in _in_the_way(db)]
    return {"indexes replaced": len(found)} if found else {}


async def _apply(db: Database, _: Context, tell: Tell) -> None:
    """Ours are made when all is migrated."""
    for collection, name in [each async for each in _in_the_way(db)]:
        await db[collection].drop_index(name)
        await tell(1)


async def _in_the_way(db: Database) -> AsyncIterator[tuple[str, str]]:
    there = set(await db.list_collection_names())
    for collection, models in INDEXES.items():
        if collection in there:
            existing = await db[collection].index_information()
            for name, index in existing.items():
                if any(stands_in_the_way(name, index, model) for model in models):
                    yield collection, name


def stands_in_the_way(name: str, index: Mapping[str, Any], model: IndexModel) -> bool:
    """PURE: whether this index, as `index_information` tells it, keeps `model` from being made."""
    ours = model.document
    same_key = _fields(index) == list(ours["key"].items())
    if not same_key and name != ours["name"]:
        return False
    same_rules = all(index.get(rule) == ours.get(rule) for rule in _RULES)
    return not (same_key and name == ours["name"] and same_rules)


def _fields(index: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """As it was asked for: of an index of texts the server tells its own fields in the place of ours, and ours as weights."""
    texts = [(field, "text") for field in index.get("weights", {})]
    return [each for field, kind in index["key"] for each in (texts if field == "_fts" else [(field, kind)]) if field != "_ftsx"]


INDEXES_IN_THE_WAY = Migration("0001-indexes", "drops indexes that keep ours from being made", _plan, _apply)
