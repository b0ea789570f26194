"""What the database knows of the subjects a search came upon: who has seen or hidden them, which have a reel, what they are."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.backend.search.fallback import Candidate
from services.backend.search.ranking import Ranked
from shared.mongo import generation_queue, postings, videos, views
from shared.mongo.client import Database
from shared.mongo.views import View
from shared.schemas.postings import Subject, group_by_subject
from shared.schemas.subjects import SubjectId
from shared.schemas.videos import Video


@dataclass(frozen=True)
class Found:
    """`candidates` are the subjects that are evaluated; `ranked` is all that was come upon, best first, and `later` what of it a later page
    can show: unseen, with a reel."""

    candidates: tuple[Candidate, ...]
    subjects: Mapping[SubjectId, Subject]
    videos: Mapping[SubjectId, Video]
    ranked: Mapping[str, Ranked]
    later: tuple[Ranked, ...]
    unseen: int


async def look_up(db: Database, user_id: str, ranked: Mapping[str, Ranked], limit: int) -> Found:
    """Evaluate the best `limit` subjects that are unseen, and as many seen ones to fill up with.

    What most users will need is asked for at once; only who has seen much of what is near costs a second look.
    """
    likely = list(ranked)[: 2 * limit]
    met, with_reel, known, ready = await asyncio.gather(
        views.views_among(db, user_id, ranked),
        videos.with_reels(db, ranked),
        postings.active_of(db, likely),
        videos.ready_for(db, map(_subject, likely)),
    )
    chosen = nearest(ranked, met, limit)
    if further := [key for key in chosen if key not in likely]:
        more, more_ready = await asyncio.gather(postings.active_of(db, further), videos.ready_for(db, map(_subject, further)))
        known, ready = known + more, ready | more_ready
    subjects = {subject_id: subject for subject_id, subject in group_by_subject(known).items() if subject_id.key in chosen}
    blocked = await _blocked(db, {subject_id: subject for subject_id, subject in subjects.items() if subject_id not in ready})
    return Found(
        candidates=tuple(
            Candidate(
                subject_id,
                ranked[subject_id.key].score,
                ranked[subject_id.key].rank,
                has_video=subject_id in ready,
                seen=_view(met, subject_id.key).seen,
                blocked=subject_id in blocked,
                company=ranked[subject_id.key].company,
            )
            for subject_id in subjects
        ),
        subjects=subjects,
        videos=ready,
        ranked=ranked,
        later=tuple(one for key, one in ranked.items() if key in with_reel and key not in chosen and _view(met, key) == View()),
        unseen=sum(_view(met, key) == View() for key in ranked),
    )


async def _blocked(db: Database, missing: Mapping[SubjectId, Subject]) -> set[SubjectId]:
    if not missing:
        return set()
    return await generation_queue.blocked(db, {subject_id: subject.source_hash for subject_id, subject in missing.items()})


def _subject(key: str) -> SubjectId:
    return SubjectId("posting", key)


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
    again: Sequence[str] = [key for key in shown if _view(met, key).seen]
    return {*unseen[:limit], *again[:limit]}
