"""A search from prompt to answer: find, decide, ask for what is missing, remember what was shown; and an answer whatever is down."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from services.backend.feeds import pages
from services.backend.search.fallback import Candidate, Decision, decide
from services.backend.search.found import Found, best_per_subject, evaluate, look_up, without_hopeless
from services.backend.search.ranking import Ranked
from services.backend.search.reels_made import ReelsMade
from services.backend.search.results import of_reels, result
from services.backend.search.retrieval import Near, Retriever
from services.backend.search.schemas import Explanation, Generation, SearchJobsRequest, SearchJobsResponse, SearchResult
from services.backend.search.standby import Recent, Reel, Standby
from services.backend.search.wish import Wish, wish
from shared import metrics
from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import feeds, postings, videos, views
from shared.mongo.client import MONGO_UNAVAILABLE, Database, translated, within_a_request
from shared.mongo.feeds import NewFeed, Reconciled
from shared.schemas.feeds import POOL, Reason, Wanted
from shared.schemas.feeds import Ranked as Listed
from shared.schemas.postings import group_by_subject
from shared.settings import Settings
from shared.storage.base import BlobStore
from shared.vectors.base import EVERYTHING

log = get_logger(__name__)

GENERATION_UNAVAILABLE, VIEWS_UNAVAILABLE, FEED_UNAVAILABLE = "generation_unavailable", "views_unavailable", "feed_unavailable"
_RETRIEVED = 200  # postings taken from the indexes before they become subjects
_RETRIEVED_AT_MOST = 12_800
_LAST_GOOD = 500
_SELECTION_SLIP_S = 0.1  # the driver looks for a server in steps of half a second, and may be that late
T = TypeVar("T")


@dataclass
class SearchService:
    db: Database
    retriever: Retriever
    settings: Settings
    store: BlobStore
    standby: Standby
    made: ReelsMade
    _last_good: Recent[object, tuple[SearchResult, ...]] = field(default_factory=lambda: Recent(_LAST_GOOD), init=False)

    async def search(self, request: SearchJobsRequest) -> SearchJobsResponse:
        """Always an answer: what is down is named in `degraded` and left out."""
        asked = wish(request, self.settings.search, self.retriever.embedder.threshold, datetime.now(UTC))
        log.info("search", user_id=asked.user_id, query_fingerprint=asked.fingerprint, query_length=len(asked.prompt))
        near: Near | None = None
        limit_s = self.settings.search.search_timeout_s
        until = asyncio.get_running_loop().time() + limit_s + _SELECTION_SLIP_S
        try:
            with within_a_request(limit_s):
                async with asyncio.timeout(limit_s + 2 * _SELECTION_SLIP_S):
                    near = await self._near(asked, _RETRIEVED)
                    return await self._search(asked, near, until)
        except (Unavailable, TimeoutError) as error:
            code = error.code if isinstance(error, Unavailable) else MONGO_UNAVAILABLE
            log.warning("search_degraded", code=code, error=str(error))
            ranked, degraded = ((await self._retriever(asked).rank(near)).ranked, near.degraded) if near else ((), ())
            return self._answer(asked, self._from_memory(asked, ranked), (*degraded, code))

    def _retriever(self, asked: Wish) -> Retriever:
        return replace(self.retriever, settings=asked.weights)

    async def _near(self, asked: Wish, k: int) -> Near:
        return await self._retriever(asked).near(asked.prompt, k, asked.filters)

    async def _search(self, asked: Wish, near: Near, until: float) -> SearchJobsResponse:
        """`until`: when, by the loop's clock, what is not done is left undone."""
        found = await self._find(asked, near)
        if near.degraded and not found.ranked and asked.filters == EVERYTHING:
            return self._answer(asked, await self._newest(asked), near.degraded)
        self.standby.hide(asked.user_id, found.hidden)
        decision = decide(found.candidates, asked.rules)
        if decision.wanted:
            decision = decide(await without_hopeless(self.db, found.candidates), asked.rules)
        log.info(
            "search_decided",
            above_threshold_count=decision.above_threshold,
            below_threshold_count=sum(_reason(candidate, asked) != "match" for candidate in decision.shown),
            deficit=decision.deficit,
        )
        failed = list(near.degraded)
        results, _, opened = await asyncio.gather(
            self._results(asked, decision, found),
            attempted(VIEWS_UNAVAILABLE, self._mark_seen(asked, decision, found), failed, until),
            attempted(FEED_UNAVAILABLE, self._open_feed(asked, decision, found), failed, until),
        )
        if not near.degraded:
            self._last_good.put(asked.key, results)
        if opened.failure if opened else decision.to_make:
            failed.append(GENERATION_UNAVAILABLE)
        return self._answer(asked, results, failed, opened)

    async def _newest(self, asked: Wish) -> tuple[SearchResult, ...]:
        """What is shown where nothing can be compared."""
        known = [reel.video.subject_key for reel in self.standby.newest(asked.user_id, POOL)]
        self.standby.hide(asked.user_id, await views.hidden_among(self.db, asked.user_id, known))
        return of_reels(self.standby.newest(asked.user_id, asked.rules.limit), self.store, "newest")

    async def _find(self, asked: Wish, near: Near) -> Found:
        """Widen only for those who have seen nearly everything near."""
        wanted = self.settings.search.vector_search_limit
        while True:
            retrieved, known = await asyncio.gather(
                self._retriever(asked).rank(near), look_up(self.db, self.made, asked.user_id, near.subject_keys)
            )
            found = evaluate(best_per_subject(retrieved.ranked), known, wanted)
            if found.unseen >= wanted or len(retrieved.ranked) < near.k or near.k >= _RETRIEVED_AT_MOST:
                return found
            near = await self._near(asked, 4 * near.k)

    async def _results(self, asked: Wish, decision: Decision, found: Found) -> tuple[SearchResult, ...]:
        keys = [candidate.subject.key for candidate in decision.shown]
        reels, known = await asyncio.gather(
            videos.ready_for(self.db, [candidate.subject for candidate in decision.shown]), postings.active_of(self.db, keys, texts=False)
        )
        subjects = group_by_subject(known)
        return tuple(
            self._result(candidate, Reel(reels[candidate.subject], subjects[candidate.subject]), found, asked)
            for candidate in decision.shown
            if candidate.subject in reels and candidate.subject in subjects
        )

    def _result(self, candidate: Candidate, reel: Reel, found: Found, asked: Wish) -> SearchResult:
        one = found.ranked[candidate.subject.key]
        return result(
            reel.video,
            reel.subject,
            one.greenhouse_id,
            self.store,
            score=candidate.score,
            reason=_reason(candidate, asked),
            seen=candidate.seen,
            explanation=explanation(one, asked) if asked.explain else None,
        )

    async def _mark_seen(self, asked: Wish, decision: Decision, found: Found) -> None:
        if self.settings.search.mark_seen_on == "return":
            shown = {found.ranked[one.subject.key].greenhouse_id: one.subject for one in decision.shown if not one.seen}
            await views.mark_seen(self.db, asked.user_id, shown)

    async def _open_feed(self, asked: Wish, decision: Decision, found: Found) -> Reconciled:
        """The feed that these results begin, with as many of the missing reels asked for as the user has free slots."""
        later = (Listed(**_named(one), reason=_near(one.score, asked)) for one in found.later)
        new = NewFeed(
            user_id=asked.user_id,
            ttl_hours=self.settings.search.feed_ttl_hours,
            shown=[_listed(candidate, found, asked) for candidate in decision.shown],
            pool=sorted([*(_listed(candidate, found, asked) for candidate in decision.rest), *later], key=page_order)[:POOL],
            wanted=[Wanted(**_named(found.ranked[candidate.subject.key])) for candidate in decision.wanted],
            deficit=decision.to_make,
            query_fingerprint=asked.fingerprint,
        )
        return await feeds.open_feed(self.db, new, self.settings.queue)

    def _from_memory(self, asked: Wish, ranked: Iterable[Ranked]) -> tuple[SearchResult, ...]:
        """What this search found when all was well; else reels in memory that match; else any: scrolling goes on whatever is down."""
        limit, hidden = asked.rules.limit, self.standby.hidden_by(asked.user_id)
        if kept := self._last_good.get(asked.key):
            return tuple(one.model_copy(update={"reason": "last_good"}) for one in kept if one.video_id not in hidden)
        near = best_per_subject(ranked)
        matching = self.standby.of(asked.user_id, near)[:limit]
        found = (self._from_standby(reel, near[reel.video.subject_key], asked) for reel in matching)
        if asked.filters != EVERYTHING:
            return tuple(found)
        others = [reel for reel in self.standby.any(asked.user_id, limit) if reel not in matching]
        return *found, *of_reels(others[: limit - len(matching)], self.store, "any")

    def _from_standby(self, reel: Reel, one: Ranked, asked: Wish) -> SearchResult:
        told = explanation(one, asked) if asked.explain else None
        reason = _near(one.score, asked)
        return result(reel.video, reel.subject, one.greenhouse_id, self.store, score=one.score, reason=reason, seen=False, explanation=told)

    def _answer(
        self, asked: Wish, results: tuple[SearchResult, ...], degraded: Sequence[str], opened: Reconciled | None = None
    ) -> SearchJobsResponse:
        for part in degraded:
            metrics.DEGRADED.labels(part).inc()
        feed, job_ids = (opened.feed, opened.job_ids) if opened else (None, ())
        wait_s = self.settings.search.client_poll_interval_s
        return SearchJobsResponse(
            user_id=asked.user_id,
            greenhouse_ids=tuple(one.posting.greenhouse_id for one in results),
            count=len(results),
            generation_triggered=bool(job_ids),
            generation_job_ids=job_ids,
            generation=pages.generation(feed, len(results), wait_s) if feed else Generation(pending=0, poll_after_s=wait_s),
            feed_id=feed and feed.feed_id,
            next_cursor=pages.next_cursor(feed, len(results)) if feed else None,
            degraded=tuple(degraded),
            results=results,
        )


