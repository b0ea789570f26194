"""What a playlist reads: every clip a day could use in one query, which the indexes `by_exercise` and `globals` answer alone, then those
that were chosen; and, where some are missing, those of similar exercises.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from shared.mongo.client import Database, Doc
from shared.mongo.postings import decode_vector
from shared.schemas.clips import GLOBAL_KINDS, REQUIRED_KINDS, Clip, ClipKind
from shared.schemas.playlists import Row

_KEYS = {"_id": 0, **dict.fromkeys(Row._fields, 1)}
_WORDS = {"_id": 0, "how_to": 0, "benefits": 0, "counteracts": 0}
_AT_ONCE = 100_000  # documents: a second batch would be a second round to the database


async def prefetch(db: Database, locales: Collection[str], exercises: Collection[str], with_mistake: Collection[str]) -> list[Row]:
    """Every clip in these languages that a day of these exercises could use, in no order."""
    spoken = {"$in": list(locales)}
    branches = [
        {"exercise_slug": {"$in": list(exercises)}, "locale": spoken, "kind": {"$in": list(REQUIRED_KINDS)}},
        {"kind": {"$in": list(GLOBAL_KINDS)}, "locale": spoken},
    ]
    if with_mistake:
        branches.append({"exercise_slug": {"$in": list(with_mistake)}, "locale": spoken, "kind": "mistake"})
    return await _rows(db, {"$or": branches})


def row_of(clip: Clip) -> Row:
    """PURE."""
    return Row(clip.exercise_slug, clip.kind, clip.archetype, clip.clip_id, clip.available, clip.locale)


async def of_similar(db: Database, locales: Collection[str], slugs: Collection[str], kinds: Collection[ClipKind]) -> list[Row]:
    """Every clip of these kinds of these exercises in these languages, in no order."""
    return await _rows(db, {"exercise_slug": {"$in": list(slugs)}, "locale": {"$in": list(locales)}, "kind": {"$in": list(kinds)}})


async def _rows(db: Database, where: Doc) -> list[Row]:
    docs = await db.clips.find(where, _KEYS, batch_size=_AT_ONCE).to_list()
    return [
        Row(doc.get("exercise_slug"), doc["kind"], doc["archetype"], doc["clip_id"], doc.get("available"), doc["locale"]) for doc in docs
    ]


async def whole(db: Database, clip_ids: Collection[str]) -> dict[str, Clip]:
    """These clips by id, without what they say in words."""
    found = await db.clips.find({"clip_id": {"$in": list(clip_ids)}}, _WORDS, batch_size=_AT_ONCE).to_list()
    return {doc["clip_id"]: Clip.model_validate(doc) for doc in found}


async def there_are(db: Database, slugs: Collection[str]) -> set[str]:
    """Those of these exercises that are active."""
    found = db.exercises.find({"slug": {"$in": list(slugs)}, "active": True}, {"_id": 0, "slug": 1})
    return {doc["slug"] async for doc in found}


async def profiles(db: Database) -> list[tuple[str, frozenset[str], dict[str, NDArray[np.float32]]]]:
    """Of each active exercise its slug, the muscles it is for, and its vectors by embedder id; in the order of the slugs."""
    found = db.exercises.find({"active": True}, {"_id": 0, "slug": 1, "muscles": 1, "vectors": 1}, sort=[("slug", 1)])
    return [(doc["slug"], frozenset(doc.get("muscles", ())), _vectors(doc)) async for doc in found]


def _vectors(doc: Doc) -> dict[str, NDArray[np.float32]]:
    return {name: decode_vector(entry["vector"]) for name, entry in doc.get("vectors", {}).items() if entry.get("vector")}
