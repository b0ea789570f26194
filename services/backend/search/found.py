"""What the database knows of the subjects a search came upon: whether the user has seen or hidden them, which have a reel."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from services.backend.search.fallback import Candidate
from services.backend.search.ranking import Ranked
from services.backend.search.reels_made import ReelsMade
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


@dataclass(frozen=True)
class Known:
    """What the user has had to do with subjects, and which have a reel."""

    met: Mapping[str, View]
    with_reel: Set[str]


async def look_up(db: Database, made: ReelsMade, user_id: str, subject_keys: Collection[str]) -> Known:
    """Reads keys, no texts; which subjects are open the indexes know, and what is true of those without a reel is asked only where one
    would be made (`without_hopeless`)."""
    return Known(*await asyncio.gather(views.views_among(db, user_id, subject_keys), made.among(subject_keys)))


def evaluate(ranked: Mapping[str, Ranked], known: Known, limit: int) -> Found:
    """PURE: the best `limit` subjects that are unseen are evaluated, and as many seen ones to fill up with; hidden ones never."""
    hidden = frozenset(key for key, view in known.met.items() if view.hidden)
    seen = {key for key, view in known.met.items() if view.seen}
    unseen = [key for key in ranked if key not in hidden and key not in seen]
    again = [key for key in ranked if key in seen and key not in hidden]
    chosen = {*unseen[:limit], *again[:limit]}
    return Found(
        candidates=tuple(_candidate(ranked[key], known.with_reel, seen) for key in ranked if key in chosen),
        ranked=ranked,
        later=tuple(ranked[key] for key in unseen[limit:] if key in known.with_reel),
        unseen=len(unseen),
        hidden=hidden,
    )


def _candidate(one: Ranked, with_reel: Set[str], seen: Set[str]) -> Candidate:
    key = one.subject_key
    return Candidate(SubjectId("posting", key), one.score, one.rank, has_video=key in with_reel, seen=key in seen, company=one.company)


async def without_hopeless(db: Database, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates as the database knows them now: those that have just got a reel have it, and those without are marked as blocked
    that must not be asked for or have closed meanwhile."""
    missing = [candidate.subject.key for candidate in candidates if not candidate.has_video]
    sources, made = await asyncio.gather(subjects.sources_of(db, missing), videos.with_reels(db, missing))
    blocked = await generation_queue.blocked(db, {SubjectId("posting", key): source for key, source in sources.items()})

    def now(one: Candidate) -> Candidate:
        if one.has_video or one.subject.key in made:
            return replace(one, has_video=True)
        return one if one.subject.key in sources and one.subject not in blocked else replace(one, blocked=True)

    return tuple(map(now, candidates))


def best_per_subject(ranked: Iterable[Ranked]) -> dict[str, Ranked]:
    """PURE: the best of each subject, best first: one role in many cities is one result."""
    best: dict[str, Ranked] = {}
    for one in ranked:
        best.setdefault(one.subject_key, one)
    return best
