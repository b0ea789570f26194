"""A search from prompt to answer: embed, find, decide, ask for what is missing, remember what was shown."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from services.backend.search.fallback import Candidate, Decision, decide
from services.backend.search.schemas import (
    Generation,
    PostingSummary,
    SearchJobsRequest,
    SearchJobsResponse,
    SearchResult,
)
from shared import metrics
from shared.embeddings.base import Embedder
from shared.errors import Unavailable
from shared.fingerprint import compute_query_fingerprint
from shared.logging import get_logger
from shared.mongo import generation_queue, postings, videos, views
from shared.mongo.client import MONGO_UNAVAILABLE, Database, translated, within_a_request
from shared.schemas.generation import GenerationRequest
from shared.schemas.postings import Subject, group_by_subject
from shared.schemas.reels import POSTING_TEMPLATE_IDS
from shared.schemas.subjects import SubjectId
from shared.schemas.videos import Video
from shared.settings import Settings
from shared.storage.base import BlobStore
from shared.storage.urls import reel_urls
from shared.vectors.base import Hit, VectorIndex

log = get_logger(__name__)

_RETRIEVED = 200  # postings taken from the index before they become subjects
_RETRIEVED_AT_MOST = 12_800

GENERATION_UNAVAILABLE = "generation_unavailable"
VIEWS_UNAVAILABLE = "views_unavailable"


@dataclass(frozen=True)
class Found:
    """The subjects near a prompt: what they are, how near, and which have a reel."""

    candidates: tuple[Candidate, ...]
    subjects: Mapping[SubjectId, Subject]
    videos: Mapping[SubjectId, Video]
    best_posting: Mapping[SubjectId, str]


@dataclass(frozen=True)
class SearchService:
    db: Database
    embedder: Embedder
    index: VectorIndex
    settings: Settings
    store: BlobStore

    @property
    def threshold(self) -> float:
        configured = self.settings.search.similarity_threshold
        return self.embedder.threshold if configured is None else configured

    async def search(self, request: SearchJobsRequest) -> SearchJobsResponse:
        """Always an answer: what is down is named in `degraded` and left out."""
        try:
            with within_a_request():
                return await self._search(request)
        except Unavailable as error:
            log.warning("search_degraded", code=error.code, error=error.message)
            return await self._without_search(request, error)

    async def _search(self, request: SearchJobsRequest) -> SearchJobsResponse:
        fingerprint = compute_query_fingerprint(request.text_prompt)
        log.info("search", user_id=request.user_id, query_fingerprint=fingerprint, query_length=len(request.text_prompt))
        found = await self._find(request)
        decision = self._decide(found, request.limit)
        results = tuple(self._result(candidate, found) for candidate in decision.shown)
        degraded: list[str] = []
        with _doing_without(VIEWS_UNAVAILABLE, degraded):
            await self._remember(request.user_id, decision, found)
        asked: dict[SubjectId, str] = {}
        with _doing_without(GENERATION_UNAVAILABLE, degraded):
            await self._ask_for(decision, found, request.user_id, fingerprint, asked)
        job_ids = tuple(asked[candidate.subject] for candidate in decision.wanted if candidate.subject in asked)
        return self._answer(request.user_id, results, job_ids, tuple(degraded))

    async def _find(self, request: SearchJobsRequest) -> Found:
        vector = (await self.embedder.embed([request.text_prompt]))[0]
        wanted, retrieved = self.settings.search.vector_search_limit, _RETRIEVED
        while True:  # widen only for those who have seen nearly everything near
            found = await self.index.search(vector, retrieved)
            hits = best_per_subject(found)
            seen = await views.seen_among(self.db, request.user_id, hits)
            if len(hits) - len(seen) >= wanted or len(found) < retrieved or retrieved >= _RETRIEVED_AT_MOST:
                return await self._evaluate(nearest(hits, seen, wanted), seen)
            retrieved *= 4

    async def _evaluate(self, hits: Mapping[str, Hit], seen: set[str]) -> Found:
        subjects = group_by_subject(await postings.active_of(self.db, hits))
        ready = await videos.ready_for(self.db, subjects)
        blocked = await generation_queue.blocked(self.db, {subject_id: subject.source_hash for subject_id, subject in subjects.items()})
        candidates = tuple(
            Candidate(subject_id, hits[subject_id.key].score, subject_id in ready, subject_id.key in seen, subject_id in blocked)
            for subject_id in subjects
        )
        best = {subject_id: hits[subject_id.key].greenhouse_id for subject_id in subjects}
        return Found(candidates, subjects, ready, best)

    def _decide(self, found: Found, limit: int | None) -> Decision:
        search = self.settings.search
        decision = decide(
            found.candidates,
            threshold=self.threshold,
            target_count=search.target_count,
            limit=limit or search.target_count,
            max_generate=search.max_generate_per_request,
        )
        log.info(
            "search_decided",
            above_threshold_count=decision.above_threshold,
            below_threshold_count=len(decision.shown) - decision.above_threshold,
            deficit=decision.deficit,
        )
        return decision

    async def _ask_for(self, decision: Decision, found: Found, user_id: str, fingerprint: str, asked: dict[SubjectId, str]) -> None:
        """Puts into `asked`, one by one, the jobs that serve this search: those in flight already, and as many new ones as the user has
        free slots."""
        wanted = [candidate.subject for candidate in decision.wanted]
        asked.update(await generation_queue.active_jobs(self.db, wanted))
        for subject in wanted:
            if subject in asked:
                continue
            request = GenerationRequest(
                subject=subject,
                source_hash=found.subjects[subject].source_hash,
                template_id=random.choice(POSTING_TEMPLATE_IDS),  # noqa: S311 - variety, not a secret
                greenhouse_id=found.best_posting[subject],
                query_fingerprint=fingerprint,
                user_id=user_id,
            )
            enqueued = await generation_queue.enqueue(self.db, request, self.settings.queue)
            if enqueued.job_id:
                asked[subject] = enqueued.job_id
            if enqueued.outcome in ("no_slot", "queue_full"):
                return

    def _result(self, candidate: Candidate, found: Found) -> SearchResult:
        reason = "seen_before" if candidate.seen else "match" if candidate.score >= self.threshold else "near"
        subject, video = found.subjects[candidate.subject], found.videos[candidate.subject]
        return SearchResult(
            **self._playback(video),
            posting=summary(subject, found.best_posting[candidate.subject]),
            score=round(candidate.score, 4),
            reason=reason,
            seen=candidate.seen,
        )

    def _playback(self, video: Video) -> dict[str, object]:
        return {
            "video_id": video.video_id,
            **asdict(reel_urls(video, self.store)),
            **video.model_dump(include={"duration_seconds", "width", "height", "size_bytes", "credits"}),
        }

    async def _remember(self, user_id: str, decision: Decision, found: Found) -> None:
        if self.settings.search.mark_seen_on == "return":
            shown = (candidate.subject for candidate in decision.shown)
            await views.mark_seen(self.db, user_id, {found.best_posting[subject]: subject for subject in shown})

    async def _without_search(self, request: SearchJobsRequest, failure: Unavailable) -> SearchJobsResponse:
        """The newest reels; nothing when the database itself is away: scrolling goes on whatever is down."""
        results: tuple[SearchResult, ...] = ()
        if failure.code != MONGO_UNAVAILABLE:
            try:
                with within_a_request():
                    results = await self._newest(request.limit or self.settings.search.target_count)
            except Unavailable as error:
                log.warning("newest_unavailable", code=error.code, error=error.message)
        return self._answer(request.user_id, results, (), degraded=(failure.code,))

    async def _newest(self, limit: int) -> tuple[SearchResult, ...]:
        newest = {video.subject: video for video in await videos.newest_ready(self.db, limit)}
        subjects = group_by_subject(await postings.active_of(self.db, [subject.key for subject in newest]))
        return tuple(
            SearchResult(
                **self._playback(video),
                posting=summary(subjects[key], subjects[key].first.greenhouse_id),
                score=None,
                reason="newest",
                seen=False,
            )
            for key, video in newest.items()
            if key in subjects
        )

    def _answer(
        self, user_id: str, results: tuple[SearchResult, ...], job_ids: tuple[str, ...], degraded: tuple[str, ...] = ()
    ) -> SearchJobsResponse:
        for part in degraded:
            metrics.DEGRADED.labels(part).inc()
        return SearchJobsResponse(
            user_id=user_id,
            greenhouse_ids=tuple(result.posting.greenhouse_id for result in results),
            count=len(results),
            generation_triggered=bool(job_ids),
            generation_job_ids=job_ids,
            generation=Generation(pending=len(job_ids), poll_after_s=self.settings.search.client_poll_interval_s),
            degraded=degraded,
            results=results,
        )


@contextmanager
def _doing_without(part: str, degraded: list[str]) -> Iterator[None]:
    """The results are there: what the database does not do for them now is left undone and named, and the next search makes up for it."""
    try:
        with translated():
            yield
    except Unavailable as error:
        log.warning("search_incomplete", part=part, code=error.code, error=error.message)
        degraded.append(part)


def best_per_subject(hits: Iterable[Hit]) -> dict[str, Hit]:
    """PURE: the best hit of each subject, best first: one role in many cities is one result."""
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.subject_key, hit)
    return best


def nearest(hits: Mapping[str, Hit], seen: set[str], limit: int) -> dict[str, Hit]:
    """PURE: the best `limit` unseen subjects, and the best `limit` seen ones to fill up with."""
    unseen = [key for key in hits if key not in seen][:limit]
    again = [key for key in hits if key in seen][:limit]
    return {key: hits[key] for key in [*unseen, *again]}


def summary(subject: Subject, greenhouse_id: str) -> PostingSummary:
    """PURE: the posting that matched (the first, should it have closed meanwhile) with the places of all its siblings."""
    posting = next((p for p in subject.postings if p.greenhouse_id == greenhouse_id), subject.first)
    return PostingSummary(places=subject.places, **posting.model_dump(include=set(PostingSummary.model_fields) - {"places"}))
