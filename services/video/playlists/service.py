"""One playlist, from what was asked to what is answered."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence, Set
from functools import partial
from typing import NamedTuple, cast

from services.video.availability.asking import settle
from services.video.playlists import answer
from services.video.playlists.assembly import Assembly
from services.video.playlists.builder import Candidate, Place
from services.video.playlists.complaints import Complaints
from services.video.playlists.schemas import Lack, MissingClip, Playlist, PlaylistItem
from services.video.playlists.seeds import ALGO_VERSION, seed_of
from services.video.playlists.similar import Similar
from services.video.playlists.wishes import ask_for
from shared.logging import get_logger
from shared.metrics import (
    PLAYLIST_BUILD_SECONDS,
    PLAYLIST_CANDIDATES,
    PLAYLIST_FALLBACK_HIT,
    PLAYLIST_FALLBACK_MISSED,
    PLAYLIST_ITEMS,
)
from shared.mongo.client import Database
from shared.mongo.clip_requests import Answer
from shared.schemas.clips import Clip, ClipKind, MadeKind, clip_subject
from shared.schemas.playlists import Day, Row
from shared.schemas.reels import LAYOUT
from shared.settings import Settings
from shared.storage.base import BlobStore
from shared.storage.playback import Playbacks

log = get_logger(__name__)

SLOW_S = 0.2
"""A build that takes longer is logged."""
_HOPELESS = ("blocked", "impossible")


class Parts(NamedTuple):
    """What the service works with."""

    db: Database
    store: BlobStore
    playbacks: Playbacks
    similar: Similar
    complaints: Complaints
    settings: Settings


class Built(NamedTuple):
    chosen: Mapping[Place, Candidate | None]
    items: tuple[PlaylistItem, ...]
    revision: str
    rows: tuple[Row, ...]
    unsaid: frozenset[str]


async def make_playlist(parts: Parts, day: Day, *, similar_for_required: bool = False, of_plan: bool = False) -> Playlist:
    """The day's playlist; what is missing and required is asked of the workers.

    Raises Unavailable, and NotFound for unknown exercises; one of a plan may be gone by now, and is missing then.
    """
    built = await build(parts, day, similar_for_required=similar_for_required, of_plan=of_plan)
    missing = await _missing(parts, day, built)
    return Playlist(
        workout_id=day.workout_id,
        week=day.week,
        day=day.day,
        archetype=day.archetype,
        locale=day.locale,
        seed=seed_of(day).of_day,
        algo_version=ALGO_VERSION,
        catalog_revision=built.revision,
        complete=not missing,
        duration=round(sum(item.duration for item in built.items), 3),
        items=built.items,
        missing=missing,
    )


async def build(parts: Parts, day: Day, *, similar_for_required: bool = False, of_plan: bool = False) -> Built:
    """What is played, measured. Raises as `make_playlist`."""
    started = time.perf_counter()
    ask = partial(_ask, parts)
    assembly = Assembly(parts.db, parts.playbacks, parts.similar, ask, parts.settings.playlists, day)
    chosen = await assembly.run(similar_for_required=similar_for_required, unknown_is_error=not of_plan)
    built = _built(parts.store, assembly, chosen, day.locale)
    _measure(day, built, time.perf_counter() - started)
    return built


async def _ask(parts: Parts, clip: Clip) -> bool | None:
    return await settle(parts.db, parts.playbacks.of(clip.provider), clip)


def _built(store: BlobStore, assembly: Assembly, chosen: Mapping[Place, Candidate | None], locale: str) -> Built:
    played = [(place, candidate, assembly.clips[candidate.row.clip_id]) for place, candidate in chosen.items() if candidate]
    items = [
        answer.item(place, candidate, clip, locale, assembly.urls[clip.clip_id], _hls_url(store, clip)) for place, candidate, clip in played
    ]
    revision = answer.revision(assembly.rows.values(), assembly.near, [clip for *_, clip in played])
    return Built(chosen, tuple(items), revision, tuple(assembly.rows.values()), frozenset(assembly.unsaid))


def _hls_url(store: BlobStore, clip: Clip) -> str | None:
    """Beside the file of a reel of ours; the store's URLs are not signed, so the parts of the playlist are found too."""
    if clip.video_id is None or clip.provider != store.provider:
        return None
    return store.url(f"hls/{clip.video_id}/{LAYOUT['playlist']}")


async def _missing(parts: Parts, day: Day, built: Built) -> tuple[MissingClip, ...]:
    places = [place for place, candidate in built.chosen.items() if place.required and not candidate]
    if not places:
        return ()
    known = {(row.exercise_slug, row.kind) for row in built.rows}
    unsaid = {(row.exercise_slug, row.kind) for row in built.rows if row.clip_id in built.unsaid}
    wanted = [place for place in places if (place.exercise_slug, place.kind) not in unsaid]
    asked = dict(zip(wanted, await ask_for(parts.db, wanted, day, parts.settings), strict=True))
    missing = tuple(_missing_at(place, known, asked.get(place)) for place in places)
    tell = log.error if _is_news(parts.complaints, day, missing) else log.info
    tell("playlist_incomplete", **_named(day), missing=[each.model_dump() for each in missing])
    return missing


def _missing_at(place: Place, known: Set[tuple[str | None, ClipKind]], asked: Answer | None) -> MissingClip:
    """`asked` None: nothing is made in the place of what may well be there."""
    reason: Lack = "not_known" if asked is None else "not_available" if (place.exercise_slug, place.kind) in known else "no_clip"
    generation, job_id = asked or ("not_asked", None)
    return MissingClip(exercise_slug=place.exercise_slug or "", kind=place.kind, reason=reason, generation=generation, job_id=job_id)


def _is_news(complaints: Complaints, day: Day, missing: Sequence[MissingClip]) -> bool:
    """What cannot be made is missing every time: once in a while is enough for that."""
    hopeless = [each for each in missing if each.generation in _HOPELESS]
    subjects = [clip_subject(each.exercise_slug, cast(MadeKind, each.kind), day.archetype, day.locale) for each in hopeless]
    new = [subject for subject in subjects if complaints.is_news(subject.key)]
    return bool(new) or len(hopeless) < len(missing)


def _measure(day: Day, built: Built, seconds: float) -> None:
    PLAYLIST_BUILD_SECONDS.observe(seconds)
    PLAYLIST_CANDIDATES.observe(len(built.rows))
    _count(built.chosen)
    if seconds >= SLOW_S:
        log.warning("playlist_slow", **_named(day), ms=round(seconds * 1000, 1), candidates=len(built.rows), exercises=len(day.exercises))


def _count(chosen: Mapping[Place, Candidate | None]) -> None:
    for place, candidate in chosen.items():
        if candidate is None:
            PLAYLIST_FALLBACK_MISSED.labels(str(place.required).lower()).inc()
            continue
        PLAYLIST_ITEMS.labels(place.kind).inc()
        if candidate.level > 1:
            PLAYLIST_FALLBACK_HIT.labels(str(candidate.level)).inc()


def _named(day: Day) -> dict[str, str | int]:
    return {"workout_id": day.workout_id, "week": day.week, "day": day.day, "archetype": day.archetype, "locale": day.locale}
