"""The `jobs` collection: postings with their vectors, and what an import changes in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import bson
import numpy as np
from bson.binary import VECTOR_SUBTYPE, Binary
from bson.errors import BSONError
from numpy.typing import NDArray
from pymongo import UpdateOne

from shared.mongo.client import Database, Doc
from shared.schemas.postings import Posting

Change = Literal["new", "changed", "unchanged", "closed"]

INDEXED_CHARACTERS = 1_000
_MAX_ROW = 8_000_000  # bytes, half of what a document may take
_FLOAT32_HEADER = b"\x27\x00"  # BSON vector: dtype FLOAT32, no padding bits


def encode_vector(vector: NDArray[np.float32]) -> Binary:
    """A float32 vector of shape (d,) as a BSON binary vector, 4 bytes a dimension."""
    return Binary(_FLOAT32_HEADER + np.ascontiguousarray(vector, "<f4").tobytes(), VECTOR_SUBTYPE)


def decode_vector(binary: bytes) -> NDArray[np.float32]:
    return np.frombuffer(binary, dtype="<f4", offset=len(_FLOAT32_HEADER))


@dataclass(frozen=True)
class Indexed:
    """What indexes keep of a posting; those that are not `active` leave them. `vector` None: not embedded yet by this embedder. `text` is
    the beginning of its description, INDEXED_CHARACTERS at most; the filter fields are as in Posting."""

    greenhouse_id: str
    subject_key: str
    active: bool
    vector: NDArray[np.float32] | None
    title: str = ""
    text: str = ""
    company_slug: str = ""
    company_name: str = ""
    place_keys: tuple[str, ...] = ()
    department_keys: tuple[str, ...] = ()
    remote: bool = False
    first_published: datetime | None = None


async def get(db: Database, greenhouse_id: str) -> Posting | None:
    doc = await db.jobs.find_one({"greenhouse_id": greenhouse_id}, {"vectors": 0})
    return Posting.model_validate(doc) if doc else None


async def active_of(db: Database, subject_keys: Iterable[str]) -> list[Posting]:
    """All active postings of these subjects, in one query."""
    found = db.jobs.find({"subject_key": {"$in": list(subject_keys)}, "active": True}, {"vectors": 0})
    return [Posting.model_validate(doc) async for doc in found]


async def texts_of_company(db: Database, company_slug: str, limit: int) -> list[tuple[str, str]]:
    """Title and description of up to `limit` active postings of a company."""
    found = db.jobs.find({"company_slug": company_slug, "active": True}, {"_id": 0, "title": 1, "description": 1}).limit(limit)
    return [(doc["title"], doc.get("description", "")) async for doc in found]


async def indexed_since(db: Database, embedder_id: str, since: datetime | None) -> AsyncIterator[tuple[Indexed, datetime]]:
    """Every posting changed at or after `since` (all, when None), the longest unchanged first, and the time of its change."""
    where = {"changed_at": {"$gte": since}} if since else {}
    async for doc in db.jobs.find(where, _index_fields(embedder_id), sort=[("changed_at", 1)]):
        yield as_indexed(doc, embedder_id), doc.get("changed_at") or datetime.min.replace(tzinfo=UTC)


_INDEXED_FIELDS = (
    "greenhouse_id", "subject_key", "active", "changed_at", "title", "company_slug", "company_name", "place_keys", "department_keys",
    "remote", "first_published",
)  # fmt: skip


def _index_fields(embedder_id: str) -> Doc:
    text = {"$substrCP": [{"$ifNull": ["$description", ""]}, 0, INDEXED_CHARACTERS]}
    return {**dict.fromkeys(_INDEXED_FIELDS, 1), f"vectors.{embedder_id}.vector": 1, "description": text}


def as_indexed(doc: Doc, embedder_id: str) -> Indexed:
    entry = doc.get("vectors", {}).get(embedder_id)
    return Indexed(
        greenhouse_id=doc["greenhouse_id"],
        subject_key=doc["subject_key"],
        active=bool(doc.get("active")),
        vector=decode_vector(entry["vector"]) if entry else None,
        title=doc.get("title") or "",
        text=(doc.get("description") or "")[:INDEXED_CHARACTERS],
        company_slug=doc.get("company_slug") or "",
        company_name=doc.get("company_name") or "",
        place_keys=tuple(doc.get("place_keys") or ()),
        department_keys=tuple(doc.get("department_keys") or ()),
        remote=bool(doc.get("remote")),
        first_published=doc.get("first_published"),
    )


def why_not_storable(row: dict[str, Any]) -> str | None:
    """What keeps a board's row out of the database (a number past 64 bits, half a surrogate pair, …), naming the field; or None."""
    size = 0
    for name, value in row.items():
        try:
            size += len(bson.encode({name: value}))
        except (BSONError, OverflowError, UnicodeError, RecursionError, ValueError) as error:
            return f"{ascii(name)[1:-1]}: {error}"
    return f"it takes {size} bytes" if size > _MAX_ROW else None


async def stored(db: Database, ids: Sequence[str]) -> dict[str, Doc]:
    """What is stored of these postings, by greenhouse_id."""
    return {doc["greenhouse_id"]: doc async for doc in db.jobs.find({"greenhouse_id": {"$in": list(ids)}})}


def compare(posting: Posting, kept: Doc | None) -> Change:
    """PURE: what importing this posting would change."""
    if kept is None:
        return "new"
    new = posting.model_dump()
    old = Posting.model_validate(kept).model_dump()
    return "unchanged" if new == old else "changed"


def needs_vector(posting: Posting, kept: Doc | None, embedder_id: str) -> bool:
    """PURE: the text is new to this embedder. Unchanged text is never embedded again."""
    entry = (kept or {}).get("vectors", {}).get(embedder_id)
    return entry is None or entry["content_hash"] != posting.content_hash


@dataclass(frozen=True)
class Write:
    """One posting to store, with its new vector where it needs one, and the board's row as it came."""

    posting: Posting
    row: dict[str, Any]
    vector: NDArray[np.float32] | None


async def store(db: Database, writes: Sequence[Write], embedder_id: str) -> None:
    """Insert or update, each posting atomically with its vector."""
    now = datetime.now(UTC)
    updates = []
    for write in writes:
        values: Doc = {**write.row, **write.posting.model_dump(), "changed_at": now}
        if write.vector is not None:
            values[f"vectors.{embedder_id}"] = {"vector": encode_vector(write.vector), "content_hash": write.posting.content_hash}
        updates.append(
            UpdateOne({"greenhouse_id": write.posting.greenhouse_id}, {"$set": values, "$setOnInsert": {"created_at": now}}, upsert=True)
        )
    if updates:
        await db.jobs.bulk_write(updates, ordered=False)


async def close_missing(db: Database, company_slug: str, present: Sequence[str]) -> int:
    """Close the active postings of a company that a complete fetch of its board no longer lists. Returns how many."""
    gone = {"company_slug": company_slug, "active": True, "greenhouse_id": {"$nin": list(present)}}
    result = await db.jobs.update_many(gone, {"$set": {"active": False, "changed_at": datetime.now(UTC)}})
    return result.modified_count
