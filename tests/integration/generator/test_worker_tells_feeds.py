"""A real worker brings what it made, and what it could not make, to the feeds that wait for it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from services.generator.stages import Workshop
from services.generator.worker import Worker
from shared.mongo import feeds, videos
from shared.mongo.client import Database
from shared.mongo.feeds import NewFeed
from shared.mongo.indexes import create_indexes
from shared.settings import Queue
from shared.storage.local import LocalStore
from tests.integration.feed_steps import keys, wanted
from tests.integration.queue_steps import stored

SETTINGS = Queue(max_user_concurrent_jobs=1, reel_max_seconds=2, worker_poll_interval_s=0.5)
BODY = "<p>We bake for two hundred families.</p><ul><li>Knead sourdough by hand every morning before the town wakes up</li></ul>"
PATIENCE_S = 60


async def test_with_one_slot_a_feed_gets_the_reels_that_can_be_made(db: Database, tmp_path: Path) -> None:
    await create_indexes(db)
    await stored(db, "silent", content="")
    for key in ("first", "second"):
        await stored(db, key, content=BODY)
    opened = await feeds.open_feed(db, NewFeed("ann", 1, wanted=wanted("silent", "first", "second"), deficit=2), SETTINGS)
    assert keys(opened.feed.pending) == ["silent"]
    (tmp_path / "work").mkdir()
    worker = Worker(Workshop(db, LocalStore(tmp_path / "media", "http://video/media"), SETTINGS, tmp_path / "work"), "w1")
    working = asyncio.create_task(worker.run())
    try:
        async with asyncio.timeout(PATIENCE_S):
            while (feed := await feeds.get(db, opened.feed.feed_id)) and feed.coming:
                await asyncio.sleep(0.02)
    finally:
        worker.stop()
        await working
    assert feed
    assert keys(feed.items) == ["first", "second"]
    assert await videos.with_reels(db, ["silent", "first", "second"]) == {"first", "second"}
