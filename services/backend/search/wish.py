"""PURE: what a request to search asks for, in the terms the search works with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.backend.search.fallback import Rules
from services.backend.search.schemas import SearchJobsRequest
from shared.fingerprint import compute_query_fingerprint
from shared.schemas.postings import filter_key, place_key, slugify
from shared.settings import Search
from shared.vectors.base import Filters

WISHED_RECENCY_WEIGHT = 0.1
"""Between two postings that are near alike, the newer one; a much nearer one stays first."""


@dataclass(frozen=True)
class Wish:
    user_id: str
    prompt: str
    fingerprint: str
    filters: Filters
    rules: Rules
    weights: Search
    explain: bool

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for searches that would find the same for the same user."""
        return self.user_id, self.fingerprint, self.filters, self.rules, self.weights.recency_half_life_days


def wish(request: SearchJobsRequest, search: Search, calibrated: float, now: datetime) -> Wish:
    """`calibrated` is the threshold of the embedder, where the settings name none."""
    threshold = calibrated if search.similarity_threshold is None else search.similarity_threshold
    per_company = search.max_per_company if request.max_per_company is None else request.max_per_company
    return Wish(
        user_id=request.user_id,
        prompt=request.text_prompt,
        fingerprint=compute_query_fingerprint(request.text_prompt),
        filters=_filters(request, now),
        rules=Rules(
            threshold=threshold,
            gate=search.generate_threshold or 0,
            target_count=search.target_count,
            limit=request.limit or search.target_count,
            max_generate=search.max_generate_per_request,
            per_company=per_company,
        ),
        weights=_weights(request, search),
        explain=request.explain,
    )


def _weights(request: SearchJobsRequest, search: Search) -> Search:
    """A wish for new postings counts also where the settings let age count for nothing."""
    if request.recency_half_life_days is None:
        return search
    weight = search.recency_weight or WISHED_RECENCY_WEIGHT
    return search.model_copy(update={"recency_weight": weight, "recency_half_life_days": request.recency_half_life_days})


def _filters(request: SearchJobsRequest, now: datetime) -> Filters:
    """The time is cut to the hour, so that a search asked again is the same search."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    return Filters(
        company=slugify(request.company) if request.company else None,
        location=place_key(request.location) if request.location else None,
        department=filter_key(request.department) if request.department else None,
        remote=request.remote,
        posted_since=hour - timedelta(days=request.posted_within_days) if request.posted_within_days else None,
    )
