"""PURE: what of a clip who keeps the catalogue decides, and what follows from it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from services.backend.catalogue.assets import asset_problem
from shared.fingerprint import content_hash
from shared.schemas.base import Message
from shared.schemas.clips import GLOBAL_KINDS, Archetype, Clip, ClipKind, Intensity, Level
from shared.schemas.locales import LOCALE_PATTERN, canonical
from shared.schemas.reels import FormatId

MAX_SLUG = 200
MAX_TEXT = 2_000
_MAX_SECONDS = 86_400
_ROUNDING_S = 0.5
_PRINTED = r"^[^\x00-\x1f\x7f]+$"

CLIP_WORDS = frozenset({"counts", "recheck"})
EXERCISE_WORDS = frozenset({"allowed", "clips"})
"""What follows /admin/clips/ and /admin/exercises/ and is no clip and no exercise: one of this name could not be asked for."""


def _no_word(clip_id: str) -> str:
    if clip_id in CLIP_WORDS:
        raise ValueError(f"/admin/clips/{clip_id} is something else: give it another id")
    return clip_id


ClipId = Annotated[str, Field(min_length=1, max_length=200, pattern=_PRINTED), AfterValidator(_no_word)]
Seconds = Annotated[float, Field(strict=True, ge=0, le=_MAX_SECONDS, allow_inf_nan=False)]
Duration = Annotated[float, Field(strict=True, gt=0, le=_MAX_SECONDS, allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=MAX_TEXT)]
Locale = Annotated[str, Field(pattern=LOCALE_PATTERN), AfterValidator(canonical)]
"""As playlists take it, and in the spelling they look for."""


class ClipFields(Message):
    """A clip of the catalogue. Times and durations in seconds."""

    kind: ClipKind
    exercise_slug: Annotated[str, Field(min_length=1, max_length=MAX_SLUG, pattern=_PRINTED)] | None = Field(
        default=None, validate_default=True, description="null: an intro or a closing, which are of no exercise"
    )
    archetype: Archetype
    locale: Locale = "en"
    provider: str = Field(min_length=1, max_length=60, pattern=_PRINTED, description="r2, spaces, s3, stream, external, local, …")
    asset: str = Field(
        min_length=1,
        max_length=4_096,
        pattern=_PRINTED,
        description="what the provider finds it by: an object key (r2, spaces, s3, local), a playback id (stream), a URL (external)",
    )
    start_time: Seconds | None = Field(default=None, description="where the clip begins in the asset; null: where that begins")
    end_time: Seconds | None = Field(default=None, description="where it ends; null: where that ends")
    duration: Duration | None = Field(default=None, validate_default=True, description="may be left out where end_time tells it")
    how_to: Text = ""
    benefits: Text = ""
    counteracts: Text = ""
    fitness_level: Level | None = None
    intensity: Intensity | None = None
    format: FormatId | None = Field(default=None, description="its shape; null: not known")
    original_url: Annotated[str, Field(max_length=2_000, pattern=r"^https?://[^\s/]+\S*$")] | None = None
    available: bool | None = Field(default=None, strict=True, description="whether it can be played; null: to be looked at, or as it was")

    @field_validator("exercise_slug")
    @classmethod
    def _as_its_kind_asks(cls, slug: str | None, others: ValidationInfo) -> str | None:
        kind = others.data.get("kind")
        if kind in GLOBAL_KINDS and slug is not None:
            raise ValueError(f"a clip of kind {kind} is of no exercise")
        if kind not in (*GLOBAL_KINDS, None) and slug is None:
            raise ValueError(f"a clip of kind {kind} is of an exercise: name it")
        return slug

    @field_validator("asset")
    @classmethod
    def _that_can_be(cls, asset: str, others: ValidationInfo) -> str:
        if problem := asset_problem(others.data.get("provider", ""), asset):
            raise ValueError(problem)
        return asset

    @field_validator("end_time")
    @classmethod
    def _after_the_start(cls, end: float | None, others: ValidationInfo) -> float | None:
        if end is not None and end <= (others.data.get("start_time") or 0):
            raise ValueError("it has to be after start_time")
        return end

    @field_validator("duration")
    @classmethod
    def _that_of_the_piece(cls, duration: float | None, others: ValidationInfo) -> float | None:
        if "end_time" not in others.data:
            return duration
        end: float | None = others.data["end_time"]
        if end is None:
            if duration is None:
                raise ValueError("give it, or end_time")
            return duration
        piece: float = round(end - (others.data.get("start_time") or 0), 3)
        if duration is not None and abs(duration - piece) > _ROUNDING_S:
            raise ValueError(f"from start_time to end_time it is {piece:g} s")
        return piece


def clip_id_of(fields: ClipFields) -> str:
    """The same for the same piece of the same asset in the same role, whatever is said about it."""
    piece = (repr(fields.start_time), repr(fields.end_time))
    role = (fields.exercise_slug or "", fields.kind, fields.archetype, fields.locale)
    return f"clip-{content_hash(fields.provider, fields.asset, *piece, *role)[:20]}"


def as_clip(clip_id: str, fields: ClipFields, kept: Clip | None, now: datetime) -> Clip:
    """What is to be stored. Whether it can be played is as it was `kept`, unless it is told, or it is to be found elsewhere now."""
    told = fields.model_dump(exclude={"available"})
    stays = kept is not None and (kept.provider, kept.asset) == (fields.provider, fields.asset)
    available, checked_at = (kept.available, kept.checked_at) if kept and stays else (None, None)
    if fields.available is not None and fields.available != available:
        available, checked_at = fields.available, now
    base = kept.model_dump() if kept else {"created_at": now, "updated_at": now}
    clip = Clip.model_validate({**base, **told, "available": available, "checked_at": checked_at, "clip_id": clip_id})
    return clip if clip == kept else clip.model_copy(update={"updated_at": now})
