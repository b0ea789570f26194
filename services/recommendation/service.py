"""Recommendations: from the cache first, ranked when it has none, and something to watch whatever is down."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.recommendation.answer import Told, answer
from services.recommendation.cards import Cards
from services.recommendation.lines import Lines, entry, lines_of, name_of, plain
from services.recommendation.newest import Newest
from services.recommendation.pages import Page, cut, follows
from services.recommendation.pools import Ask
from services.recommendation.prefetch import Prefetches
from services.recommendation.recommender import Recommender
from services.recommendation.schemas import VideoRecommendationRequest
from services.recommendation.stats import Tally
from services.recommendation.variants import Variant
from services.recommendation.visits import Asked, Visits
from services.recommendation.withdrawn import Withdrawn
from shared.cache.kept import Found, Kept
from shared.cache.refreshed import RefreshedCache
from shared.errors import Conflict, InvalidInput, Unavailable
from shared.logging import get_logger
from shared.mongo import profiles
from shared.mongo.client import Database, within_a_request
from shared.schemas.recommendations import Profile
from shared.settings import Settings

log = get_logger(__name__)

_MOST_RANKED = 1_000
_VISIT_S = 1.0
"""A page of a session may take the database so long; then it is cut without knowing the session."""

_NO_VERSION = "0" * 12
"""Of a page no ranking stands behind."""
_NOTHING: frozenset[bytes] = frozenset()

Pools = RefreshedCache[Lines]


class AssessmentMissing(Conflict):
    code = "assessment_missing"
    title = "There is no personality assessment of this user"


@dataclass(frozen=True)
class Parts:
    """What recommendations are made of."""

    db: Database
    settings: Settings
    recommender: Recommender
    pools: Pools
    cards: Cards
    newest: Newest
    withdrawn: Withdrawn
    prefetches: Prefetches
    tally: Tally


@dataclass(frozen=True, slots=True)
class FirstPage:
    """`items` as they are sent; good `until` then (monotonic, s), if nothing else was withdrawn and the same is hidden."""

    items: bytes
    count: int
    sources: Mapping[str, int]
    next_cursor: str | None
    until: float
    hidden: frozenset[bytes]
    withdrawals: int


class Recommendations:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._chosen = parts.settings.recommendations
        self._visits = Visits(parts.db, parts.cards, parts.withdrawn, self._chosen.recommendation_session_hours)

    async def answer(self, user_id: str, asked: VideoRecommendationRequest) -> bytes:
        """The JSON of schemas.VideoRecommendations. Raises AssessmentMissing; InvalidInput for a session's cursor without the session."""
        began = time.perf_counter()
        if asked.session_id is None and asked.cursor and not _place_in_pool(asked.cursor):
            raise InvalidInput("the cursor is one of a session: send its id, too", field="session_id")
        try:
            found = await self._found(user_id, self.variant(asked), force=asked.force_refresh)
            told, page = await self._page(user_id, asked, found)
            outcome: str = found.how
        except Unavailable as error:
            log.warning("recommendations_degraded", code=error.code, error=error.message)
            told, page = await self._anything(user_id, asked, error.code)
            outcome = "fallback"
        seconds = time.perf_counter() - began
        self._parts.tally.count(outcome, seconds, page.sources, told.degraded)
        return answer(told, b",".join(page.items), len(page.items), seconds)

    async def at_hand(self, user_id: str, asked: VideoRecommendationRequest) -> bytes | None:
        """As `answer` for a first page without a session, where a ranking is cached and its cards are at hand. None: ask `answer`."""
        began, parts = time.perf_counter(), self._parts
        variant = self.variant(asked)
        found = await parts.pools.peek(variant.key(user_id))
        if found is None or parts.withdrawn.is_unsure(user_id, found.kept.made_at):
            return None
        first = await self._first_page(user_id, asked.max_results, found.kept)
        if first is None:
            return None
        if found.how == "stale":
            parts.prefetches.warm(user_id, variant)
        kept, degraded = found.kept, found.kept.value.degraded
        seconds = time.perf_counter() - began
        parts.tally.count(found.how, seconds, first.sources, degraded)
        told = Told(user_id, None, found.how, kept.made_at, kept.expires_at, first.next_cursor, first.count == 0, degraded)
        return answer(told, first.items, first.count, seconds)

    async def _first_page(self, user_id: str, limit: int, kept: Kept[Lines]) -> FirstPage | None:
        """Cut once, as long as nothing is withdrawn and its cards are fresh. None: a card has to be looked up."""
        parts, prepared = self._parts, kept.value.prepared
        hidden, withdrawals = parts.withdrawn.hidden_by(user_id), parts.cards.withdrawals
        first: FirstPage | None = prepared.get(limit)
        if first and first.until > time.monotonic() and first.hidden is hidden and first.withdrawals == withdrawals:
            return first
        lines = kept.value.lines
        try:
            page = await cut(lines, 0, limit, hidden, parts.cards)
        except Unavailable:
            return None
        following = f"p{kept.version}-{page.end}" if follows(lines, page, hidden) else None
        until = parts.cards.fresh_until(entry.video_id for entry in page.entries)
        first = FirstPage(b",".join(page.items), len(page.items), page.sources, following, until, hidden, withdrawals)
        prepared[limit] = first
        return first

    def variant(self, asked: VideoRecommendationRequest) -> Variant:
        return Variant(self._chosen.recommendation_pool_size, asked.include_trending, asked.category_filter)

    async def warm(self, user_id: str, variant: Variant) -> bool:
        """Have it ranked ahead. False: there is a ranking that is not stale."""
        found = await self._parts.pools.peek(variant.key(user_id))
        if found and found.how == "hit":
            return False
        self._parts.prefetches.warm(user_id, variant)
        return True

    def watched(self, user_id: str) -> None:
        """The next ranking is to follow what was watched just now."""
        self._parts.prefetches.warm(user_id, self.variant(VideoRecommendationRequest()), made_before=time.time())

    async def hidden(self, user_id: str, names: Iterable[str], *, shown_again: Iterable[str]) -> None:
        """Subjects the user never wants to see again, and such as they do."""
        self._parts.withdrawn.hide(user_id, names, shown_again=shown_again)
        await self.changed(user_id)

    async def renew(self, user_id: str, variant: Variant, made_before: float) -> int:
        """Rank anew what is stale or was ranked before then (Unix, s). How many are ranked. Raises what ranking raises."""
        found = await self._parts.pools.renew(variant.key(user_id), lambda: self._ranked(user_id, variant), made_before=made_before)
        return len(found.kept.value.lines)

    async def changed(self, user_id: str) -> None:
        """What is ranked for this user is outdated; it is ranked anew behind this."""
        await self._parts.pools.invalidate(user_id)
        self._parts.prefetches.forget(user_id)
        self._parts.prefetches.warm(user_id, self.variant(VideoRecommendationRequest()))

    async def _found(self, user_id: str, variant: Variant, *, force: bool = False) -> Found[Lines]:
        found = await self._parts.pools.get(variant.key(user_id), lambda: self._ranked(user_id, variant), force=force)
        if found.how == "stale":
            self._parts.prefetches.warm(user_id, variant)
        return found

    async def _ranked(self, user_id: str, variant: Variant) -> Lines:
        """Raises AssessmentMissing, Unavailable."""
        with within_a_request():
            ask = Ask(user_id, await self._profile(user_id), *variant, now=datetime.now(UTC))
            return lines_of(await self._parts.recommender.pool(ask))

    async def _profile(self, user_id: str) -> Profile | None:
        stored = await profiles.get(self._parts.db, user_id)
        profile = stored.profile if stored else None
        if self._chosen.rec_missing_assessment == "error" and (profile is None or profile.assessment is None):
            raise AssessmentMissing(
                f"PUT /api/v1/users/{user_id}/profile with an assessment: openness, conscientiousness, extraversion, agreeableness and "
                'neuroticism, each from 0 to 1, as in {"assessment": {"openness": 0.7, …}, "interests": [{"topic": "data engineering"}]}'
            )
        return profile

    async def _page(self, user_id: str, asked: VideoRecommendationRequest, found: Found[Lines]) -> tuple[Told, Page]:
        told = Told(user_id, asked.session_id, found.how, found.kept.made_at, found.kept.expires_at, degraded=found.kept.value.degraded)
        await self._look_for_hidden(user_id, found)
        if asked.session_id is None:
            return await self._of_pool(asked, found, told)
        try:
            return await self._of_session(asked.session_id, asked, found, told)
        except Unavailable as error:
            log.warning("session_unknown", code=error.code, error=error.message)
            return await self._of_pool(asked, found, replace(told, degraded=(*told.degraded, "session_unavailable")))

    async def _look_for_hidden(self, user_id: str, found: Found[Lines]) -> None:
        withdrawn = self._parts.withdrawn
        if not withdrawn.is_unsure(user_id, found.kept.made_at):
            return
        try:
            with within_a_request(_VISIT_S):
                await withdrawn.look(self._parts.db, user_id, [name_of(entry(line).name) for line in found.kept.value.lines])
        except Unavailable as error:
            log.warning("hidden_unknown", error=error.message)

    async def _of_pool(self, asked: VideoRecommendationRequest, found: Found[Lines], told: Told) -> tuple[Told, Page]:
        """A page by its place in the ranking, which for that is kept a while after it was made anew."""
        version, start = _place_in_pool(asked.cursor) or (found.kept.version, 0)
        ranked: Lines | None = found.kept.value
        if version != found.kept.version:
            ranked = await self._parts.pools.earlier(self.variant(asked).key(told.user_id), version)
        if ranked is None:
            version, ranked = found.kept.version, found.kept.value
            told = replace(told, degraded=(*told.degraded, "cursor_outdated"))
        without = _excluded(asked) | self._parts.withdrawn.hidden_by(told.user_id)
        page = await cut(ranked.lines, start, asked.max_results, without, self._parts.cards)
        following = f"p{version}-{page.end}" if follows(ranked.lines, page, without) else None
        return replace(told, next_cursor=following, exhausted=not page.items), page

    async def _of_session(self, session_id: str, asked: VideoRecommendationRequest, found: Found[Lines], told: Told) -> tuple[Told, Page]:
        if _place_in_pool(asked.cursor):  # of an answer that was given while the session was not known
            return await self._of_pool(asked, found, told)
        place = int(asked.cursor[1:]) if asked.cursor else None
        visit = Asked(told.user_id, session_id, place, asked.max_results, _excluded(asked))

        async def deeper(depth: int) -> Lines | None:
            return await self._deeper(told.user_id, self.variant(asked), found.kept.value, depth)

        with within_a_request(_VISIT_S):
            shown = await self._visits.shown(visit, deeper)
        following = None if shown.following is None else f"s{shown.following}"
        return replace(told, next_cursor=following, exhausted=not shown.page.items), shown.page

    async def _deeper(self, user_id: str, variant: Variant, usual: Lines, depth: int) -> Lines | None:
        """The ranking of so many times the usual size, where the one before it was full."""
        if depth == 0:
            return usual
        size = variant.size * (depth + 1)
        if size > _MOST_RANKED or len(usual.lines) < variant.size:
            return None
        before = await self._deeper(user_id, variant, usual, depth - 1)
        if before is None or len(before.lines) < variant.size * depth:
            return None
        return (await self._found(user_id, variant._replace(size=size))).kept.value

    async def _anything(self, user_id: str, asked: VideoRecommendationRequest, code: str) -> tuple[Told, Page]:
        """The newest reels in memory: nothing could be ranked."""
        newest, now = self._parts.newest, time.time()
        _, start = _place_in_pool(asked.cursor) or ("", 0)
        without = _excluded(asked) | self._parts.withdrawn.hidden_by(user_id)
        told = Told(user_id, asked.session_id, "miss", newest.read_at.timestamp(), now, degraded=(code,))
        try:
            page = await cut(newest.lines, start, asked.max_results, without, self._parts.cards)
        except Unavailable:
            return replace(told, exhausted=True), Page((), (), start)
        following = f"p{_NO_VERSION}-{page.end}" if follows(newest.lines, page, without) else None
        return replace(told, next_cursor=following, exhausted=not page.items), page


def _excluded(asked: VideoRecommendationRequest) -> frozenset[bytes]:
    return frozenset(map(plain, asked.exclude_ids)) if asked.exclude_ids else _NOTHING


def _place_in_pool(cursor: str | None) -> tuple[str, int] | None:
    """Which ranking, and where in it; None for a place in a session, and for none."""
    if cursor is None or not cursor.startswith("p"):
        return None
    version, _, place = cursor[1:].partition("-")
    return version, int(place)
