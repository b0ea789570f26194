"""A made-up library: postings and their reels, as many as wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from shared.mongo.client import Database, Doc
from shared.mongo.indexes import create_indexes

_BATCH = 5_000
_COMPANIES = 400
_NOW = datetime(2026, 6, 1, tzinfo=UTC)


async def store(db: Database, count: int, vectors: Sequence[Doc] = ()) -> None:
    """`vectors`: what each posting has in its field of that name."""
    await create_indexes(db)
    numbers = iter(range(count))
    while batch := list(islice(numbers, _BATCH)):
        await db.jobs.insert_many([{**posting(n), "vectors": vectors[n] if vectors else {}} for n in batch], ordered=False)
        await db.videos.insert_many(list(map(video, batch)), ordered=False)


def posting(number: int) -> Doc:
    return {
        "greenhouse_id": str(number), "company_slug": f"c{number % _COMPANIES}", "company_name": f"Company {number % _COMPANIES}",
        "subject_key": subject(number), "title": f"Engineer of things {number}", "description": "", "places": ["Berlin", "Paris"],
        "department_keys": ["engineering"], "content_hash": str(number), "active": True, "changed_at": _NOW,
        "first_published": _NOW - timedelta(minutes=number),
    }  # fmt: skip


def video(number: int) -> Doc:
    name = video_id(number)
    return {
        "video_id": name, "greenhouse_id": str(number), "subject_kind": "posting", "subject_key": subject(number),
        "source_hash": str(number), "provider": "local", "s3_key": f"hls/{name}/master.m3u8", "cdn_url": "",
        "mp4_key": f"hls/{name}/reel.mp4", "captions_key": f"hls/{name}/captions.vtt", "poster_key": f"hls/{name}/poster.jpg",
        "width": 720, "height": 1280, "size_bytes": 4_000_000, "duration_seconds": 30.0, "template_id": "poster", "script": "",
        "status": "ready", "created_at": _NOW - timedelta(minutes=number),
    }  # fmt: skip


def subject(number: int) -> str:
    return f"c{number % _COMPANIES}:{number}"


def video_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def paths(users: int, start: int = 0) -> Iterator[str]:
    """Of the recommendations of so many users."""
    return (f"/api/v1/video/recommendations/user-{number}?max_results=20" for number in range(start, start + users))
