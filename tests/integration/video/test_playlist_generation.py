"""A clip a playlist lacks is made by a real worker, and the next playlist has it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2

from services.generator.stages import Workshop
from services.generator.worker import Worker
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes
from shared.settings import Queue, Settings
from shared.storage.open import open_local
from tests.integration.video.playlist_steps import ASKED, add_clips, add_exercise, clip

PATIENCE_S = 120


async def test_what_is_missing_is_made_for_the_next_playlist(
    client: httpx2.AsyncClient, db: Database, settings: Settings, tmp_path: Path
) -> None:
    await create_indexes(db)
    await add_exercise(db, "push-ups")
    await add_clips(db, clip("t", "technique", "push-ups"))
    asked = {**ASKED, "exercises": ["push-ups"]}
    lacking = (await client.post("/playlists", json=asked)).json()
    assert (lacking["complete"], [item["kind"] for item in lacking["items"]]) == (False, ["technique"])
    (missing,) = lacking["missing"]
    assert (missing["kind"], missing["generation"]) == ("instruction", "created")
    await _work(db, settings, tmp_path, missing["job_id"])
    playlist = (await client.post("/playlists", json=asked)).json()
    assert (playlist["complete"], playlist["missing"]) == (True, [])
    assert (playlist["seed"], playlist["items"][0]) == (lacking["seed"], lacking["items"][0])
    assert playlist["catalog_revision"] != lacking["catalog_revision"]
    made = playlist["items"][1]
    assert (made["kind"], made["level"], made["archetype"], made["clip_id"]) == (
        "instruction",
        1,
        "professional",
        "reel:push-ups:instruction:professional:en",
    )
    for url in (made["url"], made["hls_url"]):
        played = await client.get(url.removeprefix("http://video.test"))
        assert played.status_code == 200, url
        assert len(played.content) > 100


async def _work(db: Database, settings: Settings, folder: Path, job_id: str) -> None:
    """A worker that keeps what it makes where the service looks for it, until this job has ended."""
    queue = Queue(worker_poll_interval_s=0.5, reel_max_seconds=3)
    (folder / "work").mkdir()
    worker = Worker(Workshop(db, open_local(settings), queue, folder / "work"), "w1")
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(PATIENCE_S):
        while (await db.generation_jobs.find_one({"job_id": job_id}))["status"] != "ready":  # type: ignore[index]
            await asyncio.sleep(0.02)
    worker.stop()
    await running
