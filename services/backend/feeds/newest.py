"""What a feed shows that was opened without a prompt: the newest reels."""

from __future__ import annotations

import asyncio

from shared.mongo import subjects, videos, views
from shared.mongo.client import Database
from shared.schemas.feeds import POOL, Ranked


async def newest(db: Database, user_id: str) -> list[Ranked]:
    """Up to POOL reels of open roles, those the user has not seen first, each part newest first; none that they have hidden."""
    reels = await videos.newest_ready(db, POOL)
    keys = [reel.subject_key for reel in reels]
    met, still_open = await asyncio.gather(views.views_among(db, user_id, keys), subjects.sources_of(db, keys))
    hidden, seen = {key for key, view in met.items() if view.hidden}, {key for key, view in met.items() if view.seen}
    ranked = [
        Ranked(
            subject_key=reel.subject_key,
            greenhouse_id=reel.greenhouse_id or reel.subject_key,
            reason="seen_before" if reel.subject_key in seen else "newest",
            seen=reel.subject_key in seen,
        )
        for reel in reels
        if reel.subject_key in still_open and reel.subject_key not in hidden
    ]
    return sorted(ranked, key=lambda one: one.seen)