async def attempted(part: str, work: Awaitable[T], failed: list[str], until: float) -> T | None:
    """The results are there: what the database does not do for them now is left undone and named, and the next search makes up for it."""
    try:
        with translated():
            async with asyncio.timeout_at(until):
                return await work
    except (Unavailable, TimeoutError) as error:
        log.warning("search_incomplete", part=part, error=str(error))
        failed.append(part)
        return None


def _near(score: float | None, asked: Wish) -> Reason:
    if score is None:
        return "words"
    return "match" if score >= asked.rules.threshold else "near"


def _reason(candidate: Candidate, asked: Wish) -> Reason:
    return "seen_before" if candidate.seen else _near(candidate.score, asked)


def _named(one: Ranked) -> dict[str, Any]:
    return {"subject_key": one.subject_key, "greenhouse_id": one.greenhouse_id, "score": one.score}


def page_order(one: Listed) -> tuple[bool, bool]:
    """PURE: later pages go on as the first began: unseen matches, then other unseen reels, then those already seen."""
    return one.seen, one.reason != "match"


def _listed(candidate: Candidate, found: Found, asked: Wish) -> Listed:
    return Listed(**_named(found.ranked[candidate.subject.key]), reason=_reason(candidate, asked), seen=candidate.seen)


def explanation(one: Ranked, asked: Wish) -> Explanation:
    """What each part added, its weight included."""
    weights = asked.weights
    return Explanation(
        rank=one.rank,
        cosine=None if one.score is None else 2 * one.score - 1,
        words=weights.search_alpha * one.bm25,
        letters=weights.search_trigram * one.trigram,
        newness=weights.recency_weight * one.recency,
        threshold=asked.rules.threshold,
    )
