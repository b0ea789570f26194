"""Every index of the database, created in one place; a test reads them back."""

from __future__ import annotations

from collections.abc import Iterable

from pymongo import ASCENDING, DESCENDING, TEXT, IndexModel

from shared.mongo.client import Database
from shared.mongo.long_tasks import task_indexes
from shared.schemas.clips import GLOBAL_KINDS
from shared.schemas.generation import ACTIVE

_ACTIVE = {"status": {"$in": list(ACTIVE)}}
_ENDED = {"completed_at": {"$exists": True}}
_FAILED = {"failure.code": {"$exists": True}}
_CANDIDATE = ("archetype", "clip_id", "available")

INDEXES: dict[str, list[IndexModel]] = {
    "jobs": [
        IndexModel("greenhouse_id", unique=True, name="greenhouse_id"),
        IndexModel([("subject_key", ASCENDING), ("active", ASCENDING)], name="subject"),
        IndexModel([("company_slug", ASCENDING), ("active", ASCENDING)], name="company"),
        IndexModel("changed_at", name="changed"),
        IndexModel([("active", ASCENDING), ("first_published", DESCENDING)], name="newest"),
    ],
    "videos": [
        IndexModel("video_id", unique=True, name="video_id"),
        IndexModel("greenhouse_id", name="greenhouse_id"),
        IndexModel([("status", ASCENDING), ("created_at", DESCENDING)], name="newest"),
        IndexModel(
            [("subject_kind", ASCENDING), ("subject_key", ASCENDING)],
            unique=True,
            partialFilterExpression={"status": "ready"},
            name="one_ready_per_subject",
        ),
        # which of many subjects have a reel is answered from the index alone
        IndexModel([("subject_kind", ASCENDING), ("subject_key", ASCENDING), ("status", ASCENDING)], name="by_subject"),
    ],
    "generation_jobs": [
        IndexModel("job_id", unique=True, name="job_id"),
        IndexModel([("status", ASCENDING), ("created_at", ASCENDING)], name="by_status"),
        IndexModel([("query_fingerprint", ASCENDING), ("greenhouse_id", ASCENDING)], name="by_wish"),
        IndexModel([("user_id", ASCENDING), ("status", ASCENDING)], name="by_user"),
        IndexModel("claim_at", partialFilterExpression=_ACTIVE, name="claim"),
        IndexModel("subject_kind", partialFilterExpression={**_ACTIVE, "priority": "playlist"}, name="asked_by_playlists"),
        IndexModel(
            [("subject_kind", ASCENDING), ("subject_key", ASCENDING)],
            unique=True,
            partialFilterExpression=_ACTIVE,
            name="one_active_per_subject",
        ),
        IndexModel(
            [("user_id", ASCENDING), ("user_slot", ASCENDING)],
            unique=True,
            partialFilterExpression={**_ACTIVE, "user_slot": {"$type": "int"}},
            name="one_active_per_slot",
        ),
        IndexModel("expires_at", expireAfterSeconds=0, name="expiry"),
        # the operator's questions; those about what has ended cost a job in work nothing
        IndexModel("created_at", name="created"),
        IndexModel([("subject_key", ASCENDING), ("created_at", DESCENDING)], name="by_subject"),
        IndexModel([("status", ASCENDING), ("completed_at", DESCENDING)], partialFilterExpression=_ENDED, name="ended"),
        IndexModel([("failure.code", ASCENDING), ("created_at", DESCENDING)], partialFilterExpression=_FAILED, name="by_error"),
    ],
    "boards": [IndexModel("board", unique=True, name="board")],
    "imports": task_indexes(),
    "tasks": task_indexes(),
    "migrations": [IndexModel("name", unique=True, name="name")],
    "embedders": [IndexModel("embedder_id", unique=True, name="embedder_id")],
    "import_uploads": [
        IndexModel("upload", unique=True, name="upload"),
        IndexModel("expires_at", expireAfterSeconds=0, name="expiry"),
    ],
    "admin_audit": [IndexModel([("at", DESCENDING)], name="newest")],
    "subject_blocks": [
        IndexModel([("subject_kind", ASCENDING), ("subject_key", ASCENDING)], unique=True, name="subject"),
        IndexModel("until", expireAfterSeconds=0, name="expiry"),
    ],
    "queue_controls": [IndexModel("expires_at", expireAfterSeconds=0, name="expiry")],
    "workers": [
        IndexModel("worker_id", unique=True, name="worker_id"),
        IndexModel("at", expireAfterSeconds=3600, name="expiry"),
    ],
    "user_job_views": [
        IndexModel([("user_id", ASCENDING), ("greenhouse_id", ASCENDING)], unique=True, name="view"),
        IndexModel([("user_id", ASCENDING), ("subject_kind", ASCENDING), ("subject_key", ASCENDING)], name="by_subject"),
    ],
    "feeds": [
        IndexModel("expires_at", expireAfterSeconds=0, name="expiry"),
        IndexModel("pending.subject_key", partialFilterExpression={"pending.subject_key": {"$exists": True}}, name="waiting_for"),
        IndexModel("user_id", partialFilterExpression={"unmet.0": {"$exists": True}}, name="wanting"),
    ],
    "exercises": [
        IndexModel("slug", unique=True, name="slug"),
        IndexModel([("muscles", ASCENDING), ("active", ASCENDING)], name="by_muscle"),
    ],
    "clips": [
        IndexModel("clip_id", unique=True, name="clip_id"),
        # the clips a playlist could use are answered from the indexes alone; those of no exercise have theirs, as null never is
        IndexModel([(field, ASCENDING) for field in ("exercise_slug", "locale", "kind", *_CANDIDATE)], name="by_exercise"),
        IndexModel(
            [(field, ASCENDING) for field in ("kind", "locale", "exercise_slug", *_CANDIDATE)],
            partialFilterExpression={"kind": {"$in": list(GLOBAL_KINDS)}},
            name="globals",
        ),
        IndexModel([("provider", ASCENDING), ("available", ASCENDING)], name="by_provider"),
        IndexModel("checked_at", name="longest_unchecked"),
    ],
    "workout_plans": [
        IndexModel("plan_id", unique=True, name="plan_id"),
        IndexModel([("user_id", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)], name="newest"),
    ],
    "workout_routines": [
        IndexModel("routine_id", unique=True, name="routine_id"),
        IndexModel([("user_id", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)], name="newest"),
        IndexModel([("user_id", ASCENDING), ("user_requirements", TEXT)], name="by_words"),  # a user's own alone are looked through
        IndexModel([("intensity_level", ASCENDING), ("created_at", DESCENDING)], name="by_intensity"),
        IndexModel([("created_at", DESCENDING)], name="created"),
        IndexModel("exercise_ids", name="by_exercise"),
        IndexModel("clip_ids", name="by_clip"),
    ],
    "watch_events": [
        IndexModel([("user_id", ASCENDING), ("at", DESCENDING)], name="history"),
    ],
    "rec_sessions": [IndexModel("expires_at", expireAfterSeconds=0, name="expiry")],
    "prefetches": task_indexes(),
    "youtube_topics": [
        IndexModel("videos.video_id", name="by_video"),
        IndexModel("expires_at", expireAfterSeconds=0, name="expiry"),
    ],
    "saved_reels": [IndexModel([("user_id", ASCENDING), ("saved", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)], name="newest")],
    "reports": [
        IndexModel([("video_id", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)], name="of_reel"),
        IndexModel([("at", DESCENDING), ("_id", DESCENDING)], name="newest"),
    ],
}


async def create_indexes(db: Database, collections: Iterable[str] = INDEXES) -> None:
    """Idempotent; a service calls it when it starts."""
    for collection in collections:
        await db[collection].create_indexes(INDEXES[collection])


async def missing_indexes(db: Database) -> list[str]:
    """What `create_indexes` would create, as collection.name."""
    missing = []
    for collection, models in INDEXES.items():
        there = await db[collection].index_information()
        missing += [f"{collection}.{model.document['name']}" for model in models if model.document["name"] not in there]
    return missing
