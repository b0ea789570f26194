"""What must hold when the dust has settled, whatever happened to the workers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from shared.mongo.client import Database
from shared.schemas.generation import ACTIVE, GenerationJob
from shared.schemas.videos import Video
from shared.storage.base import BlobStore

LEGAL = {
    ("queued", "running"), ("running", "running"), ("running", "queued"), ("running", "uploaded"), ("running", "failed"),
    ("uploaded", "uploaded"), ("uploaded", "indexed"), ("uploaded", "failed"), ("indexed", "indexed"), ("indexed", "ready"),
    ("indexed", "failed"), ("queued", "cancelled"), ("running", "cancelled"), ("uploaded", "cancelled"), ("indexed", "cancelled"),
}  # fmt: skip
"""Steps of the state machine, a claim of the same state included."""


async def broken(db: Database, store: BlobStore, asked: set[str], cancelled: set[str]) -> list[str]:
    """Every broken invariant in words; empty when all hold. `asked`: ids of all acknowledged jobs."""
    jobs = [GenerationJob.model_validate(doc) async for doc in db.generation_jobs.find()]
    videos = [Video.model_validate(doc) async for doc in db.videos.find()]
    there = {blob.key async for blob in store.list("hls")}
    return [*_lost(jobs, asked), *_not_ended(jobs), *_illegal(jobs), *_cancelled(jobs, videos, cancelled), *_videos(jobs, videos, there)]


def _lost(jobs: list[GenerationJob], asked: set[str]) -> Iterator[str]:
    if missing := asked - {job.job_id for job in jobs}:
        yield f"{len(missing)} acknowledged jobs are gone"


def _not_ended(jobs: list[GenerationJob]) -> Iterator[str]:
    for job in jobs:
        if job.status in ACTIVE:
            yield f"job {job.job_id} is still {job.status}"
        elif job.attempt_token or job.claim_at:
            yield f"job {job.job_id} is {job.status} and still held"
        elif job.status == "failed":
            yield f"job {job.job_id} failed: {job.error}"


def _illegal(jobs: list[GenerationJob]) -> Iterator[str]:
    for job in jobs:
        steps: list[dict[str, Any]] = [entry for entry in job.history if entry["event"] != "lease_lost"]
        for before, after in pairwise(steps):
            if (before["status"], after["status"]) not in LEGAL:
                yield f"job {job.job_id} went from {before['status']} to {after['status']}"
        if Counter(entry["event"] for entry in job.history)["uploaded"] > 1:
            yield f"job {job.job_id} was rendered again after its upload"
        attempts = [entry["attempt"] for entry in job.history if entry["event"] == "claimed"]
        if attempts != sorted(set(attempts)):
            yield f"job {job.job_id} has attempts {attempts}"


def _cancelled(jobs: list[GenerationJob], videos: list[Video], cancelled: set[str]) -> Iterator[str]:
    shown = {video.subject for video in videos}
    for job in jobs:
        if job.job_id in cancelled and job.status != "cancelled":
            yield f"job {job.job_id} was cancelled and is {job.status}"
        if job.status == "cancelled" and job.subject in shown and job.history[-2]["status"] in ("queued", "running", "uploaded"):
            yield f"job {job.job_id} was cancelled and has a video"


def _videos(jobs: list[GenerationJob], videos: list[Video], there: set[str]) -> Iterator[str]:
    ready = Counter(video.subject for video in videos if video.status == "ready")
    yield from (f"subject {subject.key} has {count} ready videos" for subject, count in ready.items() if count > 1)
    yield from (f"job {job.job_id} is ready without a video" for job in jobs if job.status == "ready" and job.subject not in ready)
    for video in videos:
        named = {
            video.s3_key,
            video.mp4_key,
            video.poster_key,
            video.captions_key,
            video.s3_key.replace("master.m3u8", "720p/playlist.m3u8"),
        }
        if missing := named - there:
            yield f"video {video.video_id} points at missing {sorted(map(str, missing))}"
