"""A database as the seed lays it out: raw HTML, plain embeddings, no subjects, jobs that expire while they wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from pymongo import ASCENDING, DESCENDING

from shared.mongo.client import Database

NOW = datetime.now(UTC).replace(microsecond=0)
CDN = "https://reels.tor1.cdn.example.com"

ROLES = {
    "g-baker": ("Artisan baker", "acme-bread", "<p>Knead <b>sourdough</b> &amp; shape loaves.</p><ul><li>Start at four.</li></ul>"),
    "g-pastry": ("Pastry baker", "acme-bread", "&lt;p&gt;Laminate croissant dough and bake tarts.&lt;/p&gt;"),
    "g-welder": ("Pipe welder", "pipes_and_co", "<p>Weld stainless pipes on site.</p>"),
    "g-nurse": ("Paediatric nurse", "ward-nine", "<p>Care for children on the ward.</p>"),
    "g-lawyer": ("Immigration lawyer", "visa-help", "<p>Advise families on visas.</p>"),
    "g-closed": ("Florist", "stems", "<p>Bind bouquets.</p>"),
}
EMBEDDED = 768


def embedding(name: str) -> list[float]:
    """Of Gemini's size, but not of unit length."""
    return [float(number) for number in 3 * np.random.default_rng(len(name) + ord(name[2])).standard_normal(EMBEDDED)]


def posting(name: str, **changes: Any) -> dict[str, Any]:
    title, company, html = ROLES[name]
    doc = {"greenhouse_id": name, "company_slug": company, "title": title, "description": html, "embedding": embedding(name)}
    return {**doc, "active": name != "g-closed", "location": {"name": "Ghent, Belgium"}, "departments": [{"name": "Crafts"}], **changes}


def video(name: str, greenhouse_id: str, **changes: Any) -> dict[str, Any]:
    key = f"hls/{name}/master.m3u8"
    doc = {"video_id": name, "greenhouse_id": greenhouse_id, "s3_key": key, "cdn_url": f"{CDN}/{key}", "template_id": "family_guy"}
    return {**doc, "duration_seconds": 31.5, "created_at": NOW - timedelta(days=2), "status": "ready", **changes}


def job(name: str, greenhouse_id: str, status: str, **changes: Any) -> dict[str, Any]:
    doc = {"job_id": name, "greenhouse_id": greenhouse_id, "template_id": "poster", "query_fingerprint": "f" * 16, "user_id": "ann"}
    times = {"created_at": NOW - timedelta(hours=1), "updated_at": NOW - timedelta(minutes=50)}
    return {**doc, **times, "status": status, "output_video_id": f"v-{name}", "retry_count": 0, **changes}


async def lay_out(db: Database) -> None:
    """The seed's collections with its own indexes, and a document of every sort."""
    await db.jobs.insert_many([posting(name) for name in ROLES])
    await db.videos.insert_many(
        [
            video("v-old", "g-baker", created_at=NOW - timedelta(days=9)),
            video("v-new", "g-baker", embedding=embedding("g-baker")),
            video("v-failed", "g-welder", status="failed"),
            video("v-orphan", "g-gone"),
        ]
    )
    await db.generation_jobs.insert_many(
        [
            job("j-queued", "g-welder", "queued"),
            job("j-again", "g-welder", "queued", created_at=NOW - timedelta(minutes=30)),
            job("j-running", "g-nurse", "running", started_at=NOW, worker_id="generator-1"),
            job("j-uploaded", "g-lawyer", "uploaded", template_id="family_guy"),
            job("j-made", "g-baker", "queued"),
            job("j-closed", "g-closed", "queued"),
            job("j-lost", "g-gone-2", "queued"),
            job("j-ready", "g-baker", "ready", completed_at=NOW),
            job("j-failed", "g-nurse", "failed", error="FFmpeg crashed", retry_count=3),
            job("j-odd", "g-nurse", "paused"),
        ]
    )
    await db.user_job_views.insert_many(
        [
            {"user_id": "ann", "greenhouse_id": "g-baker", "seen": False},
            {"user_id": "ann", "greenhouse_id": "g-baker", "seen": True},
            {"user_id": "bob", "greenhouse_id": "g-nurse", "seen": False},
            {"user_id": "bob", "greenhouse_id": "g-gone", "seen": True},
        ]
    )
    await _index(db)


async def _index(db: Database) -> None:
    await db.jobs.create_index("greenhouse_id", unique=True)
    await db.videos.create_index("greenhouse_id")
    await db.videos.create_index("video_id", unique=True)
    await db.videos.create_index([("status", ASCENDING), ("created_at", DESCENDING)])
    await db.generation_jobs.create_index([("status", ASCENDING), ("created_at", ASCENDING)])
    await db.generation_jobs.create_index([("query_fingerprint", ASCENDING), ("greenhouse_id", ASCENDING)])
    await db.generation_jobs.create_index([("user_id", ASCENDING), ("status", ASCENDING)])
    await db.generation_jobs.create_index("created_at", expireAfterSeconds=86_400)


async def dump(db: Database) -> dict[str, Any]:
    """Everything there is, indexes too, by collection."""
    names = sorted(await db.list_collection_names())
    return {name: (await db[name].find({}, sort=[("_id", 1)]).to_list(), await db[name].index_information()) for name in names}
