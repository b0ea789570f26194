"""What the database knows of the subjects a search came upon: whether the user has seen or hidden them, which have a reel."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from services.backend.search.fallback import Candidate
from services.backend.search.ranking import Ranked
from shared.mongo import generation_queue, subjects, videos, views
from shared.mongo.client import Database
from shared.mongo.views import View
from shared.schemas.subjects import SubjectId


@dataclass(frozen=True)
class Found:
    """`candidates` are the subjects that are evaluated; `ranked` is all that was come upon, best first, and `later` what of it a later page
    can show: unseen, with a reel. `unseen` counts those the user has not met, `hidden` names those they never want to see again."""

    candidates: tuple[Candidate, ...]
    ranked: Mapping[str, Ranked]
    later: tuple[Ranked, ...]
    unseen: int
    hidden: frozenset[str]


async def look_up(db: Database, user_id: str, ranked: Mapping[str, Ranked], limit: int) -> Found:
    """Evaluate the best `limit` subjects that are unseen, and as many seen ones to fill up with. Reads keys, no texts; which subjects are
    open the indexes know, and which are blocked is asked only where a reel is missing (`without_hopeless`)."""
    met, with_reel = await asyncio.gather(views.views_among(db, user_id, ranked), videos.with_reels(db, ranked))
    chosen = nearest(ranked, met, limit)
    return Found(
        candidates=tuple(
            Candidate(
                SubjectId("posting", key),
                one.score,
                one.rank,
                has_video=key in with_reel,
                seen=_view(met, key).seen,
                company=one.company,
            )
            for key, one in ranked.items()
            if key in chosen
        ),
        ranked=ranked,
        later=tuple(one for key, one in ranked.items() if key in with_reel and key not in chosen and _view(met, key) == View()),
        unseen=sum(_view(met, key) == View() for key in ranked),
        hidden=frozenset(key for key, view in met.items() if view.hidden),
    )


async def without_hopeless(db: Database, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates, those without a reel marked as blocked that must not be asked for or have closed meanwhile."""
    sources = await subjects.sources_of(db, [candidate.subject.key for candidate in candidates if not candidate.has_video])
    blocked = await generation_queue.blocked(db, {SubjectId("posting", key): source for key, source in sources.items()})
    return tuple(
        candidate
        if candidate.has_video or (candidate.subject.key in sources and candidate.subject not in blocked)
        else replace(candidate, blocked=True)
        for candidate in candidates
    )


def _view(met: Mapping[str, View], key: str) -> View:
    return met.get(key, View())


def best_per_subject(ranked: Iterable[Ranked]) -> dict[str, Ranked]:
    """PURE: the best of each subject, best first: one role in many cities is one result."""
    best: dict[str, Ranked] = {}
    for one in ranked:
        best.setdefault(one.subject_key, one)
    return best


def nearest(ranked: Iterable[str], met: Mapping[str, View], limit: int) -> set[str]:
    """PURE: the best `limit` unseen subjects, and the best `limit` seen ones to fill up with; hidden ones never."""
    shown = [key for key in ranked if not _view(met, key).hidden]
    unseen = [key for key in shown if not _view(met, key).seen]
    again = [key for key in shown if _view(met, key).seen]
    return {*unseen[:limit], *again[:limit]}
