"""A small catalogue of roles, and reels for them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from services.backend.postings.importer import Row, Source, import_postings
from shared.embeddings.base import Embedder
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes

ROLES = {
    "baker": ("Artisan baker", "Knead sourdough, shape loaves and run the ovens from four in the morning."),
    "pastry": ("Pastry baker", "Laminate croissant dough, bake tarts and teach two apprentices the ovens."),
    "python": ("Python backend engineer", "Write Python services, design APIs and own our PostgreSQL databases."),
    "nurse": ("Paediatric nurse", "Care for children on the ward, give medication and comfort families."),
    "welder": ("Pipe welder", "Weld stainless pipes on site, read drawings and check every seam."),
    "lawyer": ("Immigration lawyer", "Advise families on visas, draft appeals and stand up for them in court."),
    "florist": ("Florist", "Bind bouquets, choose flowers at the market and decorate weddings."),
}


async def imported(db: Database, embedder: Embedder, *rows: dict[str, Any]) -> None:
    await create_indexes(db)
    summary = await import_postings(db, embedder, Source([Row(str(i), row) for i, row in enumerate(rows)]))
    assert summary.new == len(rows), summary


def row(key: str, **changes: Any) -> dict[str, Any]:
    title, body = ROLES[key]
    return {"id": key, "title": title, "company_name": "Oven & Co", "location": {"name": "Ghent"}, "content": f"<p>{body}</p>", **changes}


async def give_reel(db: Database, key: str) -> None:
    posting = await db.jobs.find_one({"greenhouse_id": key})
    assert posting
    await db.videos.insert_one(
        {
            "video_id": f"v-{key}", "greenhouse_id": key, "subject_kind": "posting", "subject_key": posting["subject_key"],
            "source_hash": posting["content_hash"], "provider": "local", "s3_key": f"hls/v-{key}/master.m3u8", "cdn_url": "http://x/m",
            "mp4_key": f"hls/v-{key}/reel.mp4", "captions_key": "c", "poster_key": "p", "width": 720, "height": 1280, "size_bytes": 1,
            "duration_seconds": 30.0, "template_id": "poster", "script": "…", "status": "ready", "created_at": datetime.now(UTC),
        }
    )  # fmt: skip
