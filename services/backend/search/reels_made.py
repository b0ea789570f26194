"""Which posting subjects have a reel, kept in this process: every search asks it of two hundred."""

from __future__ import annotations

from collections.abc import Collection

from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import changes, videos
from shared.mongo.client import Database, Doc, translated

log = get_logger(__name__)

_BROKEN: Doc = {"operationType": "broken"}
_TOLD = ("operationType", "fullDocument.subject_kind", "fullDocument.subject_key", "fullDocument.status")
_WHICH: list[Doc] = [*changes.of(["videos"], {}), {"$project": dict.fromkeys(_TOLD, 1)}]


class ReelsMade:
    """In step with the database through its changes, some milliseconds behind; about 15 MB for 100,000. Where it cannot be in step the
    database is asked."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._keys: set[str] | None = None

    async def among(self, subject_keys: Collection[str]) -> set[str]:
        """Those of these that have one."""
        if self._keys is None:
            return await videos.with_reels(self._db, subject_keys)
        return self._keys.intersection(subject_keys)

    async def follow(self) -> None:
        """Keep up, for ever."""
        async for change in changes.watch(self._db, _WHICH, broken=_BROKEN):
            if change is None or change["operationType"] == "delete":  # a deleted one does not say whose it was
                self._keys = None
                await self._read()
            elif change == _BROKEN:
                self._keys = None
            else:
                self._note(change.get("fullDocument") or {})

    async def _read(self) -> None:
        """What changes meanwhile comes after it, in its order."""
        try:
            with translated():
                self._keys = await videos.all_with_reels(self._db)
        except Unavailable as error:
            log.warning("reels_made_not_read", error=error.message)

    def _note(self, video: Doc) -> None:
        """One that is superseded comes before the one in its place."""
        if self._keys is None or video.get("subject_kind") != "posting":
            return
        if video["status"] == "ready":
            self._keys.add(video["subject_key"])
        else:
            self._keys.discard(video["subject_key"])
