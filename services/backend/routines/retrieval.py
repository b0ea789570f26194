"""What answers each story: exercises that may be in the routine, by their vectors and their words."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.backend.routines.blocks import NEVER, blocks_of, is_gentle, tier
from services.backend.routines.candidates import Candidate, Vector
from services.backend.routines.catalogue import Catalogue
from services.backend.routines.favours import Favours, favours
from shared.embeddings.base import Embedder
from shared.errors import Unavailable
from shared.logging import get_logger
from shared.schemas.plans import Block
from shared.schemas.routines import Parameters, Story
from shared.settings import Routines

log = get_logger(__name__)

THRESHOLDS: Mapping[str, float] = {"minilm-l6-int8-v2": 0.66, "wordllama-l2-256-v2": 0.57}
"""From which score on an exercise answers a story, by embedder: nine of ten that do reach it (docs/routines.md has the measurement)."""
_LOWER = 0.02
"""For embedders nobody has measured, below the threshold of postings: exercises are more alike than those."""
WORDS = 0.3
"""Weight of the BM25 (all that could be = 1) beside the cosine."""
NO_VECTORS = "embedding_behind"
_LONG_S = 2400
"""Beyond which what an ordinary search finds would not fill the time."""


@dataclass(frozen=True)
class Found:
    """Candidates, best first for each story and block; an exercise may be among several. `below` counts the exercises that may be in the
    routine and were near enough to no story. `degraded` names what had to be done without."""

    candidates: tuple[Candidate, ...]
    below: int
    degraded: tuple[str, ...] = ()


def score_threshold(settings: Routines, embedder: Embedder) -> float:
    if settings.routine_score_threshold is not None:
        return settings.routine_score_threshold
    return THRESHOLDS.get(embedder.embedder_id, embedder.threshold - _LOWER)


async def search(
    stories: Sequence[Story],
    parameters: Parameters,
    catalogue: Catalogue,
    rows: Sequence[int],
    embedder: Embedder,
    settings: Routines,
    *,
    widely: bool = False,
) -> Found:
    """The best exercises of these rows for each story, for the blocks they may be in: ROUTINE_CLIPS_PER_STORY, or twice as many. Never
    raises Unavailable: a story whose search fails is searched by words alone, and named."""
    vectors = await asyncio.gather(*(_vector(number, story, embedder) for number, story in enumerate(stories)))
    many = widely or parameters.target_duration > _LONG_S
    scoring = _Scoring(catalogue, rows, score_threshold(settings, embedder), favours(parameters))
    return await asyncio.to_thread(_found, stories, vectors, scoring, settings.routine_clips_per_story * (2 if many else 1))


async def _vector(number: int, story: Story, embedder: Embedder) -> Vector | None:
    try:
        return np.asarray((await embedder.embed([story.text]))[0])
    except Unavailable as error:
        log.warning("routine_story_by_words", story=number + 1, code=error.code, error=error.message)
        return None


def _found(stories: Sequence[Story], vectors: Sequence[Vector | None], scoring: _Scoring, limit: int) -> Found:
    near, candidates = set[int](), list[Candidate]()
    for number, (story, vector) in enumerate(zip(stories, vectors, strict=True)):
        scored = scoring.of(story, vector)
        near.update(each.row for each in scored)
        candidates += _best(number, story, scoring, scored, limit)
    if candidates:
        candidates += _named(stories, vectors, scoring, candidates, limit)
        candidates += _held(stories, vectors, scoring, candidates)
    degraded = _degraded(vectors, scoring.catalogue, scoring.rows)
    return Found(tuple(candidates), len(scoring.rows) - len(near), tuple(degraded))


def _named(
    stories: Sequence[Story], vectors: Sequence[Vector | None], scoring: _Scoring, found: Sequence[Candidate], limit: int
) -> list[Candidate]:
    """The nearest exercises for the parts of the body that were named, where the gate has let none through."""
    trained = [number for number, story in enumerate(stories) if story.block in ("main", None)]
    favoured, known = scoring.favours, scoring.catalogue.known
    if not favoured.muscles or not trained or any(each.block == "main" and favoured.names(each.known) for each in found):
        return []
    number = trained[0]
    any_near = scoring.of(stories[number], vectors[number], gated=False)
    for_them = [each for each in any_near if favoured.names(known[each.row])]
    return _best(number, stories[number], scoring, for_them, limit)


def _held(stories: Sequence[Story], vectors: Sequence[Vector | None], scoring: _Scoring, found: Sequence[Candidate]) -> list[Candidate]:
    """The nearest stretch to end with, where the gate has let none through."""
    ends = [number for number, story in enumerate(stories) if story.block == "cool_down"]
    if not ends or any(each.block == "cool_down" and each.known.role == "stretch" for each in found):
        return []
    number = ends[0]
    any_near = scoring.of(stories[number], vectors[number], gated=False)
    stretches = [each for each in any_near if scoring.catalogue.known[each.row].role == "stretch"]
    return _best(number, stories[number], scoring, stretches, 1)


class _Scored(NamedTuple):
    row: int
    score: float
    rank: float


class _Scoring:
    """Exercises of these rows held against one story after the other."""

    def __init__(self, catalogue: Catalogue, rows: Sequence[int], threshold: float, favours: Favours) -> None:
        self.catalogue, self.rows, self._threshold, self.favours = catalogue, rows, threshold, favours

    def of(self, story: Story, vector: Vector | None, *, gated: bool = True) -> list[_Scored]:
        """Those that answer the story; all, where they are not `gated`."""
        words, cosines, vectored = self._words(story), np.zeros(len(self.rows), np.float32), np.zeros(len(self.rows), np.bool_)
        chosen = np.asarray(self.rows, np.intp)
        if vector is not None and len(self.rows) and len(vector) == self.catalogue.matrix.shape[1]:
            cosines, vectored = self.catalogue.matrix[chosen] @ vector, self.catalogue.vectored[chosen]
        scores = np.where(vectored, np.clip((1 + cosines) / 2, 0, 1), 0)
        passing = np.flatnonzero(np.where(vectored, scores >= self._threshold, words > 0) | (not gated))
        ranks = cosines + WORDS * words + self._favoured
        return list(map(_Scored, chosen[passing].tolist(), scores[passing].tolist(), ranks[passing].tolist()))

    def _words(self, story: Story) -> NDArray[np.float32]:
        slugs = [self.catalogue.known[row].slug for row in self.rows]
        hits = self.catalogue.words.ask(story.text).score(slugs)
        return np.array([hits[slug].bm25 if slug in hits else 0 for slug in slugs], np.float32)

    @cached_property
    def _favoured(self) -> NDArray[np.float32]:
        return np.array([self.favours.of(self.catalogue.known[row]) for row in self.rows], np.float32)


def _best(number: int, story: Story, scoring: _Scoring, scored: Sequence[_Scored], limit: int) -> list[Candidate]:
    """For a story of one block those that belong there first; for one of any block the nearest, wherever they belong."""
    catalogue, gentle, found = scoring.catalogue, is_gentle(story.text), list[tuple[int, float, int, Block, float]]()
    for row, score, rank in scored:
        known = catalogue.known[row]
        serves = scoring.favours.serves(known, story.text)
        places = ((block, tier(known, block, gentle=gentle, serves=serves)) for block in blocks_of(story))
        found += [(place, -rank, row, block, score) for block, place in places if place != NEVER]
    if story.block is None:
        nearest = {row for _, row in sorted({(rank, row) for _, rank, row, _, _ in found})[:limit]}
        found = [each for each in found if each[2] in nearest]
    kept = sorted(found)[: limit if story.block else None]
    return [
        Candidate(catalogue.known[row], number, block, place, score, -rank, catalogue.matrix[row])
        for place, rank, row, block, score in kept
    ]


def _degraded(vectors: Sequence[Vector | None], catalogue: Catalogue, rows: Sequence[int]) -> list[str]:
    away = [number for number, vector in enumerate(vectors, start=1) if vector is None]
    if away and len(away) == len(vectors):
        return ["search: no story could be embedded, so words alone were searched"]
    named = [f"search: story {number} could not be embedded, so its words alone were searched" for number in away]
    if rows and not catalogue.vectored[np.asarray(rows, np.intp)].all():
        named.append(f"search: {NO_VECTORS}, some exercises have no vector yet and were found by words")
    return named
