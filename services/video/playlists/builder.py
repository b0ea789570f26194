"""PURE: which places a day has, and which clips may take them, the best first.

1. the presenter asked for; 2. the others, in the order of `archetypes.ORDER`; 3. the same kind of clip of a similar exercise. Each in the
language asked for, before the same in others (`locales.fallbacks`); the exercise in another language before a similar one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from services.video.playlists.archetypes import ORDER
from services.video.playlists.seeds import happens, place_key, rank, seed_of
from shared.schemas.clips import REQUIRED_KINDS, Archetype, ClipKind
from shared.schemas.locales import fallbacks
from shared.schemas.playlists import Day, Row

Level = Literal[1, 2, 3]
Near = Mapping[str, Sequence[str]]
"""Similar exercises by slug, the most similar first."""


class Place(NamedTuple):
    """Where a clip is wanted."""

    kind: ClipKind
    exercise_slug: str | None = None

    @property
    def required(self) -> bool:
        return self.kind in REQUIRED_KINDS


class Candidate(NamedTuple):
    level: Level
    row: Row


@dataclass(frozen=True)
class Limits:
    """`candidates` of one exercise, kind and archetype are considered, and `asks` of them may be asked about."""

    candidates: int
    asks: int


class Book:
    """The rows of a day, found by exercise, kind and archetype."""

    def __init__(self, day: Day, rows: Iterable[Row], limits: Limits) -> None:
        self._day, self._limits = day, limits
        self._seed = seed_of(day).of_week
        self._rows: dict[tuple[str | None, str, str, str], list[Row]] = defaultdict(list)
        for row in rows:
            self._rows[row.exercise_slug, row.kind, row.archetype, row.locale].append(row)

    def shortlist(self, place: Place, near: Near) -> list[Candidate]:
        """The clips to try in this order, as far as the first that is known to be available; those before it need to be asked about."""
        found: list[Candidate] = []
        for level, exercise_slug, archetype, locale in _rungs(place, self._day, near):
            found += [Candidate(level, row) for row in self._tried(self._ranked(exercise_slug, place.kind, archetype, locale))]
            if ends_sure(found):
                break
        return found

    def _tried(self, ranked: Iterable[Row]) -> Iterator[Row]:
        asks = self._limits.asks
        for row in ranked:
            if row.available:
                yield row
                return
            if asks:
                asks -= 1
                yield row

    def _ranked(self, exercise_slug: str | None, kind: ClipKind, archetype: Archetype, locale: str) -> list[Row]:
        rows = [row for row in self._rows.get((exercise_slug, kind, archetype, locale), ()) if row.available is not False]
        key, day = place_key(self._seed, exercise_slug, kind), self._day.day
        rows.sort(key=lambda row: (rank(key, day, row.clip_id), row.clip_id), reverse=True)
        return rows[: self._limits.candidates]


def places(day: Day, mistake_probability: float) -> list[Place]:
    """All places of the day, in the order in which they are played."""
    return [Place("intro"), *_of_exercises(day, mistake_probability), Place("closing")]


def _of_exercises(day: Day, mistake_probability: float) -> Iterator[Place]:
    seed = seed_of(day).of_day
    for slug in dict.fromkeys(day.exercises):
        yield from (Place("technique", slug), Place("instruction", slug))
        if happens(mistake_probability, seed, "mistake", slug):
            yield Place("mistake", slug)


def ends_sure(shortlist: Sequence[Candidate]) -> bool:
    """Whether its last clip is known to be available."""
    return bool(shortlist) and shortlist[-1].row.available is True


def wants_similar(place: Place, shortlist: Sequence[Candidate], *, also_required: bool) -> bool:
    """Whether similar exercises are to be looked at for it: none of its own clips is known to be available."""
    return place.exercise_slug is not None and not ends_sure(shortlist) and (also_required or not place.required)


def _rungs(place: Place, day: Day, near: Near) -> Iterator[tuple[Level, str | None, Archetype, str]]:
    first, *others = ORDER[day.archetype]
    spoken = fallbacks(day.locale)
    for locale in spoken:
        yield 1, place.exercise_slug, first, locale
        for other in others:
            yield 2, place.exercise_slug, other, locale
    for similar in near.get(place.exercise_slug or "", ()):
        for locale in spoken:
            for each in ORDER[day.archetype]:
                yield 3, similar, each, locale
