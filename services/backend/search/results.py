"""What a client gets of one reel, wherever it is shown. PURE."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from services.backend.search.schemas import Explanation, PostingSummary, SearchResult
from services.backend.search.standby import Reel
from shared.schemas.feeds import Reason
from shared.schemas.postings import Subject
from shared.schemas.videos import Video
from shared.storage.base import BlobStore
from shared.storage.urls import reel_urls

_SCORE_DIGITS = 4


def result(
    video: Video,
    subject: Subject,
    greenhouse_id: str,
    store: BlobStore,
    *,
    score: float | None,
    reason: Reason,
    seen: bool,
    explanation: Explanation | None = None,
) -> SearchResult:
    """The reel of a subject that was found by this posting. `score` is (1 + cos) / 2, None where no meanings were compared."""
    return SearchResult(
        **playback(video, store),
        posting=summary(subject, greenhouse_id),
        score=None if score is None else round(score, _SCORE_DIGITS),
        reason=reason,
        seen=seen,
        explanation=explanation,
    )


def of_reels(reels: Iterable[Reel], store: BlobStore, reason: Reason) -> tuple[SearchResult, ...]:
    """Results that nothing was compared with."""
    return tuple(result(reel.video, reel.subject, reel.greenhouse_id, store, score=None, reason=reason, seen=False) for reel in reels)


def playback(video: Video, store: BlobStore) -> dict[str, Any]:
    """The fields of schemas.Playback."""
    return {
        "video_id": video.video_id,
        **asdict(reel_urls(video, store)),
        **video.model_dump(include={"duration_seconds", "width", "height", "size_bytes", "credits"}),
    }


def summary(subject: Subject, greenhouse_id: str) -> PostingSummary:
    """The posting that matched (the first, should it have closed meanwhile) with the places of all its siblings, of which one may be
    remote."""
    posting = next((p for p in subject.postings if p.greenhouse_id == greenhouse_id), subject.first)
    own = posting.model_dump(include=set(PostingSummary.model_fields) - {"places", "remote"})
    return PostingSummary(places=subject.places, remote=any(one.remote for one in subject.postings), **own)
