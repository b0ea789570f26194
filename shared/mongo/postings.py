"""The `jobs` collection: postings with their vectors, and what an import changes in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import NoneType
from typing import Any, Literal

import bson
import numpy as np
from bson.binary import VECTOR_SUBTYPE, Binary
from bson.errors import BSONError
from numpy.typing import NDArray
from pydantic import ValidationError
from pymongo import UpdateOne

from shared.mongo.client import Database, Doc, translated
from shared.schemas.postings import Posting

Change = Literal["new", "changed", "unchanged", "closed"]

INDEXED_CHARACTERS = 6_000
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
    what its words are looked for in beside the title: its places and the beginning of its description, INDEXED_CHARACTERS of it; the filter
    fields are as in Posting."""

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


async def active_of(db: Database, subject_keys: Iterable[str], *, texts: bool = True) -> list[Posting]:
    """All active postings of these subjects, in one query; without texts their descriptions are empty."""
    left_out = {"vectors": 0} if texts else {"vectors": 0, "description": 0}
    found = db.jobs.find({"subject_key": {"$in": list(subject_keys)}, "active": True}, left_out)
    return [Posting.model_validate({"description": "", **doc}) async for doc in found]


async def texts_of_company(db: Database, company_slug: str, limit: int) -> list[tuple[str, str]]:
    """Title and description of up to `limit` active postings of a company."""
    found = db.jobs.find({"company_slug": company_slug, "active": True}, {"_id": 0, "title": 1, "description": 1}).limit(limit)
    return [(doc["title"], doc.get("description", "")) async for doc in found]


async def indexed_since(db: Database, embedder_id: str, since: datetime | None) -> AsyncIterator[tuple[Indexed, datetime]]:
    """Every posting changed at or after `since` (all, when None), the longest unchanged first, and the time of its change."""
    where = {"changed_at": {"$gte": since}} if since else {}
    found = db.jobs.find(where, _index_fields(embedder_id), sort=[("changed_at", 1)], batch_size=_DECODED)
    async for doc in found:
        yield as_indexed(doc, embedder_id), doc.get("changed_at") or datetime.min.replace(tzinfo=UTC)


_DECODED = 200  # documents read at once: the server's own batches would stop the loop for a tenth of a second


async def find(db: Database, where: Doc, fields: Doc) -> list[Doc]:
    """These fields of the postings `where` says. Raises Unavailable."""
    with translated():
        return [doc async for doc in db.jobs.find(where, fields)]


async def count_active(db: Database) -> int:
    return await db.jobs.count_documents({"active": True})


async def active_among(db: Database, ids: Sequence[str]) -> set[str]:
    """Which of these postings are here and active."""
    found = db.jobs.find({"greenhouse_id": {"$in": list(ids)}, "active": True}, {"_id": 0, "greenhouse_id": 1})
    return {doc["greenhouse_id"] async for doc in found}


async def collection_id(db: Database) -> str | None:
    """What tells this collection from every other, also from one of the same name; None before it is made."""
    async for told in await db.list_collections(filter={"name": "jobs"}):
        return str(told["info"]["uuid"])
    return None


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
        greenhouse_id=str(doc["greenhouse_id"]),  # a number in databases that are to be migrated
        subject_key=doc.get("subject_key", ""),
        active=bool(doc.get("active")) and "subject_key" in doc,  # without: the database is to be migrated
        vector=decode_vector(entry["vector"]) if entry else None,
        title=doc.get("title") or "",
        text=" ".join((*(doc.get("place_keys") or ()), (doc.get("description") or "")[:INDEXED_CHARACTERS])),
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


def compare(posting: Posting, kept: Doc | None, row: Doc | None = None) -> Change:
    """PURE: what importing this posting, with the board's `row` beside it, would change. Of the row's own fields the plain ones count:
    lists and what they nest come in another order now and then, and nothing of ours reads them."""
    if kept is None:
        return "new"
    plain = {name: value for name, value in (row or {}).items() if isinstance(value, _PLAIN) and name not in Posting.model_fields}
    same = _as_posting(kept) == posting and all(name in kept and kept[name] == value for name, value in plain.items())
    return "unchanged" if same else "changed"


def is_silent(posting: Posting, kept: Doc | None) -> bool:
    """PURE: nothing that is searched or shown would change, at most when the board touched it last: indexes need not look."""
    old = _as_posting(kept) if kept else None
    return old is not None and old.model_copy(update={"updated_at": posting.updated_at}) == posting


_PLAIN = (str, int, NoneType)


def _as_posting(kept: Doc) -> Posting | None:
    """None: it was stored by something older than this."""
    try:
        return Posting.model_validate(kept)
    except ValidationError:
        return None


def needs_vector(posting: Posting, kept: Doc | None, embedder_id: str) -> bool:
    """PURE: the text is new to this embedder. Unchanged text is never embedded again."""
    entry = (kept or {}).get("vectors", {}).get(embedder_id)
    return entry is None or entry["content_hash"] != posting.content_hash


@dataclass(frozen=True)
class Write:
    """One posting to store, with its new vector where it needs one, and the board's row as it came. `silent`: see is_silent."""

    posting: Posting
    row: dict[str, Any]
    vector: NDArray[np.float32] | None
    silent: bool = False


async def store(db: Database, writes: Sequence[Write], embedder_id: str) -> None:
    """Insert or update, each posting atomically with its vector."""
    now = datetime.now(UTC)
    updates = []
    for write in writes:
        values: Doc = {**write.row, **write.posting.model_dump(), **({} if write.silent else {"changed_at": now})}
        if write.vector is not None:
            values[f"vectors.{embedder_id}"] = {"vector": encode_vector(write.vector), "content_hash": write.posting.content_hash}
        updates.append(
            UpdateOne({"greenhouse_id": write.posting.greenhouse_id}, {"$set": values, "$setOnInsert": {"created_at": now}}, upsert=True)
        )
    if updates:
        await db.jobs.bulk_write(updates, ordered=False)


async def close_missing(db: Database, company_slug: str, present: Collection[str], board: str | None = None) -> int:
    """Close the active postings of a company that a complete fetch of its board no longer lists. Returns how many.

    Those of another board (`imported_from`) are not this one's to close; those of no board, which came in files, are.
    """
    mine = {"company_slug": company_slug, "active": True, "imported_from": {"$in": [None, board]}}
    gone = {**mine, "greenhouse_id": {"$nin": list(present)}}
    result = await db.jobs.update_many(gone, {"$set": {"active": False, "changed_at": datetime.now(UTC)}})
    return result.modified_count


async def open_of_board(db: Database, company_slug: str, board: str) -> int:
    """How many active postings a board (`imported_from`) has here."""
    return await db.jobs.count_documents({"company_slug": company_slug, "active": True, "imported_from": board})
