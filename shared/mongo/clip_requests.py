"""Clips asked of the workers."""

from __future__ import annotations

from shared.mongo import exercises, generation_queue
from shared.mongo.client import Database
from shared.mongo.generation_queue import Enqueued
from shared.schemas.clips import Archetype, MadeClip, MadeKind
from shared.schemas.exercises import Exercise
from shared.schemas.generation import GenerationRequest, Priority
from shared.schemas.reels import CLIP_TEMPLATE_IDS
from shared.settings import Queue


async def ask_for_clip(
    db: Database,
    slug: str,
    kind: MadeKind,
    archetype: Archetype,
    locale: str,
    settings: Queue,
    *,
    priority: Priority = "playlist",
) -> Enqueued | None:
    """Ask for the reel of this clip, without a user's slot: joined where one is being made. None: there is nothing to make it from, as
    the exercise is unknown, inactive, or has no instructions in the language of `locale`."""
    exercise = await exercises.get(db, slug)
    if exercise is None or not exercise.is_told_in(locale):
        return None
    wanted = MadeClip(exercise_slug=slug, kind=kind, archetype=archetype, locale=locale)
    return await generation_queue.enqueue(db, clip_request(exercise, wanted, priority), settings)


def clip_request(exercise: Exercise, wanted: MadeClip, priority: Priority) -> GenerationRequest:
    """PURE: the wish for a reel of the exercise as it is now."""
    return GenerationRequest(
        subject=wanted.subject,
        source_hash=exercise.content_hash,
        template_id=CLIP_TEMPLATE_IDS[0],
        priority=priority,
    )
