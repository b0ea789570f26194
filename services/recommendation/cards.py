"""What a screen shows of each video, as JSON that is ready to be sent: read once, for whoever is shown it.

A card is used for a minute without looking, and for as long as it is kept while the database is away.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from services.recommendation.lines import name_of, plain
from services.recommendation.schemas import Card, Posting
from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import postings, videos, youtube_topics
from shared.mongo.client import Database, within_a_request
from shared.schemas.postings import Subject, group_by_subject
from shared.schemas.videos import Video
from shared.schemas.youtube import YouTubeVideo
from shared.storage.base import BlobStore
from shared.storage.urls import reel_urls

log = get_logger(__name__)

_FRESH_S = 60.0
_KEPT = 50_000
_LOOK_UP_S = 1.0


class Cards:
    """By video id as it stands in lines. A card is a JSON object without its closing brace: what is said of it to one user is added."""

    def __init__(self, db: Database, store: BlobStore, *, fresh_s: float = _FRESH_S) -> None:
        self._db = db
        self._store = store
        self._fresh_s = fresh_s
        self._kept: OrderedDict[bytes, tuple[bytes | None, float]] = OrderedDict()
        self.withdrawals = 0

    def at_hand(self, ids: Sequence[bytes]) -> list[bytes | None] | None:
        """The card of each, None for those that are not to be shown (any more); None in all: some have to be looked up."""
        now, found = time.monotonic(), []
        for video_id in ids:
            card, until = self._kept.get(video_id, (None, 0.0))
            if until <= now:
                return None
            found.append(card)
        return found

    async def of(self, ids: Sequence[bytes]) -> list[bytes | None]:
        """As `at_hand`, looked up where need be; what is kept will do while the database is away. Raises Unavailable where nothing is."""
        found = self.at_hand(ids)
        if found is not None:
            return found
        try:
            await self._look_up(ids)
        except Unavailable as error:
            kept = [self._kept.get(video_id, (None, 0.0))[0] for video_id in ids]
            if not any(kept):
                raise
            log.warning("cards_not_looked_up", error=error.message)
            return kept
        return [self._kept[video_id][0] for video_id in ids]

    def fresh_until(self, ids: Iterable[bytes]) -> float:
        """When the first of these has to be looked up again (monotonic, s)."""
        return min((self._kept.get(video_id, (None, 0.0))[1] for video_id in ids), default=time.monotonic() + self._fresh_s)

    def withdraw(self, video_id: bytes) -> None:
        """It is not to be shown any more; `withdrawals` counts them."""
        self.withdrawals += 1
        if video_id in self._kept:
            self._kept[video_id] = (None, time.monotonic() + self._fresh_s)

    async def _look_up(self, ids: Sequence[bytes]) -> None:
        now = time.monotonic()
        wanted = [video_id for video_id in ids if self._kept.get(video_id, (None, 0.0))[1] <= now]
        cards = {plain(card.video_id): _opened(card) for card in await self._read([name_of(video_id) for video_id in wanted])}
        for video_id in wanted:
            self._kept[video_id] = (cards.get(video_id), now + self._fresh_s)
            self._kept.move_to_end(video_id)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    async def _read(self, ids: Sequence[str]) -> list[Card]:
        with within_a_request(_LOOK_UP_S):
            playable = await videos.playable(self._db, ids)
            found = await postings.active_of(self._db, {video.subject_key for video in playable}, texts=False)
            others = set(ids) - {video.video_id for video in playable}
            elsewhere = await youtube_topics.videos(self._db, others) if others else []
        subjects = group_by_subject(found)
        ours = (_of_reel(video, subjects[video.subject], self._store) for video in playable if video.subject in subjects)
        return [*ours, *map(_of_youtube, elsewhere)]


def _opened(card: Card) -> bytes:
    return card.model_dump_json().encode()[:-1]


def _of_reel(video: Video, subject: Subject, store: BlobStore) -> Card:
    """PURE."""
    first = next((posting for posting in subject.postings if posting.greenhouse_id == video.greenhouse_id), subject.first)
    return Card(
        video_id=video.video_id,
        kind="reel",
        title=first.title,
        company_name=first.company_name,
        **vars(reel_urls(video, store)),
        page_url=None,
        **video.model_dump(include={"duration_seconds", "width", "height", "credits"}),
        posting=Posting(
            places=subject.places,
            remote=any(posting.remote for posting in subject.postings),
            **first.model_dump(include=set(Posting.model_fields) - {"places", "remote"}),
        ),
    )


def _of_youtube(video: YouTubeVideo) -> Card:
    """PURE."""
    return Card(
        video_id=video.video_id,
        kind="youtube",
        title=video.title,
        company_name=video.channel,
        playback_url=None,
        mp4_url=None,
        captions_url=None,
        page_url=f"https://www.youtube.com/watch?v={video.video_id}",
        credits=(f"{video.channel}, YouTube",),
        posting=None,
        **video.model_dump(include={"poster_url", "duration_seconds", "width", "height"}),
    )
