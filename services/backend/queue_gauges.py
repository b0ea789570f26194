"""How deep and how old the queue is, for Prometheus: looked up every few seconds, so that a scrape costs nothing."""

from __future__ import annotations

import asyncio

from shared import metrics
from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import generation_stats
from shared.mongo.client import Database, translated

log = get_logger(__name__)

EVERY_S = 5.0


async def follow(db: Database) -> None:
    """Keep the gauges in step, for ever; while the database is away they keep their last values."""
    while True:
        try:
            with translated():
                counts = await generation_stats.count_by_status(db)
                oldest = await generation_stats.oldest_queued(db)
        except Unavailable as error:
            log.warning("gauges_stale", error=error.message)
        else:
            for status, count in counts.items():
                metrics.QUEUE_DEPTH.labels(status).set(count)
            metrics.OLDEST_QUEUED.set(oldest.total_seconds() if oldest else 0)
        await asyncio.sleep(EVERY_S)
