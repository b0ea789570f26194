"""Reels as a recommender sees them: which there are, whose they are, and the vector of what they are about."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.mongo.client import Database
from shared.mongo.postings import decode_vector

_BATCH = 1_000
_DECODED = 200  # documents with vectors read at once, as in postings.py


class ReadyReel(NamedTuple):
    video_id: str
    subject_key: str
    created_at: datetime


@dataclass(frozen=True)
class About:
    """What an open posting subject is about, by the first of its postings that has a vector. `vector` None: none of them has one."""

    subject_key: str
    title: str
    company: str
    company_name: str
    categories: tuple[str, ...]
    vector: NDArray[np.float32] | None


async def ready(db: Database, since: datetime | None = None) -> AsyncIterator[ReadyReel]:
    """Ready reels of postings made at or after `since` (all, when None)."""
    where = {"status": "ready", "subject_kind": "posting", **({"created_at": {"$gte": since}} if since else {})}
    async for doc in db.videos.find(where, {"_id": 0, **dict.fromkeys(ReadyReel._fields, 1)}, batch_size=_BATCH):
        yield ReadyReel(**doc)


async def about(db: Database, subject_keys: Sequence[str], embedder_id: str) -> dict[str, About]:
    """Of those of these subjects that are open."""
    vector = f"vectors.{embedder_id}.vector"
    fields = {"_id": 0, "subject_key": 1, "title": 1, "company_slug": 1, "company_name": 1, "department_keys": 1, vector: 1}
    found: dict[str, About] = {}
    where = {"subject_key": {"$in": list(subject_keys)}, "active": True}
    async for doc in db.jobs.find(where, fields, batch_size=_DECODED):
        entry = doc.get("vectors", {}).get(embedder_id)
        known = found.get(doc["subject_key"])
        if known is None or (known.vector is None and entry):
            found[doc["subject_key"]] = About(
                doc["subject_key"],
                doc.get("title") or "",
                doc.get("company_slug") or "",
                doc.get("company_name") or "",
                tuple(doc.get("department_keys") or ()),
                decode_vector(entry["vector"]) if entry else None,
            )
    return found
