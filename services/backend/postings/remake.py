"""Reels whose postings say something else by now are made anew, ahead of demand; the old ones serve until then."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from shared.logging import get_logger
from shared.mongo import generation_queue, postings, videos
from shared.mongo.client import Database
from shared.schemas.generation import GenerationRequest
from shared.schemas.postings import Subject, group_by_subject
from shared.schemas.reels import POSTING_TEMPLATE_IDS
from shared.schemas.subjects import SubjectId
from shared.settings import Queue

log = get_logger(__name__)

_AT_ONCE = 200  # subjects looked up together


class Remade(NamedTuple):
    """`left` subjects were beyond the bound, or the queue took no more."""

    asked: int = 0
    left: int = 0


async def remake(db: Database, subject_keys: Sequence[str], settings: Queue, most: int) -> Remade:
    """Ask for a new reel of each of these subjects whose ready one was made from another text, `most` at the most.

    What the postings say now decides, not what an import changed: one that was cut short leaves nothing behind. With `most` 0 none is.
    """
    if most == 0:
        return Remade()
    stale = [subject for at in range(0, len(subject_keys), _AT_ONCE) for subject in await _stale(db, subject_keys[at : at + _AT_ONCE])]
    return await ask_up_to(db, map(_request, stale), settings, most)


async def ask_up_to(db: Database, requests: Iterable[GenerationRequest], settings: Queue, most: int) -> Remade:
    """Ask for each in turn until so many are new."""
    asked, waiting = 0, list(requests)
    for number, request in enumerate(waiting):
        if asked == most:
            return Remade(asked, len(waiting) - number)
        outcome = (await generation_queue.enqueue(db, request, settings)).outcome
        if outcome == "queue_full":
            return Remade(asked, len(waiting) - number)
        asked += outcome == "created"
    if asked:
        log.info("reels_remade", asked=asked)
    return Remade(asked)


async def _stale(db: Database, subject_keys: Sequence[str]) -> list[Subject]:
    ready = await videos.ready_for(db, [SubjectId("posting", key) for key in subject_keys])
    if not ready:
        return []
    now = group_by_subject(await postings.active_of(db, [subject.key for subject in ready]))
    return [subject for key, subject in now.items() if ready[key].source_hash != subject.source_hash]


def _request(subject: Subject) -> GenerationRequest:
    return GenerationRequest(
        subject=subject.id,
        source_hash=subject.source_hash,
        template_id=random.choice(POSTING_TEMPLATE_IDS),  # noqa: S311 - variety, not a secret
        priority="bulk",
        greenhouse_id=subject.first.greenhouse_id,
    )
