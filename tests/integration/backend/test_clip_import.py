"""Import of clips: of exercises and providers that there are, told field by field where not; and what a deletion marks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from services.backend.catalogue.clip_file import COLUMNS
from services.backend.catalogue.clip_importer import import_clips
from services.backend.catalogue.report import Report
from services.backend.catalogue.rows import read_rows
from shared.mongo import clips
from shared.mongo.client import Database
from shared.schemas.exercises import Exercise
from shared.settings import Clips, Settings, Storage
from shared.storage.playback import Playbacks, open_playbacks

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SEED: dict[str, Any] = {
    "clip_id": 123,
    "r2_kind": "technique",
    "r2_archetype": "mentor",
    "r2_file": "videos/a.mp4",
    "exercise": "push-up",
    "duration": 45,
}


@pytest.fixture
async def playbacks() -> AsyncIterator[Playbacks]:
    storage = Storage(
        r2_endpoint="https://account.r2.example",
        r2_bucket="clips",
        r2_public_url="https://cdn.example",
        aws_access_key_id=SecretStr("key"),
        aws_secret_access_key=SecretStr("secret"),
    )
    opened = open_playbacks(Settings(storage=storage, clips=Clips(external_media_hosts=("media.example",))))
    yield opened
    await opened.aclose()


@pytest.fixture
async def catalogue(db: Database) -> Database:
    for slug in ("push-up", "plank"):
        made = Exercise(slug=slug, name=slug, content_hash="h", created_at=NOW, updated_at=NOW)
        await db.exercises.insert_one(made.model_dump())
    return db


async def imported(db: Database, playbacks: Playbacks, *entries: Any) -> Report:
    return await import_clips(db, playbacks, read_rows(json.dumps(entries).encode(), listed_as="clips", columns=COLUMNS))


async def test_the_seeds_clips(catalogue: Database, playbacks: Playbacks) -> None:
    intro = {"r2_kind": "intro", "r2_archetype": "peer", "r2_file": "videos/hi.mp4", "duration": 5}
    report = await imported(catalogue, playbacks, SEED, intro)
    assert (report.new, report.rejected, report.notes) == (2, 0, [])
    found = await clips.get(catalogue, "123")
    assert found
    assert (found.exercise_slug, found.kind, found.provider, found.asset) == ("push-up", "technique", "r2", "videos/a.mp4")
    assert (found.available, found.checked_at, found.duration) == (None, None, 45)
    again = await imported(catalogue, playbacks, SEED, intro)
    assert (again.unchanged, again.new, again.changed) == (2, 0, 0)
    assert await clips.get(catalogue, "123") == found


async def test_a_table(catalogue: Database, playbacks: Playbacks) -> None:
    text = b"exercise,kind,archetype,r2_file,start_time,end_time\npush-up,technique,peer,a.mp4,0,12.5\nplank,mistake,boss,b.mp4,,4\n"
    report = await import_clips(catalogue, playbacks, read_rows(text, listed_as="clips", columns=COLUMNS))
    assert (report.new, report.rejected) == (1, 1)
    assert report.reasons[0].startswith("line 3: archetype: ")
    [found] = await clips.page(catalogue, clips.ClipFilter(), "", 10)
    assert (found.start_time, found.end_time, found.duration) == (0, 12.5, 12.5)


async def test_what_is_wrong_is_told_by_clip_and_field_and_the_rest_imported(catalogue: Database, playbacks: Playbacks) -> None:
    wrong: list[dict[str, Any]] = [
        {"clip_id": "x1", "exercise": "handstand"},
        {"clip_id": "x2", "provider": "vhs", "asset": "a"},
        {"clip_id": "x3", "r2_file": "../secrets"},
        {"clip_id": "x4", "r2_file": None, "url": "https://elsewhere.example/a.mp4"},
        {"clip_id": "x5", "r2_kind": "intro"},
        {"clip_id": 123, "r2_file": "b.mp4"},
        {"clip_id": "x6", "start_time": -1},
    ]
    report = await imported(catalogue, playbacks, SEED, *(SEED | change for change in wrong))
    assert (report.new, report.rejected) == (1, 7)
    assert {tuple(reason.split(": ")[:2]) for reason in report.reasons} == {
        ("entry 2 ('x1')", "exercise_slug"),
        ("entry 3 ('x2')", "provider"),
        ("entry 4 ('x3')", "r2_file"),
        ("entry 5 ('x4')", "asset"),
        ("entry 6 ('x5')", "exercise"),
        ("entry 7 (123)", "clip_id"),
        ("entry 8 ('x6')", "start_time"),
    }
    assert "known: external, local, r2, s3, spaces, stream" in " ".join(report.reasons)


async def test_a_provider_that_is_not_set_up_is_noted_once(catalogue: Database, playbacks: Playbacks) -> None:
    of_stream = {"r2_file": None, "clip_id": None}
    report = await imported(catalogue, playbacks, *(SEED | of_stream | {"stream_uid": uid} for uid in ("a", "b")))
    assert (report.new, len(report.notes)) == (2, 1)
    assert "provider stream needs CF_STREAM_HLS_TEMPLATE" in report.notes[0]


async def test_what_nothing_reads_is_counted(catalogue: Database, playbacks: Playbacks) -> None:
    beside = {"is_featured": True, "mood": ""}
    report = await imported(
        catalogue, playbacks, SEED | beside, SEED | beside | {"clip_id": 2, "tags": [1], "provider": "r2", "stream_uid": "x"}
    )
    assert (report.new, report.unread) == (2, {"is_featured": 2, "tags": 1})


async def test_all_that_is_wrong_with_a_row_and_who_is_not_active(catalogue: Database, playbacks: Playbacks) -> None:
    await catalogue.exercises.update_one({"slug": "plank"}, {"$set": {"active": False}})
    wrong = SEED | {"clip_id": 2, "exercise": "handstand", "r2_file": None, "url": "https://elsewhere.example/a.mp4"}
    report = await imported(catalogue, playbacks, *(SEED | {"clip_id": f"p{n}", "exercise": "plank"} for n in range(2)), wrong)
    assert report.notes == ["entry 1 ('p0'): exercise_slug: plank is not active: its clips are not played"]
    assert (report.new, report.rejected) == (2, 1)
    assert "exercise_slug: there is no exercise handstand; asset: the URL names the host" in report.reasons[0]


async def test_what_is_known_of_a_clip_stays(catalogue: Database, playbacks: Playbacks) -> None:
    await imported(catalogue, playbacks, SEED)
    await catalogue.clips.update_one({"clip_id": "123"}, {"$set": {"available": True, "checked_at": NOW, "video_id": "v", "later": 1}})
    report = await imported(catalogue, playbacks, SEED | {"how_to": "Push."})
    doc = await catalogue.clips.find_one({"clip_id": "123"})
    assert doc
    assert (report.changed, doc["available"], doc["checked_at"], doc["video_id"], doc["later"]) == (1, True, NOW, "v", 1)
    await imported(catalogue, playbacks, SEED | {"r2_file": "moved.mp4"})
    moved = await clips.get(catalogue, "123")
    assert moved
    assert (moved.available, moved.checked_at, moved.video_id) == (None, None, "v")


async def test_counts_by_provider(catalogue: Database, playbacks: Playbacks) -> None:
    flags = (True, True, False, None)
    await imported(catalogue, playbacks, *(SEED | {"clip_id": n, "available": flag} for n, flag in enumerate(flags)))
    await imported(catalogue, playbacks, SEED | {"clip_id": "local", "provider": "local", "asset": "a.mp4"})
    await catalogue.clips.update_one({"clip_id": "local"}, {"$unset": {"available": ""}})
    assert [tuple(each.model_dump().values()) for each in await clips.counts(catalogue)] == [("local", 1, 0, 0, 1), ("r2", 4, 2, 1, 1)]


async def test_routines_with_a_clip_that_is_gone_are_marked(catalogue: Database, playbacks: Playbacks) -> None:
    await catalogue.workout_routines.insert_many(
        [{"_id": "a", "clip_ids": ["1", "123"]}, {"_id": "b", "clip_ids": ["123"], "missing_clips": ["9"]}, {"_id": "c", "clip_ids": ["1"]}]
    )
    assert [await clips.clip_deleted(catalogue, "123") for _ in range(2)] == [2, 2]
    marked = {doc["_id"]: doc.get("missing_clips") async for doc in catalogue.workout_routines.find()}
    assert marked == {"a": ["123"], "b": ["9", "123"], "c": None}


async def test_a_clip_that_changed_meanwhile_is_not_deleted(catalogue: Database, playbacks: Playbacks) -> None:
    await imported(catalogue, playbacks, SEED)
    await catalogue.workout_routines.insert_one({"_id": "a", "clip_ids": ["123"]})
    read = await clips.get(catalogue, "123")
    assert read
    await catalogue.clips.update_one({"clip_id": "123"}, {"$set": {"available": True}})
    assert await clips.delete(catalogue, read, 30) is None
    assert await catalogue.workout_routines.count_documents({"missing_clips": "123"}) == 0
    now = await clips.get(catalogue, "123")
    assert now
    assert await clips.delete(catalogue, now, 30) == (1, None)
    assert (await clips.get(catalogue, "123"), await catalogue.workout_routines.count_documents({"missing_clips": "123"})) == (None, 1)
