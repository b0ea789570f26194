"""Clips as files tell them, in our names and the seeds', and what follows when they change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.backend.admin import clips_ahead
from services.backend.catalogue import clip_routes, exercise_routes
from services.backend.catalogue.clip_fields import CLIP_WORDS, EXERCISE_WORDS, as_clip
from services.backend.catalogue.clip_file import read_clip
from shared.errors import InvalidInput

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
SEED = {"r2_kind": "technique", "r2_archetype": "mentor", "r2_file": "videos/a.mp4", "exercise": "push-up", "duration": 45}
OURS = {"kind": "technique", "archetype": "mentor", "provider": "r2", "asset": "videos/a.mp4", "exercise_slug": "push-up", "duration": 45.0}


NO_URLS = ("http://x.example/a", "https://127.0.0.1/a", "https://u:p@x.example/a", "https://10.0.0.1/a.mp4", "https://[::1]/a", "a.mp4")


def test_the_seeds_names_and_ours_are_one_clip() -> None:
    assert read_clip(SEED) == read_clip(OURS) == read_clip(SEED | {"provider": "r2", "stream_uid": "", "is_featured": True})
    assert read_clip(SEED)[0].startswith("clip-")


def test_a_format_is_a_shape_or_nothing() -> None:
    told = [read_clip(SEED | {"format": said})[1].format for said in ("Vertical", "square", "mp4", None)]
    assert told == ["vertical", "square", None, None]


@pytest.mark.parametrize(
    ("row", "provider", "asset"),
    [
        ({"r2_file": "a.mp4"}, "r2", "a.mp4"),
        ({"stream_uid": "abc"}, "stream", "abc"),
        ({"playback_id": "abc"}, "stream", "abc"),
        ({"url": "https://x.example/a.mp4"}, "external", "https://x.example/a.mp4"),
        ({"provider": "stream", "r2_file": "a.mp4", "stream_uid": "abc"}, "stream", "abc"),
        ({"provider": "R2", "r2_file": "a.mp4", "stream_uid": "abc"}, "r2", "a.mp4"),
        ({"provider": "spaces", "key": "b.mp4"}, "spaces", "b.mp4"),
        ({"r2_file": "a.mp4", "url": "https://x.example/a.mp4"}, "r2", "a.mp4"),
        ({"provider": "mine", "asset": "c"}, "mine", "c"),
    ],
)
def test_the_asset_by_its_providers_name(row: dict[str, Any], provider: str, asset: str) -> None:
    fields = read_clip({key: value for key, value in SEED.items() if key != "r2_file"} | row)[1]
    assert (fields.provider, fields.asset) == (provider, asset)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"r2_kind": "advert"}, "r2_kind"),
        ({"r2_kind": None}, "kind"),
        ({"r2_archetype": "boss"}, "r2_archetype"),
        ({"r2_kind": "intro"}, "exercise"),
        ({"r2_kind": "closing"}, "exercise"),
        ({"exercise": None}, "exercise_slug"),
        ({"exercise": 12}, "exercise"),
        ({"exercise": {"name": "Push-Up"}}, "exercise"),
        ({"r2_file": None}, "provider"),
        ({"provider": "stream"}, "asset"),
        ({"r2_file": "a\nb"}, "r2_file"),
        ({"start_time": -1}, "start_time"),
        ({"start_time": "soon"}, "start_time"),
        ({"start_time": 5, "end_time": 5}, "end_time"),
        ({"end_time": 3, "start_time": 4}, "end_time"),
        ({"end_time": float("inf")}, "end_time"),
        ({"duration": 0}, "duration"),
        ({"duration": None}, "duration"),
        ({"duration": True}, "duration"),
        ({"duration": float("nan")}, "duration"),
        ({"duration": 10**400}, "duration"),
        ({"start_time": 0, "end_time": 30}, "duration"),
        ({"stream_uid": "abc"}, "r2_file"),
        ({"r2_file": "/../x"}, "r2_file"),
        *(({"provider": provider, "r2_file": None, "asset": "/../x"}, "asset") for provider in ("local", "spaces", "s3")),
        ({"provider": "stream", "r2_file": None, "stream_uid": ".."}, "stream_uid"),
        *(({"r2_file": None, "url": url}, "url") for url in NO_URLS),
        ({"clip_id": True}, "clip_id"),
        ({"clip_id": "a\tb"}, "clip_id"),
        ({"clip_id": "x" * 201}, "clip_id"),
        ({"clip_id": "counts"}, "clip_id"),
        ({"available": "maybe"}, "available"),
        ({"fitness_level": "godlike"}, "fitness_level"),
        ({"intensity": "extreme"}, "intensity"),
        ({"original_url": "javascript:alert(1)"}, "original_url"),
        ({"locale": "??"}, "locale"),
        ({"how_to": {"a": 1}}, "how_to"),
    ],
)
def test_what_is_wrong_is_named_as_the_file_names_it(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_clip(SEED | change)
    assert raised.value.field == field


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    with pytest.raises(InvalidInput) as raised:
        read_clip(SEED | {"r2_kind": "advert", "duration": 0, "clip_id": "counts"})
    assert (raised.value.field, raised.value.message.count(";")) == ("r2_kind", 2)
    assert "; duration: Input should be greater than 0" in raised.value.message
    assert "; clip_id: /admin/clips/counts is something else" in raised.value.message


@pytest.mark.parametrize(("said", "kept"), [("EN", "en"), ("en_us", "en-US"), ("zh-hant", "zh-Hant"), ("de-AT", "de-AT")])
def test_a_locale_is_kept_in_one_spelling(said: str, kept: str) -> None:
    assert read_clip(SEED | {"locale": said}) == read_clip(SEED | {"language": kept})
    assert read_clip(SEED | {"locale": said})[1].locale == kept


def test_what_tables_and_other_catalogues_write() -> None:
    row = {"clip_id": 12, "start_time": "1.5", "end_time": "4", "duration": "", "exercise": {"slug": "push-up"}, "level": "Expert"}
    clip_id, fields = read_clip(SEED | row | {"available": "false", "counteracts": ["desk", "stairs"], "r2_archetype": " Peer "})
    assert (clip_id, fields.start_time, fields.end_time, fields.duration, fields.available) == ("12", 1.5, 4.0, 2.5, False)
    assert (fields.fitness_level, fields.counteracts, fields.archetype) == ("advanced", "desk; stairs", "peer")
    assert read_clip(SEED | {"exercise": "Push-Up"})[1].exercise_slug == "push-up"
    assert read_clip(SEED | {"r2_kind": "intro", "exercise": None})[1].exercise_slug is None


def test_an_id_is_of_what_identifies_a_clip() -> None:
    ids = {
        read_clip(SEED | change)[0]
        for change in ({}, {"r2_file": "b.mp4"}, {"start_time": 1}, {"r2_archetype": "peer"}, {"locale": "de"}, {"exercise": "plank"})
    }
    assert len(ids) == 6
    assert read_clip(SEED)[0] == read_clip(SEED | {"how_to": "Push.", "duration": 44, "available": True})[0]


def test_what_is_known_of_a_clip_stays_while_it_is_found_where_it_was() -> None:
    fields = read_clip(SEED)[1]
    kept = as_clip("c", fields, None, NOW).model_copy(update={"available": True, "checked_at": NOW, "video_id": "v"})
    assert as_clip("c", fields, kept, LATER) == kept
    told = as_clip("c", fields.model_copy(update={"how_to": "Push."}), kept, LATER)
    assert (told.available, told.checked_at, told.video_id, told.updated_at, told.created_at) == (True, NOW, "v", LATER, NOW)
    moved = as_clip("c", fields.model_copy(update={"asset": "b.mp4"}), kept, LATER)
    assert (moved.available, moved.checked_at, moved.video_id) == (None, None, "v")
    said = as_clip("c", fields.model_copy(update={"available": False}), kept, LATER)
    assert (said.available, said.checked_at) == (False, LATER)
    assert as_clip("c", fields.model_copy(update={"available": True}), kept, LATER) == kept


def test_no_clip_and_no_exercise_has_the_name_of_a_route() -> None:
    """It could not be asked for."""
    for words, prefix, *modules in ((CLIP_WORDS, "/clips/", clip_routes), (EXERCISE_WORDS, "/exercises/", exercise_routes, clips_ahead)):
        paths = [route.path for module in modules for route in module.router.routes]
        firsts = {path.removeprefix(prefix).partition("/")[0] for path in paths if path.startswith(prefix)}
        assert {first for first in firsts if not first.startswith("{")} == words
