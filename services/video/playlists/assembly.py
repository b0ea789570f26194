"""Finding the clips of one day: two queries, three or four where some are missing; and a question to a provider for each clip on the way
that nobody has looked at.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from itertools import chain

from services.video.playlists.builder import Book, Candidate, Limits, Near, Place, ends_sure, places, wants_similar
from services.video.playlists.similar import Similar
from shared.errors import InvalidInput, NotFound, Unavailable
from shared.logging import get_logger
from shared.mongo import playlist_clips
from shared.mongo.client import Database
from shared.schemas.clips import Clip
from shared.schemas.locales import fallbacks
from shared.schemas.playlists import Day, Row
from shared.settings import Playlists
from shared.storage.playback import Playbacks

log = get_logger(__name__)

ASKING_S = 2.5
"""All that one playlist waits for providers: what they have not said by then counts as no, this time. Longer than one of them may take
(CLIP_CHECK_TIMEOUT_S), so that one that hangs is found out and left to rest."""

Ask = Callable[[Clip], Awaitable[bool | None]]
"""Whether a clip nobody has looked at can be played; None where nobody can say. Raises Unavailable and InvalidInput, too, for a provider
that this process cannot ask or does not know."""
Shortlists = dict[Place, list[Candidate]]


class Assembly:
    """One playlist while it is put together. After `run`: `rows` by clip_id are all clips considered, with what became known of them;
    `clips` those that were read whole; `urls` of those that can be played; `near` the similar exercises that were looked at; `unsaid` the
    clips of which nobody could say whether they can be played."""

    def __init__(self, db: Database, playbacks: Playbacks, similar: Similar, ask: Ask, settings: Playlists, day: Day) -> None:
        self._db, self._playbacks, self._similar, self._ask_about, self._day = db, playbacks, similar, ask, day
        self._limits = Limits(settings.playlist_fallback_max_candidates, 1 + settings.playlist_storage_retry)
        self.places = places(day, settings.playlist_mistake_prob)
        self.rows: dict[str, Row] = {}
        self.clips: dict[str, Clip] = {}
        self.urls: dict[str, str] = {}
        self.near: Near = {}
        self.unsaid: set[str] = set()
        self._spoken = fallbacks(day.locale)
        self._asking_s = ASKING_S

    async def run(self, *, similar_for_required: bool, unknown_is_error: bool) -> dict[Place, Candidate | None]:
        """What is played at every place, in order.

        Raises Unavailable, and NotFound for exercises that there are not, unless those are to be passed over.
        """
        await self._prefetch()
        if unknown_is_error:
            await self._refuse_unknown()
        shortlists = self._shortlists()
        unsure = frozenset(place for place in self.places if wants_similar(place, shortlists[place], also_required=similar_for_required))
        if unsure:
            await self._look_at_similar(unsure)
            shortlists = self._shortlists(unsure)
        await self._try(shortlists)
        for _ in range(self._limits.asks - 1):
            if self._all_served(shortlists):
                break
            shortlists = self._shortlists(unsure)
            await self._try(shortlists)
        return {place: self._served(shortlist) for place, shortlist in shortlists.items()}

    async def _try(self, shortlists: Shortlists) -> None:
        await self._read(shortlists)
        await self._ask(shortlists)

    def _shortlists(self, with_similar: frozenset[Place] = frozenset()) -> Shortlists:
        book = Book(self._day, self.rows.values(), self._limits)
        return {place: book.shortlist(place, self.near if place in with_similar else {}) for place in self.places}

    async def _prefetch(self) -> None:
        with_mistake = [place.exercise_slug for place in self.places if place.kind == "mistake" and place.exercise_slug]
        rows = await playlist_clips.prefetch(self._db, self._spoken, self._day.exercises, with_mistake)
        self.rows = {row.clip_id: row for row in rows}

    async def _refuse_unknown(self) -> None:
        shown = {row.exercise_slug for row in self.rows.values()}
        without = [slug for slug in self._day.exercises if slug not in shown]
        if without and (unknown := set(without) - await playlist_clips.there_are(self._db, without)):
            named = ", ".join(repr(slug) for slug in without if slug in unknown)
            raise NotFound(f"there is no exercise {named}", code="exercise_not_found")

    async def _look_at_similar(self, unsure: Iterable[Place]) -> None:
        self.near = await self._similar.to(sorted({place.exercise_slug for place in unsure if place.exercise_slug}))
        if self.near:
            slugs = sorted({slug for each in self.near.values() for slug in each})
            rows = await playlist_clips.of_similar(self._db, self._spoken, slugs, sorted({place.kind for place in unsure}))
            self.rows |= {row.clip_id: row for row in rows}

    async def _read(self, shortlists: Shortlists) -> None:
        """The clips of these lists that were not read before. What they say of themselves is newer than their rows."""
        ids = {candidate.row.clip_id for candidate in chain(*shortlists.values())} - self.clips.keys()
        if not ids:
            return
        read = await playlist_clips.whole(self._db, sorted(ids))
        self.clips |= read
        self.rows |= {clip_id: playlist_clips.row_of(clip) for clip_id, clip in read.items()}
        for gone in ids - read.keys():
            del self.rows[gone]

    async def _ask(self, shortlists: Shortlists) -> None:
        """Of each place one clip after the other that nobody has looked at, until it has one it can play."""
        asked = [shortlist for shortlist in shortlists.values() if any(candidate.row.available is None for candidate in shortlist)]
        if not asked:
            return
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._asking_s):
                await asyncio.gather(*map(self._ask_until_sure, asked))
        except TimeoutError:
            log.warning("playlist_asking_slow", places=len(asked), waited_s=ASKING_S)
            self.unsaid |= {candidate.row.clip_id for candidate in chain(*asked) if self._is_unsure(candidate.row.clip_id)}
        self._asking_s = max(0, self._asking_s - (time.monotonic() - started))

    async def _ask_until_sure(self, shortlist: Iterable[Candidate]) -> None:
        for row in (self.rows.get(candidate.row.clip_id) for candidate in shortlist):
            if row and (row.available or (row.available is None and await self._can_be_played(self.clips[row.clip_id]))):
                return

    async def _can_be_played(self, clip: Clip) -> bool:
        try:
            available = await self._ask_about(clip)
        except (Unavailable, InvalidInput) as error:
            log.warning("clip_not_settled", clip_id=clip.clip_id, provider=clip.provider, error=error.message)
            available = None
        self._learn(clip.clip_id, available)
        return bool(available)

    def _all_served(self, shortlists: Shortlists) -> bool:
        """Whether each place that was sure of a clip has one; it has none where the provider gives no URL or somebody was quicker."""
        return all(self._served(shortlist) or not ends_sure(shortlist) for shortlist in shortlists.values())

    def _served(self, shortlist: Iterable[Candidate]) -> Candidate | None:
        return next((candidate for candidate in shortlist if self._has_url(candidate.row.clip_id)), None)

    def _has_url(self, clip_id: str) -> bool:
        row = self.rows.get(clip_id)
        if clip_id in self.urls or row is None or not row.available:
            return clip_id in self.urls
        clip = self.clips[clip_id]
        try:
            self.urls[clip_id] = self._playbacks.of(clip.provider).playback_url(clip)
        except (Unavailable, InvalidInput) as error:
            log.warning("clip_without_url", clip_id=clip_id, provider=clip.provider, error=error.message)
            self._learn(clip_id, None)
        return clip_id in self.urls

    def _is_unsure(self, clip_id: str) -> bool:
        return clip_id in self.rows and self.rows[clip_id].available is None

    def _learn(self, clip_id: str, available: bool | None) -> None:
        """What nobody can say counts as no, this time."""
        if available is None:
            self.unsaid.add(clip_id)
        self.rows[clip_id] = self.rows[clip_id]._replace(available=bool(available))
