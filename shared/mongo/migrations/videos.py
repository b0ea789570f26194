"""The seed's videos: HLS on DigitalOcean Spaces, made for a posting, without MP4, captions or subject."""

from __future__ import annotations

from typing import Any

from pymongo import ASCENDING, UpdateOne

from shared.mongo.client import Database, Doc
from shared.mongo.migrations.base import Context, Counts, Migration, Tell, batches, count, keep_originals, postings_of, subject_key
from shared.schemas.reels import LAYOUT, POSTING_TEMPLATE_IDS, TEMPLATE_IDS

_BY_SEED: Doc = {"subject_key": {"$exists": False}}
_WIDTH, _HEIGHT = 720, 1280  # the seed's only rendition
_PROVIDER = "spaces"


async def _plan(db: Database) -> Counts:
    return await count(db.videos, _BY_SEED, "videos")


async def _apply(db: Database, _: Context, tell: Tell) -> None:
    """The newest of a subject's ready videos stays; the others are superseded, as the seed made several where two searches met."""
    taken = {doc["subject_key"] async for doc in db.videos.find({"subject_kind": "posting", "status": "ready"}, {"subject_key": 1})}
    async for batch in batches(db.videos, _BY_SEED, sort=[("created_at", -1), ("_id", ASCENDING)]):
        postings = await postings_of(db, batch)
        await keep_originals(db, "videos", SEED_VIDEOS.name, [(doc, ("template_id", "status", "embedding")) for doc in batch])
        updates = []
        for doc in batch:
            key = subject_key(doc, postings)
            values = video_fields(doc, key, postings.get(str(doc.get("greenhouse_id"))), taken=key in taken)
            taken |= {key} if values["status"] == "ready" else set()
            updates.append(UpdateOne({"_id": doc["_id"]}, {"$set": values, "$unset": {"embedding": ""}}))
        await db.videos.bulk_write(updates, ordered=False)
        await tell(len(batch))


def video_fields(doc: Doc, key: str, posting: Doc | None, *, taken: bool) -> dict[str, Any]:
    """PURE: what a seed's video lacks. It counts as made from its posting's present text; a failed one is never shown.

    0 bytes and an empty script mean: not known.
    """
    folder, playlist = f"hls/{doc['video_id']}", LAYOUT["playlist"]
    s3_key = doc.get("s3_key") or f"{folder}/{playlist}"
    status = doc.get("status", "ready")
    return {
        "subject_kind": "posting",
        "subject_key": key,
        "source_hash": (posting or {}).get("content_hash", ""),
        "provider": _PROVIDER,
        "s3_key": s3_key,
        "cdn_url": doc.get("cdn_url") or s3_key,
        "poster_key": f"{s3_key.rpartition('/')[0] or folder}/{LAYOUT['poster']}",
        "mp4_key": None,
        "captions_key": None,
        "renditions": ["720p"],
        "width": _WIDTH,
        "height": _HEIGHT,
        "size_bytes": 0,
        "duration_seconds": float(doc.get("duration_seconds") or 0),
        "template_id": doc.get("template_id") if doc.get("template_id") in TEMPLATE_IDS else POSTING_TEMPLATE_IDS[0],
        "script": "",
        "status": ("superseded" if taken else "ready") if status == "ready" else "taken_down",
        "created_at": doc.get("created_at") or doc["_id"].generation_time,
    }


SEED_VIDEOS = Migration("0005-seed-videos", "gives the seed's videos their subjects, so that searches find them", _plan, _apply)
