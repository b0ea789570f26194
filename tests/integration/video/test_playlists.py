"""Playlists over a real database and media on disk: levels, retries, what is missing, and how many queries it takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from prometheus_client import REGISTRY
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent
from structlog.testing import capture_logs

from services.video.playlists import assembly, service
from services.video.playlists.assembly import Assembly
from services.video.playlists.builder import Book, Limits, Place
from services.video.playlists.complaints import Complaints
from services.video.playlists.schemas import Playlist
from services.video.playlists.service import Parts, make_playlist
from services.video.playlists.similar import Similar
from shared.errors import NotFound
from shared.mongo import playlist_clips
from shared.mongo.client import Database, open_mongo
from shared.mongo.indexes import create_indexes
from shared.mongo.postings import encode_vector
from shared.schemas.clips import Clip
from shared.schemas.playlists import Day
from shared.settings import Playlists, Queue, Settings
from shared.storage.open import open_local, open_store
from shared.storage.playback import open_playbacks
from tests.integration.queue_steps import claimed, finished
from tests.integration.video.playlist_steps import DAY, add_clips, add_exercise, clip, put_file, whole_catalogue

ONE = replace(DAY, exercises=("push-ups",))
QUEUE = ("generation_jobs", "videos", "subject_blocks")


class Reads(CommandListener):
    def __init__(self) -> None:
        self.commands: list[str] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name in ("find", "aggregate", "getMore", "count", "distinct"):
            self.commands.append(f"{event.command_name} {event.command[event.command_name]}")

    def succeeded(self, event: CommandSucceededEvent) -> None: ...

    def failed(self, event: CommandFailedEvent) -> None: ...


@pytest.fixture
def reads() -> Reads:
    return Reads()


@pytest.fixture
async def parts(db: Database, settings: Settings, reads: Reads) -> AsyncIterator[Parts]:
    await create_indexes(db, ["clips", "exercises"])
    async with (
        open_mongo(settings, event_listeners=[reads]) as watched,
        aclosing(open_store(settings)) as store,
        aclosing(open_playbacks(settings)) as playbacks,
    ):
        yield Parts(watched, store, playbacks, Similar(watched), Complaints(), settings)


def choosing(parts: Parts, **changes: Any) -> Parts:
    return parts._replace(settings=parts.settings.model_copy(update={"playlists": Playlists(**changes)}))


def shown(playlist: Playlist) -> list[tuple[str, str, int]]:
    return [(item.kind, item.clip_id, item.level) for item in playlist.items]


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"reelwright_video_playlist_{name}", labels) or 0


async def test_a_whole_day_in_its_order_takes_two_queries(parts: Parts, reads: Reads) -> None:
    await add_clips(parts.db, *whole_catalogue("push-ups", "squat", each=3))
    reads.commands.clear()
    playlist = await make_playlist(choosing(parts, playlist_mistake_prob=1), DAY)
    assert reads.commands == ["find clips"] * 2
    assert [item.kind for item in playlist.items] == ["intro", *["technique", "instruction", "mistake"] * 2, "closing"]
    assert [item.exercise_slug for item in playlist.items] == [None, *["push-ups"] * 3, *["squat"] * 3, None]
    assert {(item.level, item.archetype, item.reason) for item in playlist.items} == {(1, "professional", "exact")}
    assert (playlist.complete, playlist.missing, playlist.duration) == (True, (), 8 * 31.5)


async def test_the_prefetch_reads_the_indexes_alone(db: Database, parts: Parts) -> None:
    await add_clips(db, *whole_catalogue("push-ups", "squat", "plank", each=2))
    await db.command("profile", 2)
    await make_playlist(choosing(parts, playlist_mistake_prob=1), DAY)
    await db.command("profile", 0)
    first = await db["system.profile"].find_one({"op": "query", "ns": f"{db.name}.clips"}, sort=[("ts", 1)])
    await db.drop_collection("system.profile")
    assert first is not None
    assert (first["docsExamined"], first["nreturned"]) == (0, 2 * 3 * (2 * 3 + 2))


async def test_scenario_1_a_mentor_stands_in(parts: Parts) -> None:
    await add_clips(parts.db, clip("mentors", "technique", "push-ups", "mentor"), clip("own", "instruction", "push-ups"))
    before = counted("fallback_hit_total", level="2")
    playlist = await make_playlist(choosing(parts, playlist_mistake_prob=0), ONE)
    assert shown(playlist) == [("technique", "mentors", 2), ("instruction", "own", 1)]
    assert (playlist.items[0].archetype, playlist.items[0].reason) == ("mentor", "other_archetype")
    assert counted("fallback_hit_total", level="2") == before + 1


async def test_scenario_2_an_optional_clip_is_passed_over(parts: Parts) -> None:
    await add_clips(parts.db, clip("t", "technique", "push-ups"), clip("i", "instruction", "push-ups"))
    before = counted("fallback_missed_total", required="false")
    playlist = await make_playlist(choosing(parts, playlist_mistake_prob=1), ONE)
    assert shown(playlist) == [("technique", "t", 1), ("instruction", "i", 1)]
    assert playlist.complete
    assert counted("fallback_missed_total", required="false") == before + 3  # the mistake, the intro, the closing


async def test_scenario_3_the_next_candidate_is_tried_and_what_was_learnt_is_kept(db: Database, parts: Parts, tmp_path: Path) -> None:
    candidates = [clip(f"clip_{number}", "technique", "push-ups", available=None) for number in (123, 124, 125)]
    await add_clips(db, *candidates, clip("i", "instruction", "push-ups"))
    for each in candidates:
        await put_file(tmp_path, open_local(parts.settings), each)
    never = choosing(parts, playlist_mistake_prob=0)
    first = (await make_playlist(never, ONE)).items[0].clip_id
    await db.clips.update_many({"kind": "technique"}, {"$set": {"available": None}})
    open_local(parts.settings).path(f"clips/{first}.mp4").unlink()
    playlist = await make_playlist(never, ONE)
    assert playlist.items[0].clip_id != first
    assert playlist.items[0].level == 1
    flags = {doc["clip_id"]: doc["available"] async for doc in db.clips.find({"kind": "technique"})}
    assert flags == dict.fromkeys(flags, None) | {first: False, playlist.items[0].clip_id: True}
    again = await make_playlist(never, ONE)
    assert again.model_dump_json() == playlist.model_dump_json()


@pytest.mark.parametrize(("retry", "there"), [(1, False), (2, True)])
async def test_no_more_are_tried_than_may_be(db: Database, parts: Parts, tmp_path: Path, retry: int, there: bool) -> None:
    candidates = {f"clip_{number}": clip(f"clip_{number}", "technique", "push-ups", available=None) for number in range(3)}
    await add_clips(db, *candidates.values(), clip("i", "instruction", "push-ups"))
    book = Book(ONE, map(playlist_clips.row_of, candidates.values()), Limits(20, 3))
    last = book.shortlist(Place("technique", "push-ups"), {})[-1].row.clip_id
    await put_file(tmp_path, open_local(parts.settings), candidates[last])
    playlist = await make_playlist(choosing(parts, playlist_storage_retry=retry), ONE, of_plan=True)
    assert [item.clip_id for item in playlist.items if item.kind == "technique"] == [last] * there
    assert [(each.kind, each.reason) for each in playlist.missing] == [("technique", "not_available")] * (not there)
    assert await db.clips.count_documents({"kind": "technique", "available": {"$ne": None}}) == retry + 1


async def test_a_provider_that_is_not_set_up_is_passed_over(parts: Parts) -> None:
    """The flag is that of another process, which can play it."""
    await add_clips(
        parts.db,
        clip("t", "technique", "push-ups", provider="r2"),
        clip("mentors", "technique", "push-ups", "mentor"),
        clip("i", "instruction", "push-ups", provider="somebody's"),
    )
    playlist = await make_playlist(choosing(parts, playlist_mistake_prob=0), ONE, of_plan=True)
    assert shown(playlist) == [("technique", "mentors", 2)]
    assert [(each.kind, each.reason, each.generation) for each in playlist.missing] == [("instruction", "not_known", "not_asked")]
    assert await parts.db.generation_jobs.count_documents({}) == 0, "what may well be there is not made"


async def test_a_provider_that_hangs_does_not_hold_up_the_playlist(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "ASKING_S", 0.2)
    await add_clips(
        parts.db,
        *(clip(f"hangs-{number}", "technique", "push-ups", available=None) for number in range(3)),
        clip("mentors", "technique", "push-ups", "mentor"),
        clip("answered", "instruction", "push-ups", available=None),
    )

    async def ask(about: Clip) -> bool:
        if about.clip_id != "answered":
            await asyncio.Event().wait()
        return True

    one = Assembly(parts.db, parts.playbacks, parts.similar, ask, Playlists(playlist_mistake_prob=0), ONE)
    with capture_logs() as logs:
        chosen = await one.run(similar_for_required=False, unknown_is_error=True)
    assert [found and found.row.clip_id for found in chosen.values()] == [None, "mentors", "answered", None]
    assert [entry["places"] for entry in logs if entry["event"] == "playlist_asking_slow"] == [2]


async def _lenders(db: Database) -> None:
    """Push-ups have no clip of a mistake; of the exercises for the same muscle dips are the nearest that have one."""
    await add_clips(
        db,
        *(clip(f"{kind}-of-push-ups", kind, "push-ups") for kind in ("technique", "instruction")),
        clip("dips-mistake", "mistake", "dips", "peer"),
        clip("fly-mistake", "mistake", "fly"),
        clip("squat-mistake", "mistake", "squat"),
    )
    vectors = {"push-ups": (1.0, 0.0), "bench": (1.0, 0.0), "dips": (0.9, 0.44), "fly": (0.0, 1.0), "squat": (1.0, 0.0)}
    for slug, vector in vectors.items():
        stored = {"minilm": {"vector": encode_vector(np.array(vector, np.float32)), "content_hash": "1"}}
        await add_exercise(db, slug, vectors=stored, muscles=("quadriceps",) if slug == "squat" else ("chest",))


async def test_a_similar_exercise_lends_its_clip_of_a_mistake(db: Database, parts: Parts, reads: Reads) -> None:
    await _lenders(db)
    playlist = await make_playlist(choosing(parts, playlist_mistake_prob=1), ONE)
    lent = playlist.items[-1]
    assert (lent.kind, lent.clip_id, lent.level, lent.reason) == ("mistake", "dips-mistake", 3, "similar_exercise")
    assert (lent.exercise_slug, lent.clip_exercise_slug, lent.archetype) == ("push-ups", "dips", "peer")
    assert reads.commands == ["find clips", "find exercises", "find clips", "find clips"]


async def test_a_similar_exercise_lends_a_required_clip_only_where_that_is_asked_for(db: Database, parts: Parts) -> None:
    await _lenders(db)
    bench, never = replace(ONE, exercises=("bench",)), choosing(parts, playlist_mistake_prob=0)
    alone = await make_playlist(never, bench)
    assert (alone.complete, alone.items) == (False, ())
    helped = await make_playlist(never, bench, similar_for_required=True)
    assert [(item.clip_id, item.level) for item in helped.items] == [("technique-of-push-ups", 3), ("instruction-of-push-ups", 3)]
    assert helped.complete


async def test_what_is_missing_is_named_logged_and_asked_for_once(db: Database, parts: Parts) -> None:
    await create_indexes(db, QUEUE)
    await add_exercise(db, "push-ups")
    await add_exercise(db, "squat", instructions=())
    await add_clips(db, clip("t", "technique", "push-ups"), clip("gone", "technique", "squat", available=False))
    with capture_logs() as logs:
        playlist = await make_playlist(parts, DAY)
    told = [(each.exercise_slug, each.kind, each.reason, each.generation) for each in playlist.missing]
    assert told == [
        ("push-ups", "instruction", "no_clip", "created"),
        ("squat", "technique", "not_available", "impossible"),
        ("squat", "instruction", "no_clip", "impossible"),
    ]
    assert not playlist.complete
    error = next(entry for entry in logs if entry["event"] == "playlist_incomplete")
    assert (error["log_level"], error["workout_id"], len(error["missing"])) == ("error", "w1", 3)
    job = await db.generation_jobs.find_one({})
    assert job is not None
    assert (job["job_id"], job["subject_key"]) == (playlist.missing[0].job_id, "push-ups:instruction:professional:en")
    again = await make_playlist(parts, DAY)
    assert (again.missing[0].generation, again.missing[0].job_id) == ("joined", job["job_id"])


async def test_what_cannot_be_made_is_an_error_once_an_hour(db: Database, parts: Parts) -> None:
    await create_indexes(db, QUEUE)
    await add_exercise(db, "push-ups", instructions=())
    await add_exercise(db, "squat", instructions=())

    async def levels(*days: Day) -> list[str]:
        with capture_logs() as logs:
            for day in days:
                await make_playlist(parts, day)
        return [entry["log_level"] for entry in logs if entry["event"] == "playlist_incomplete"]

    assert await levels(ONE, ONE, replace(ONE, workout_id="w2")) == ["error", "info", "info"]
    assert await levels(DAY, DAY, replace(ONE, archetype="peer")) == ["error", "info", "error"]  # the squat; another presenter
    await db.exercises.update_one({"slug": "squat"}, {"$set": {"instructions": ["Go down."]}})
    assert await levels(DAY, DAY) == ["error", "error"]  # it can be made now, and is not there yet


async def test_playlists_together_ask_for_no_more_than_so_many_clips(db: Database, parts: Parts) -> None:
    await create_indexes(db, QUEUE)
    for slug in ("push-ups", "squat"):
        await add_exercise(db, slug)
    few = choosing(parts, playlist_max_clip_jobs=3)
    first = await make_playlist(few, DAY)
    assert sorted(each.generation for each in first.missing) == ["created"] * 3 + ["queue_full"]
    again = await make_playlist(few, DAY)
    assert sorted(each.generation for each in again.missing) == ["joined"] * 3 + ["queue_full"]
    assert {each.job_id for each in again.missing} == {each.job_id for each in first.missing}
    await db.generation_jobs.update_one({}, {"$set": {"status": "ready"}})
    assert [each.generation for each in (await make_playlist(few, replace(DAY, archetype="mentor"))).missing].count("created") == 1
    await db.generation_jobs.update_many({}, {"$set": {"priority": "bulk"}})  # what an operator ordered does not count
    assert [each.generation for each in (await make_playlist(few, replace(DAY, archetype="peer"))).missing].count("created") == 3
    none = choosing(parts, playlist_max_clip_jobs=0)
    await db.generation_jobs.delete_many({})
    assert {each.generation for each in (await make_playlist(none, DAY)).missing} == {"queue_full"}


async def test_a_clip_whose_file_was_lost_is_made_again_and_played(db: Database, parts: Parts) -> None:
    await create_indexes(db)
    await add_exercise(db, "push-ups")
    await make_playlist(parts, ONE)
    for _ in range(2):
        await finished(db, await claimed(db))
    never = choosing(parts, playlist_mistake_prob=0)
    before = await make_playlist(never, ONE)
    assert before.complete
    lost = await db.clips.find_one_and_update({"kind": "technique"}, {"$set": {"available": False}})
    assert lost
    asked, again = await make_playlist(never, ONE), await make_playlist(never, ONE)
    told = [(each.kind, each.reason, each.generation) for playlist in (asked, again) for each in playlist.missing]
    assert told == [("technique", "not_available", "created"), ("technique", "not_available", "joined")]
    await finished(db, await claimed(db))
    after = await make_playlist(never, ONE)
    assert ([item.clip_id for item in after.items], after.complete) == ([item.clip_id for item in before.items], True)
    assert after.items[0].url != before.items[0].url


async def test_seconds_are_told_to_the_millisecond(parts: Parts) -> None:
    await add_clips(parts.db, clip("t", "technique", "push-ups", duration=31.123456), clip("i", "instruction", "push-ups", duration=9.9999))
    playlist = await make_playlist(choosing(parts, playlist_mistake_prob=0), ONE)
    assert ([item.duration for item in playlist.items], playlist.duration) == ([31.123, 10.0], 41.123)


async def test_a_full_queue_is_told(db: Database, parts: Parts) -> None:
    await create_indexes(db, QUEUE)
    await add_exercise(db, "push-ups")
    full = parts._replace(settings=parts.settings.model_copy(update={"queue": Queue(max_queue_depth=1)}))
    playlist = await make_playlist(full, ONE)
    assert {each.generation for each in playlist.missing} <= {"created", "queue_full"}
    playlist = await make_playlist(full, replace(ONE, archetype="mentor"))
    assert [(each.generation, each.job_id) for each in playlist.missing] == [("queue_full", None)] * 2


async def test_an_exercise_that_there_is_not_is_refused_unless_a_plan_has_it(db: Database, parts: Parts) -> None:
    await create_indexes(db, QUEUE)
    await add_exercise(db, "squat", active=False)
    with pytest.raises(NotFound, match="'push-ups', 'squat'"):
        await make_playlist(parts, DAY)
    playlist = await make_playlist(parts, DAY, of_plan=True)
    assert {(each.reason, each.generation) for each in playlist.missing} == {("no_clip", "impossible")}


async def test_the_revision_follows_the_catalogue_and_its_availability(db: Database, parts: Parts) -> None:
    await add_clips(db, *whole_catalogue("push-ups", "squat", "plank"))
    first = await make_playlist(parts, DAY)
    unused = {"clip_id": "push-ups-technique-peer-0"}
    revisions = {first.catalog_revision}
    for change in ({"available": False}, {"available": True, "archetype": "mentor"}):
        await db.clips.update_one(unused, {"$set": change})
        changed = await make_playlist(parts, DAY)
        assert (changed.items, changed.seed) == (first.items, first.seed)
        revisions.add(changed.catalog_revision)
    await db.clips.update_one({"clip_id": first.items[0].clip_id}, {"$set": {"duration": 12.0}})
    revisions.add((await make_playlist(parts, DAY)).catalog_revision)
    assert len(revisions) == 4
    await db.clips.update_one({"clip_id": "plank-technique-peer-0"}, {"$set": {"available": False}})
    assert (await make_playlist(parts, DAY)).catalog_revision in revisions


async def test_where_a_language_is_missing_its_kin_and_then_english_stand_in(parts: Parts) -> None:
    await add_clips(parts.db, clip("t-en", "technique", "push-ups"), clip("i-en", "instruction", "push-ups"))
    await add_clips(parts.db, clip("i-peer-de", "instruction", "push-ups", "peer", locale="de"), clip("intro", "intro"))

    async def played(locale: str) -> list[tuple[str, str]]:
        playlist = await make_playlist(choosing(parts, playlist_mistake_prob=0), replace(ONE, locale=locale))
        assert playlist.complete
        return [(item.clip_id, item.reason) for item in playlist.items]

    assert await played("en-US") == [("intro", "exact"), ("t-en", "exact"), ("i-en", "exact")]
    assert await played("de-AT") == [("intro", "other_language"), ("t-en", "other_language"), ("i-peer-de", "other_archetype")]


async def test_no_other_language_is_played(parts: Parts) -> None:
    await add_clips(parts.db, clip("de", "technique", "push-ups", locale="de"), clip("i", "instruction", "push-ups"))
    await add_clips(parts.db, clip("intro-de", "intro", locale="de"))
    playlist = await make_playlist(choosing(parts, playlist_mistake_prob=0), ONE)
    assert shown(playlist) == [("instruction", "i", 1)]


async def test_a_clip_of_a_worker_has_hls_beside_its_file(parts: Parts) -> None:
    made = clip("reel", "technique", "push-ups", asset="hls/v1/reel.mp4", video_id="v1", start_time=2.0, end_time=9.5)
    await add_clips(parts.db, made, clip("elsewhere", "instruction", "push-ups", video_id=None))
    playlist = await make_playlist(choosing(parts, playlist_mistake_prob=0), ONE)
    item, other = playlist.items
    assert item.url.startswith("http://video.test/media/hls/v1/reel.mp4")
    assert item.hls_url == "http://video.test/media/hls/v1/master.m3u8"
    assert (item.start_time, item.end_time) == (2.0, 9.5)
    assert other.hls_url is None


async def test_a_slow_build_is_logged(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "SLOW_S", 0)
    await add_clips(parts.db, *whole_catalogue("push-ups"))
    builds = counted("build_time_seconds_count")
    with capture_logs() as logs:
        await make_playlist(parts, ONE)
    assert next(entry for entry in logs if entry["event"] == "playlist_slow")["candidates"] >= 12
    assert counted("build_time_seconds_count") == builds + 1
