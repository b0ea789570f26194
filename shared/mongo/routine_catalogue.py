"""What routines are compiled from, as the database has it: active exercises with one embedder's vectors, and clips that show them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from shared.logging import get_logger
from shared.mongo import changes
from shared.mongo.client import Database, Doc
from shared.mongo.postings import decode_vector
from shared.schemas.clips import REQUIRED_KINDS, Clip
from shared.schemas.exercises import Exercise

log = get_logger(__name__)

COLLECTIONS = ("exercises", "clips")
_AT_ONCE = 100_000  # documents: a second batch would be a second round to the database
_WORDS = {"how_to": 0, "benefits": 0, "counteracts": 0}
_OF_NO_MATTER = ["checked_at", "updated_at", "check_failures", "check_after"]
_TOLD = {"$ifNull": [{"$objectToArray": "$updateDescription.updatedFields"}, []]}
THAT_MATTER = changes.of(
    COLLECTIONS,
    {
        "$or": [
            {"operationType": {"$ne": "update"}},
            {"$expr": {"$ne": [{"$setDifference": [{"$map": {"input": _TOLD, "in": "$$this.k"}}, _OF_NO_MATTER]}, []]}},
        ]
    },
)
"""Changes after which a routine might be compiled otherwise; a look at a clip that found it as it was is none."""


class Rows(NamedTuple):
    """By the documents' `_id`. Vectors are of shape (dimensions,), for those exercises that have one."""

    exercises: dict[Any, Exercise]
    clips: dict[Any, Clip]
    vectors: dict[str, NDArray[np.float32]]


async def read(db: Database, embedder_id: str, exercises: Collection[Any] | None = None, clips: Collection[Any] | None = None) -> list[Doc]:
    """The documents of these exercises and clips, of all with None; for `rows_of`. Those that are not active, or of no exercise, are not
    among them."""
    fields = {name: 1 for name in Exercise.model_fields if name != "vectors"} | {f"vectors.{embedder_id}.vector": 1}
    active: Doc = {"active": {"$ne": False}, **_among(exercises)}
    shown: Doc = {"kind": {"$in": list(REQUIRED_KINDS)}, "available": {"$ne": False}, **_among(clips)}
    docs: list[Doc] = []
    if exercises is None or exercises:
        docs += await db.exercises.find(active, fields, batch_size=_AT_ONCE).to_list()
    if clips is None or clips:
        docs += await db.clips.find(shown, _WORDS, batch_size=_AT_ONCE).to_list()
    return docs


def rows_of(docs: Collection[Doc], embedder_id: str) -> Rows:
    """PURE but for a line in the log for what nothing can read. Takes CPU: call it in a thread where a loop runs."""
    rows = Rows({}, {}, {})
    for doc in docs:
        vector = doc.pop("vectors", {}).get(embedder_id, {}).get("vector")
        try:
            if "clip_id" in doc:
                rows.clips[doc["_id"]] = Clip.model_validate(doc)
            else:
                exercise = rows.exercises[doc["_id"]] = Exercise.model_validate(doc)
                if vector:
                    rows.vectors[exercise.slug] = decode_vector(vector)
        except ValidationError as error:
            log.warning("catalogue_entry_unreadable", id=str(doc.get("clip_id") or doc.get("slug")), problems=error.error_count())
    return rows


def _among(ids: Collection[Any] | None) -> Doc:
    return {} if ids is None else {"_id": {"$in": list(ids)}}
