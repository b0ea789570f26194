"""PURE: what was found, as the API tells it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from services.video.playlists.builder import Candidate, Near, Place
from services.video.playlists.schemas import PlaylistItem, Reason
from shared.fingerprint import content_hash
from shared.schemas.clips import Clip
from shared.schemas.locales import language
from shared.schemas.playlists import Row

_REASONS: Mapping[int, Reason] = {1: "exact", 2: "other_archetype", 3: "similar_exercise"}
_PLAYED = ("clip_id", "provider", "asset", "start_time", "end_time", "duration", "video_id")


def item(place: Place, candidate: Candidate, clip: Clip, locale: str, url: str, hls_url: str | None) -> PlaylistItem:
    """`locale` is the one asked for."""
    return PlaylistItem(
        type=place.kind,
        kind=place.kind,
        exercise_slug=place.exercise_slug,
        clip_id=clip.clip_id,
        clip_exercise_slug=clip.exercise_slug,
        archetype=clip.archetype,
        level=candidate.level,
        reason=_REASONS[candidate.level] if language(clip.locale) == language(locale) else "other_language",
        provider=clip.provider,
        url=url,
        hls_url=hls_url,
        duration=round(clip.duration, 3),
        start_time=clip.start_time,
        end_time=clip.end_time,
    )


def revision(rows: Iterable[Row], near: Near, played: Iterable[Clip]) -> str:
    """32 hex digits over all that the choice was made from, and over what is told of the clips that are played."""
    considered = sorted(
        f"{row.clip_id}\x1f{row.exercise_slug}\x1f{row.kind}\x1f{row.archetype}\x1f{row.locale}\x1f{row.available}" for row in rows
    )
    told = [[getattr(clip, name) for name in _PLAYED] for clip in played]
    return content_hash("\n".join(considered), json.dumps(sorted(near.items())), json.dumps(told))
