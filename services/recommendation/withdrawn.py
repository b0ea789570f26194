"""What is not to be shown any more though ranked pools still have it: reels a user has hidden, and reels taken down.

Each process hears of both by a change stream, whoever wrote them. What was said while nobody listened is looked up once a user.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence

from services.recommendation.lines import plain
from shared.mongo import changes, hidden_videos, views
from shared.mongo.client import Database, Doc

_USERS = 20_000
_NOBODY: frozenset[bytes] = frozenset()

_TURNED = [{f"updateDescription.updatedFields.{name}": {"$exists": True}} for name in ("status", "hidden")]
_WHICH: list[Doc] = [
    {
        "$match": {
            "$or": [
                {"ns.coll": {"$in": ["videos", "user_job_views"]}, "operationType": "update", "$or": _TURNED},
                {"ns.coll": "hidden_videos", "operationType": {"$in": ["insert", "update"]}},
            ]
        }
    },
    {"$project": {f"fullDocument.{name}": 1 for name in ("video_id", "status", "user_id", "subject_key", "hidden")}},
]


async def hidden_among(db: Database, user_id: str, names: Sequence[str]) -> set[str]:
    """Which of these subjects, and videos elsewhere, the user has hidden."""
    roles, elsewhere = await asyncio.gather(views.hidden_among(db, user_id, names), hidden_videos.among(db, user_id, names))
    return roles | elsewhere


class Withdrawn:
    """`gone` is called with the id of a reel that is no longer ready, `turned` with a user who has hidden something or shown it again."""

    def __init__(self, gone: Callable[[bytes], None], turned: Callable[[str], Awaitable[None]]) -> None:
        self._gone = gone
        self._turned = turned
        self._hidden: OrderedDict[str, frozenset[bytes]] = OrderedDict()
        self._listening_since = time.time()
        self._looked: dict[str, float] = {}

    def hidden_by(self, user_id: str) -> frozenset[bytes]:
        """Names as they stand in lines."""
        return self._hidden.get(user_id, _NOBODY)

    def hide(self, user_id: str, names: Iterable[str], *, shown_again: Iterable[str] = ()) -> None:
        hidden = self.hidden_by(user_id).union(map(plain, names)).difference(map(plain, shown_again))
        self._hidden[user_id] = hidden
        self._hidden.move_to_end(user_id)
        if len(self._hidden) > _USERS:
            self._hidden.popitem(last=False)

    def is_unsure(self, user_id: str, made_at: float) -> bool:
        """Whether something made then (Unix, s) may have what was hidden while nobody listened."""
        return made_at < self._listening_since and self._looked.get(user_id, 0.0) < self._listening_since

    async def look(self, db: Database, user_id: str, names: Iterable[str]) -> None:
        """Hear what of these was hidden. Raises what the database raises."""
        self.hide(user_id, await hidden_among(db, user_id, list(names)))
        if len(self._looked) > _USERS:
            self._looked.clear()
        self._looked[user_id] = time.time()

    async def follow(self, db: Database) -> None:
        """Listen, for ever."""
        async for change in changes.watch(db, _WHICH):
            if change is None:
                self._listening_since = time.time()
            elif now := change.get("fullDocument"):
                await self._heard(now)

    async def _heard(self, now: Doc) -> None:
        if "user_id" in now:
            key = [now["subject_key"]]
            self.hide(now["user_id"], key if now.get("hidden") else (), shown_again=() if now.get("hidden") else key)
            await self._turned(now["user_id"])
        elif now.get("status") != "ready":
            self._gone(plain(now["video_id"]))
