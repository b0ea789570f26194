"""What a search falls back on when the database is away: reels kept in memory, and what each search found when all was well."""

from __future__ import annotations

import asyncio
import random
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import postings, subjects, videos
from shared.mongo.client import Database, within_a_request
from shared.schemas.postings import Subject, group_by_subject
from shared.schemas.videos import Video

log = get_logger(__name__)

_KEPT = 300
_USERS = 2_000
_REFRESH_S = 30.0
_RETRY_S = 1.0

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True)
class Reel:
    """A reel with the postings it is for: all that a result is made of."""

    video: Video
    subject: Subject

    @property
    def greenhouse_id(self) -> str:
        return self.video.greenhouse_id or self.subject.first.greenhouse_id


class Recent(Generic[K, V]):
    """The last `size` values put in, the least lately used going first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def put(self, key: K, value: V) -> None:
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)


class Standby:
    """The newest reels and those of FALLBACK_VIDEO_IDS, read again every half minute; what was read last stays when that fails."""

    def __init__(self, db: Database, fallback_ids: Sequence[str]) -> None:
        self._db = db
        self._fallback_ids = tuple(fallback_ids)
        self._newest: dict[str, Reel] = {}
        self._fallback: tuple[Reel, ...] = ()
        self._hidden: Recent[str, frozenset[str]] = Recent(_USERS)

    async def follow(self) -> None:
        """Keep up, for ever."""
        while True:
            try:
                await self.refresh()
                await asyncio.sleep(_REFRESH_S)
            except Unavailable as error:
                log.warning("standby_waiting", error=error.message)
                await asyncio.sleep(_RETRY_S)

    async def refresh(self) -> None:
        """Raises Unavailable when the database does not answer."""
        with within_a_request():
            newest = await videos.newest_ready(self._db, _KEPT)
            self._newest = await self._open(newest)
            if self._fallback_ids and not self._fallback:
                self._fallback = await self._named()

    async def _named(self) -> tuple[Reel, ...]:
        """In the order of the setting, whether or not one can still apply: the last resort. What it names wrongly is said."""
        found = {video.video_id: video for video in await videos.playable(self._db, self._fallback_ids)}
        known = await subjects.with_closed(self._db, {video.subject_key for video in found.values()})
        named = [found[video_id] for video_id in self._fallback_ids if video_id in found]
        reels = [Reel(video, known[video.subject]) for video in named if video.subject in known]
        if unknown := set(self._fallback_ids) - {reel.video.video_id for reel in reels}:
            log.warning("fallback_videos_unknown", video_ids=sorted(unknown))
        return tuple(reels)

    async def _open(self, newest: Sequence[Video]) -> dict[str, Reel]:
        known = group_by_subject(await postings.active_of(self._db, {video.subject_key for video in newest}, texts=False))
        return {video.subject_key: Reel(video, known[video.subject]) for video in newest if video.subject in known}

    def hide(self, user_id: str, names: Iterable[str], *, shown_again: Iterable[str] = ()) -> None:
        """Bear in mind which subjects or reels a user never wants to see again, by subject key or video id, as far as this process learns
        of it: the database, which knows them all, is what may be away."""
        hidden = self.hidden_by(user_id).union(names).difference(shown_again)
        if hidden != self.hidden_by(user_id):
            self._hidden.put(user_id, hidden)

    def hidden_by(self, user_id: str) -> frozenset[str]:
        return self._hidden.get(user_id) or frozenset()

    def of(self, user_id: str, subject_keys: Iterable[str]) -> list[Reel]:
        """Those of these posting subjects that are kept, in the order asked."""
        return self._shown_to(user_id, (self._newest[key] for key in subject_keys if key in self._newest))

    def newest(self, user_id: str, limit: int) -> list[Reel]:
        return self._shown_to(user_id, self._newest.values())[:limit]

    def any(self, user_id: str, limit: int) -> list[Reel]:
        """Reels at random; where there are none, those of FALLBACK_VIDEO_IDS."""
        kept = self._shown_to(user_id, self._newest.values())
        return random.sample(kept, min(limit, len(kept))) or self._shown_to(user_id, self._fallback)[:limit]

    def _shown_to(self, user_id: str, reels: Iterable[Reel]) -> list[Reel]:
        hidden = self.hidden_by(user_id)
        return [reel for reel in reels if hidden.isdisjoint((reel.video.subject_key, reel.video.video_id))]
