"""The `exercises` collection."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError
from pymongo import UpdateOne

from shared.mongo.client import Database, Doc
from shared.mongo.postings import encode_vector
from shared.schemas.base import Message
from shared.schemas.clips import REQUIRED_KINDS, Level
from shared.schemas.exercises import Exercise


@dataclass(frozen=True)
class Stored:
    """An exercise without its vectors; `text_hash` is of the text this embedder has seen of it, None: it has not."""

    exercise: Exercise
    text_hash: str | None


@dataclass(frozen=True)
class Write:
    """An exercise to store, the hash of the text its vectors are of, and its vector, of shape (dimensions,), where that is new."""

    exercise: Exercise
    text_hash: str
    vector: NDArray[np.float32] | None


class ExerciseFilter(Message):
    """None: any."""

    level: Level | None = None
    muscle: str | None = Field(default=None, max_length=60, description="one it is for")
    equipment: str | None = Field(default=None, max_length=100)
    active: bool | None = None


async def get(db: Database, slug: str) -> Exercise | None:
    return (await among(db, [slug])).get(slug)


async def among(db: Database, slugs: Iterable[str]) -> dict[str, Exercise]:
    """Those of these exercises that there are, by slug, without their vectors."""
    found = db.exercises.find({"slug": {"$in": list(slugs)}, "active": True}, {"vectors": 0})
    return {doc["slug"]: Exercise.model_validate(doc) async for doc in found}


async def existing(db: Database, slugs: Iterable[str]) -> set[str]:
    """Which of these there are, active or not."""
    found = db.exercises.find({"slug": {"$in": list(slugs)}}, {"_id": 0, "slug": 1})
    return {doc["slug"] async for doc in found}


async def activity(db: Database, slugs: Iterable[str]) -> dict[str, bool]:
    """Which of these there are, and whether each is active."""
    found = db.exercises.find({"slug": {"$in": list(slugs)}}, {"_id": 0, "slug": 1, "active": 1})
    return {doc["slug"]: doc.get("active", True) async for doc in found}


async def find(db: Database, slug: str) -> Exercise | None:
    """Active or not."""
    doc = await db.exercises.find_one({"slug": slug}, {"vectors": 0})
    return Exercise.model_validate(doc) if doc else None


async def page(db: Database, wanted: ExerciseFilter, after: str, limit: int) -> list[Exercise]:
    """Up to `limit` exercises whose slugs follow `after`, in that order."""
    told = wanted.model_dump(exclude_none=True)
    where: Doc = {"muscles" if name == "muscle" else name: value for name, value in told.items()}
    found = db.exercises.find({**where, "slug": {"$gt": after}}, {"vectors": 0}, sort=[("slug", 1)], limit=limit)
    return [Exercise.model_validate(doc) async for doc in found]


async def allowed_slugs(db: Database, configured: Collection[str]) -> list[str]:
    """Active exercises with a technique or instruction that can be played, at whatever provider; in order of their slugs.

    A clip nobody has looked at yet counts where its provider is one of those `configured`: who plays it asks first, and a catalogue just
    imported would otherwise allow nothing.
    """
    shown = set[str]()
    for playable in _playable(configured):  # each by an index of its own: both at once take four times as long
        shown |= set(await db.clips.distinct("exercise_slug", {**playable, "exercise_slug": {"$ne": None}}))
    found = db.exercises.find({"slug": {"$in": list(shown)}, "active": True}, {"_id": 0, "slug": 1}, sort=[("slug", 1)])
    return [doc["slug"] async for doc in found]


async def is_allowed(db: Database, slug: str, configured: Collection[str]) -> bool:
    """Whether `allowed_slugs` has it now."""
    if await db.exercises.find_one({"slug": slug, "active": True}, {"_id": 1}) is None:
        return False
    return await db.clips.find_one({"$or": _playable(configured), "exercise_slug": slug}, {"_id": 1}) is not None


def _playable(configured: Collection[str]) -> list[Doc]:
    """PURE: either will do. In this order one that becomes available meanwhile is found by one of them."""
    required: Doc = {"kind": {"$in": list(REQUIRED_KINDS)}}
    return [{**required, "available": None, "provider": {"$in": list(configured)}}, {**required, "available": True}]


async def stored(db: Database, slugs: Sequence[str], embedder_id: str) -> dict[str, Stored]:
    """What is stored of these exercises, by slug; without those that something else than this wrote and nothing can read."""
    fields = {name: 1 for name in Exercise.model_fields if name != "vectors"} | {f"vectors.{embedder_id}.content_hash": 1}
    found = {doc["slug"]: _stored(doc, embedder_id) async for doc in db.exercises.find({"slug": {"$in": list(slugs)}}, fields)}
    return {slug: each for slug, each in found.items() if each}


def _stored(doc: Doc, embedder_id: str) -> Stored | None:
    entry = doc.pop("vectors", {}).get(embedder_id, {})
    try:
        return Stored(Exercise.model_validate(doc), entry.get("content_hash"))
    except ValidationError:
        return None


async def store(db: Database, writes: Sequence[Write], embedder_id: str) -> None:
    """Insert or update, each exercise atomically with its vector; vectors of other embedders stay."""
    updates = []
    for write in writes:
        values: Doc = write.exercise.model_dump(exclude={"vectors"}) | {"text_hash": write.text_hash}
        if write.vector is not None:
            values[f"vectors.{embedder_id}"] = {"vector": encode_vector(write.vector), "content_hash": write.text_hash}
        updates.append(UpdateOne({"slug": write.exercise.slug}, {"$set": values}, upsert=True))
    if updates:
        await db.exercises.bulk_write(updates, ordered=False)
