"""Subjects: what they are stored as, and those of postings as an operator names them: by posting, by company, the newest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pymongo import DESCENDING

from shared.mongo.client import Database, Doc
from shared.schemas.postings import Posting, Subject, group_by_subject
from shared.schemas.subjects import SubjectId


def where(subject: SubjectId) -> Doc:
    """Filter for all that is of this subject."""
    return {"subject_kind": subject.kind, "subject_key": subject.key}


async def of_postings(db: Database, greenhouse_ids: Sequence[str]) -> dict[str, str]:
    """The subject's key of each posting there is, open or closed, by greenhouse_id."""
    found = db.jobs.find({"greenhouse_id": {"$in": list(greenhouse_ids)}}, {"_id": 0, "greenhouse_id": 1, "subject_key": 1})
    return {doc["greenhouse_id"]: doc["subject_key"] async for doc in found}


async def sources_of(db: Database, keys: Iterable[str]) -> dict[str, str]:
    """The source hash of each of these subjects that is open, as Subject has it, without loading any text."""
    postings = db.jobs.find(
        {"subject_key": {"$in": list(keys)}, "active": True}, {"_id": 0, "subject_key": 1, "greenhouse_id": 1, "content_hash": 1}
    )
    first = sorted([doc async for doc in postings], key=lambda doc: str(doc["greenhouse_id"]), reverse=True)
    return {doc["subject_key"]: doc["content_hash"] for doc in first}


async def with_closed(db: Database, keys: Iterable[str]) -> dict[SubjectId, Subject]:
    """These subjects with all their postings, open and closed, in one query."""
    found = db.jobs.find({"subject_key": {"$in": list(keys)}}, {"vectors": 0})
    return group_by_subject([Posting.model_validate(doc) async for doc in found])


async def of_company(db: Database, company_slug: str, after: str, limit: int) -> list[str]:
    """Keys of the company's open subjects in their order, up to `limit` that follow `after`."""
    pipeline: list[dict[str, Any]] = [
        {"$match": {"company_slug": company_slug, "active": True, "subject_key": {"$gt": after}}},
        {"$group": {"_id": "$subject_key"}},
        {"$sort": {"_id": 1}},
        {"$limit": limit},
    ]
    return [doc["_id"] async for doc in await db.jobs.aggregate(pipeline)]


async def newest(db: Database, count: int) -> list[str]:
    """Keys of the `count` open subjects published last."""
    keys: dict[str, None] = {}
    async with db.jobs.find({"active": True}, {"_id": 0, "subject_key": 1}).sort("first_published", DESCENDING) as found:
        async for doc in found:
            keys[doc["subject_key"]] = None
            if len(keys) == count:
                break
    return list(keys)
