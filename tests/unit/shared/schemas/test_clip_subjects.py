"""Which clip the key of a subject names, and what an exercise has to say for one."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.mongo.made_clips import clip_id, of_reel
from shared.schemas.clips import ARCHETYPE_VOICES, ARCHETYPES, MADE_KINDS, MadeClip, clip_subject, made_clip
from shared.schemas.exercises import Exercise
from shared.schemas.videos import Video

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MADE = MadeClip(exercise_slug="a:b", kind="technique", archetype="peer", locale="en-GB")


def exercise(**changes: Any) -> Exercise:
    told = {"slug": "plank", "name": "Plank", "instructions": ("Hold.",), "content_hash": "h", "created_at": NOW, "updated_at": NOW}
    return Exercise.model_validate({**told, **changes})


@pytest.mark.parametrize("kind", MADE_KINDS)
@pytest.mark.parametrize("archetype", ARCHETYPES)
@pytest.mark.parametrize("slug", ["plank", "3-4-sit-up", "a:technique:peer:en"])
def test_a_key_names_what_it_was_made_of(slug: str, kind: Any, archetype: Any) -> None:
    made = made_clip(clip_subject(slug, kind, archetype, "pt-BR").key)
    assert made == MadeClip(exercise_slug=slug, kind=kind, archetype=archetype, locale="pt-BR")


@pytest.mark.parametrize(
    "key", ["", "plank", "plank:technique:peer", "plank:mistake:peer:en", ":technique:peer:en", "plank:technique:boss:en"]
)
def test_other_keys_name_none(key: str) -> None:
    assert made_clip(key) is None


def test_every_presenter_has_a_voice_of_their_own() -> None:
    assert set(ARCHETYPE_VOICES) == set(ARCHETYPES)
    assert len(set(ARCHETYPE_VOICES.values())) == len(ARCHETYPES)


@pytest.mark.parametrize(
    ("of", "asked", "told"), [("en", "en", True), ("en", "en-GB", True), ("pt_BR", "pt", True), ("en", "de", False), ("de", "en", False)]
)
def test_a_clip_is_in_the_language_of_the_instructions(of: str, asked: str, told: bool) -> None:
    assert exercise(locale=of).is_told_in(asked) is told
    assert exercise(locale=of, instructions=()).is_told_in(asked) is False


def test_a_reel_of_an_exercise_that_is_gone_is_still_a_clip() -> None:
    subject = MADE.subject
    reel = Video(
        video_id="v", subject_kind="clip", subject_key=subject.key, source_hash="h", provider="r2", s3_key="hls/v/master.m3u8", cdn_url="u",
        mp4_key="hls/v/reel.mp4", captions_key="c", poster_key="p", width=1, height=1, size_bytes=1, duration_seconds=2.5,
        template_id="coach", script="…", created_at=NOW,
    )  # fmt: skip
    clip = of_reel(reel, MADE, None, NOW)
    assert (clip.clip_id, clip.provider, clip.asset, clip.duration) == (clip_id(subject), "r2", "hls/v/reel.mp4", 2.5)
    assert (clip.exercise_slug, clip.locale, clip.how_to, clip.playable) == ("a:b", "en-GB", "", True)
