"""Job documents as the queue writes them, many at a time."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.mongo.client import Doc
from shared.schemas.generation import GenerationJob, Output
from shared.schemas.reels import ReelResult

WORKER = "bench"
REEL = ReelResult(
    duration_seconds=31.4, width=720, height=1280, size_bytes=2_345_678, template_id="poster", script="Knead sourdough every morning. " * 15
)
OUTPUT = Output(prefix="hls/bench", provider="local", url="http://video/media/hls/bench/master.m3u8", source_hash="0" * 64, reel=REEL)


def documents(count: int, **fields: Any) -> Iterator[Doc]:
    """`count` queued jobs of different subjects, due for two minutes and asked for 1 ms apart; `fields` replace theirs."""
    now = datetime.now(UTC)
    job = GenerationJob(
        job_id="", subject_kind="posting", subject_key="", source_hash="0" * 64, template_id="poster", output_video_id="", status="queued",
        greenhouse_id="", query_fingerprint="f" * 64, user_id="", created_at=now, updated_at=now,
        history=({"at": now, "event": "enqueued", "status": "queued"},),
    )  # fmt: skip
    common = job.model_dump(exclude_none=True) | fields
    for number in range(count):
        name = str(uuid.uuid4())
        asked = now + timedelta(milliseconds=number)
        own = {"job_id": name, "subject_key": name, "output_video_id": name, "greenhouse_id": name[:8], "user_id": name[-8:]}
        doc = {"claim_at": asked - timedelta(minutes=2), **common, **own, "created_at": asked}
        yield {field: value for field, value in doc.items() if value is not None}
