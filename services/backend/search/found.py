"""What the database knows of the subjects a search came upon: who has seen or hidden them, which have a reel, which are open."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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
    """Evaluate the best `limit` subjects that are unseen, and as many seen ones to fill up with. Reads keys, no texts.

    What most users will need is asked for at once; only who has seen much of what is near costs a second look.
    """
    likely = list(ranked)[: 2 * limit]
    met, with_reel, sources = await asyncio.gather(
        views.views_among(db, user_id, ranked), videos.with_reels(db, ranked), subjects.sources_of(db, likely)
    )
    chosen = nearest(ranked, met, limit)
    if further := chosen.difference(likely):
        sources |= await subjects.sources_of(db, further)
    still_open = [key for key in ranked if key in chosen and key in sources]
    blocked = await _blocked(db, {key: sources[key] for key in still_open if key not in with_reel})
    return Found(
        candidates=tuple(
            Candidate(
                SubjectId("posting", key),
                ranked[key].score,
                ranked[key].rank,
                has_video=key in with_reel,
                seen=_view(met, key).seen,
                blocked=key in blocked,
                company=ranked[key].company,
            )
            for key in still_open
        ),
        ranked=ranked,
        later=tuple(one for key, one in ranked.items() if key in with_reel and key not in chosen and _view(met, key) == View()),
        unseen=sum(_view(met, key) == View() for key in ranked),
        hidden=frozenset(key for key, view in met.items() if view.hidden),
    )


async def _blocked(db: Database, missing: Mapping[str, str]) -> set[str]:
    if not missing:
        return set()
    found = await generation_queue.blocked(db, {SubjectId("posting", key): source_hash for key, source_hash in missing.items()})
    return {subject.key for subject in found}


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
