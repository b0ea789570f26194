"""Catalogues to compile routines from: the project's own exercises or made ones, each with stand-in clips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.backend.routines.catalogue import Catalogue
from services.backend.routines.planner import Planned
from services.backend.routines.schemas import RoutineRequest
from shared.embeddings.base import Kind, unit
from shared.errors import Unavailable
from shared.fingerprint import content_hash
from shared.schemas.clips import Clip
from shared.schemas.exercises import Exercise
from shared.schemas.routines import Parameters, Story

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
STORIES = (
    Story(text="dynamic warm up: circles, swings, marching", block="warm_up"),
    Story(text="strength for legs and glutes", block="main"),
    Story(text="strength for chest, back and core", block="main"),
    Story(text="relaxing stretches to cool down", block="cool_down"),
)


class WordEmbedder:
    """An Embedder of our own: each word has a direction. `away` are the texts it has no answer for; None: it has none at all."""

    embedder_id, dimensions, threshold = "words-test", 64, 0.55

    def __init__(self, away: Sequence[str] | None = ()) -> None:
        self.away = away

    async def embed(self, texts: Sequence[str], *, kind: Kind = "query") -> NDArray[np.float32]:
        if self.away is None or any(text in self.away for text in texts):
            raise Unavailable("it is away", code="embedder_unavailable")
        return np.stack([self.vector(text) for text in texts])

    def vector(self, text: str) -> NDArray[np.float32]:
        rows = [np.random.default_rng(int(content_hash(word)[:8], 16)).standard_normal(64) for word in text.lower().split()]
        return np.asarray(unit(np.sum(rows, axis=0, keepdims=True).astype(np.float32))[0])

    async def aclose(self) -> None:
        return None


def clip(slug: str, **fields: Any) -> Clip:
    """A technique that can be played, unless told otherwise."""
    base = {"clip_id": f"c-{slug}", "exercise_slug": slug, "kind": "technique", "archetype": "professional", "provider": "external"}
    told = {"asset": f"https://media.example.com/{slug}.mp4", "duration": 20.0, "available": True, "created_at": _NOW, "updated_at": _NOW}
    return Clip.model_validate({**base, **told, **fields})


def catalogue_of(exercises: Iterable[Exercise], clips: Iterable[Clip] | None = None) -> Catalogue:
    """With a clip and a vector each, unless told otherwise."""
    known, embedder = list(exercises), WordEmbedder()
    vectors = {one.slug: embedder.vector(f"{one.name} {one.category} {' '.join(one.muscles)}") for one in known}
    shown = [clip(one.slug) for one in known] if clips is None else clips
    return Catalogue.of(known, shown, vectors, embedder_id=embedder.embedder_id)


def parameters(**changes: Any) -> Parameters:
    return Parameters.model_validate({"target_duration": 600, "intensity_level": "intermediate", "format": "vertical", **changes})


class FieldsPlanner:
    """A Planner that goes by the request's fields alone; the sentence is its only main story where it is to be."""

    def __init__(self, stories: tuple[Story, ...] = STORIES) -> None:
        self.stories = stories

    async def plan(self, request: RoutineRequest) -> Planned:
        told = request.model_dump(exclude={"user_id", "user_requirements", "avoid"}, exclude_none=True)
        return Planned(parameters(**told, limits=request.avoid or ()), self.stories)
