"""What a routine plays, place by place, and as one HLS playlist of those clips that our own workers made."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from services.backend.routines.answers import Omitted, PlaylistPlace, RoutinePlaylist
from services.backend.routines.catalogue import Catalogue
from services.backend.routines.limits import Limits
from shared.errors import InvalidInput, Unavailable
from shared.logging import get_logger
from shared.mongo import clips
from shared.mongo.client import Database, within_a_request
from shared.mongo.clip_requests import Making, ask_for_clips
from shared.playlists_hls import Media, concatenated, read_media
from shared.schemas.clips import MADE_KINDS, Clip, MadeClip
from shared.schemas.reels import LAYOUT
from shared.schemas.routines import RoutineExercise, StoredRoutine
from shared.settings import Settings
from shared.storage.base import BlobStore
from shared.storage.playback import Playbacks

log = get_logger(__name__)

_AT_ONCE = 4
_RENDITION = "720p/playlist.m3u8"
Missing = Literal["deleted", "unavailable"]


@dataclass(frozen=True)
class Played:
    """A place with the clip that plays there, if any. `own` is the routine's own clip as it is now, None where it is gone."""

    place: RoutineExercise
    own: Clip | None
    clip: Clip | None

    @property
    def missing(self) -> Missing | None:
        return None if self.own and self.own.available is not False else "unavailable" if self.own else "deleted"


@dataclass(frozen=True)
class Reels:
    """The media playlists of places that have one, by slot, and why others have none."""

    parts: Mapping[int, Media]
    omitted: tuple[Omitted, ...]

    @property
    def seconds(self) -> float:
        return round(sum(part.seconds for part in self.parts.values()), 3)

    def text(self) -> str | None:
        return concatenated(list(self.parts.values())) if self.parts else None


async def what_plays(db: Database, stored: StoredRoutine, catalogue: Catalogue) -> list[Played]:
    """In order. Where the routine's own clip is missing, another one of the exercise that keeps to the routine's limits."""
    limits = await asyncio.to_thread(Limits, stored.parameters, catalogue)
    with within_a_request():
        found = await clips.among(db, stored.clip_ids)
    return [_played(place, found.get(place.clip_id), catalogue, limits) for place in stored.routine_data.exercises]


def _played(place: RoutineExercise, own: Clip | None, catalogue: Catalogue, limits: Limits) -> Played:
    if own and own.available is not False:
        return Played(place, own, own)
    row = catalogue.rows.get(place.exercise_id)
    may = row is not None and limits.reason(row) is None
    return Played(place, own, limits.clip(catalogue.known[row], without=(place.clip_id,)) if row is not None and may else None)


async def reels(played: Sequence[Played], store: BlobStore) -> Reels:
    """The media playlists of our own reels, read from the store. Never raises Unavailable."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def read(each: Played) -> Media | Omitted:
        async with turns:
            return await _read(each, store)

    found = dict(zip((each.place.slot for each in played), await asyncio.gather(*map(read, played)), strict=True))
    parts = {slot: each for slot, each in found.items() if isinstance(each, Media)}
    fragmented = next((part.fragmented for part in parts.values()), False)
    other = {slot for slot, part in parts.items() if part.fragmented != fragmented}
    omitted = [each for each in found.values() if isinstance(each, Omitted)]
    omitted += [Omitted(slot=slot, reason="other_segments") for slot in other]
    kept = {slot: part for slot, part in parts.items() if slot not in other}
    return Reels(kept, tuple(sorted(omitted, key=lambda each: each.slot)))


async def _read(each: Played, store: BlobStore) -> Media | Omitted:
    slot = each.place.slot
    if each.clip is None:
        return Omitted(slot=slot, reason="missing")
    if each.clip.video_id is None or each.clip.provider != store.provider:
        return Omitted(slot=slot, reason="no_hls")
    key = f"hls/{each.clip.video_id}/{_RENDITION}"
    try:
        content = await store.read(key)
        if content is None:
            raise ValueError("there is none")
        return read_media(content.decode(), store.url(key))
    except (Unavailable, ValueError) as error:
        log.warning("routine_reel_unreadable", clip_id=each.clip.clip_id, key=key, error=str(error))
        return Omitted(slot=slot, reason="unreadable")


async def playlist_of(
    db: Database, stored: StoredRoutine, played: Sequence[Played], found: Reels, store: BlobStore, playbacks: Playbacks, settings: Settings
) -> RoutinePlaylist:
    """What the API tells of it; what is missing is asked of the workers."""
    missing = [each for each in played if each.missing]
    answers = await ask_for_clips(db, list(map(_wanted, missing)), settings.playlists.playlist_max_clip_jobs, settings.queue)
    asked = {each.place.slot: answer for each, answer in zip(missing, answers, strict=True)}
    items = tuple(_told(each, store, playbacks, *asked.get(each.place.slot, (None, None))) for each in played)
    return RoutinePlaylist(
        routine_id=stored.routine_id,
        version=stored.version,
        complete=all(item.url for item in items),
        duration=stored.routine_data.metadata.total_duration,
        items=items,
        playlist_url=f"/routines/{stored.routine_id}/playlist.m3u8" if found.parts else None,
        playlist_duration=found.seconds,
        omitted=found.omitted,
    )


def _wanted(each: Played) -> MadeClip:
    """The clip that is missing, or as much like it as a worker can make."""
    was = each.own or each.place
    kind = was.kind if was.kind in MADE_KINDS else MADE_KINDS[0]
    return MadeClip(exercise_slug=each.place.exercise_id, kind=kind, archetype=was.archetype, locale=was.locale)


def _told(each: Played, store: BlobStore, playbacks: Playbacks, generation: Making | None, job_id: str | None) -> PlaylistPlace:
    place, url = each.place, _url(each.clip, playbacks)
    clip = each.clip if url else None
    return PlaylistPlace(
        slot=place.slot,
        exercise_id=place.exercise_id,
        exercise_name=place.exercise_name,
        block=place.block,
        starts_at=place.starts_at,
        ends_at=place.ends_at,
        rest_seconds=place.rest_seconds,
        sets=place.sets,
        work_seconds=place.work_seconds,
        loop=clip is not None and clip.duration < place.work_seconds,
        clip_id=clip.clip_id if clip else None,
        url=url,
        hls_url=_hls_url(clip, store) if clip else None,
        duration=round(clip.duration, 3) if clip else None,
        missing=each.missing,
        generation=generation,
        job_id=job_id,
    )


def _url(clip: Clip | None, playbacks: Playbacks) -> str | None:
    if clip is None:
        return None
    try:
        return playbacks.of(clip.provider).playback_url(clip)
    except (Unavailable, InvalidInput) as error:
        log.warning("clip_without_url", clip_id=clip.clip_id, provider=clip.provider, error=error.message)
        return None


def _hls_url(clip: Clip, store: BlobStore) -> str | None:
    if clip.video_id is None or clip.provider != store.provider:
        return None
    return store.url(f"hls/{clip.video_id}/{LAYOUT['playlist']}")
