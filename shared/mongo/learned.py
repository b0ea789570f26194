"""The `learned` collection: what was learned, in pieces a document can hold; a new one takes the place of the old one at once.

The head, `_id` = name, says which version is current. Pieces are written before the head says so, and those of the version before stay
for whoever is reading them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

from shared.errors import Unavailable
from shared.mongo.client import Database, Doc, translated
from shared.schemas.base import Document

_PIECE = 8_000_000  # bytes, half of what a document may take


class Head(Document):
    """`facts` are what the one who learned wants to know again."""

    name: str
    version: str
    pieces: int
    size: int
    sha256: str
    learned_at: datetime
    facts: dict[str, Any]


async def head(db: Database, name: str) -> Head | None:
    """Raises Unavailable."""
    with translated():
        doc = await db.learned.find_one({"_id": name})
    return Head.model_validate(doc) if doc else None


async def store(db: Database, name: str, data: bytes, facts: Doc, now: datetime) -> Head:
    """Raises Unavailable."""
    new = Head(
        name=name,
        version=uuid4().hex,
        pieces=-(-len(data) // _PIECE),
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        learned_at=now,
        facts=facts,
    )
    with translated():
        for key, piece in zip(_keys(new), _pieces(data), strict=True):
            await db.learned.insert_one({"_id": key, "of": name, "version": new.version, "data": piece})
        before = await db.learned.find_one_and_replace({"_id": name}, {"_id": name, **new.model_dump()}, upsert=True)
        kept = [new.version, *([before["version"]] if before else [])]
        await db.learned.delete_many({"of": name, "version": {"$nin": kept}})
    return new


async def load(db: Database, found: Head) -> bytes:
    """What `store` was given. Raises Unavailable, also where the pieces are gone because newer versions came."""
    pieces = []
    with translated():
        for key in _keys(found):
            doc = await db.learned.find_one({"_id": key}, {"data": 1})
            if doc is None:
                raise Unavailable(f"{found.name}: version {found.version} is gone", code="learned_gone")
            pieces.append(bytes(doc["data"]))
    data = b"".join(pieces)
    if hashlib.sha256(data).hexdigest() != found.sha256:
        raise Unavailable(f"{found.name}: version {found.version} is damaged", code="learned_damaged")
    return data


def _keys(found: Head) -> list[str]:
    return [f"{found.name}|{found.version}|{number}" for number in range(found.pieces)]


def _pieces(data: bytes) -> Iterator[bytes]:
    return (data[start : start + _PIECE] for start in range(0, len(data), _PIECE))
