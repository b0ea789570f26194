"""/admin/clips and /admin/exercises as an operator uses them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from shared.mongo.client import Database
from shared.mongo.clip_requests import ask_for_clip
from shared.mongo.indexes import create_indexes
from shared.schemas.exercises import Exercise
from tests.integration.backend.operating import audits, operated, problem
from tests.integration.clip_steps import exercise
from tests.integration.queue_steps import SETTINGS, claimed, finished

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CLIP = {"kind": "technique", "archetype": "mentor", "provider": "local", "asset": "a.mp4", "exercise_slug": "push-up", "duration": 45}
ANY = {"If-Match": "*"}
INTRO = CLIP | {"kind": "intro", "exercise_slug": None}


@pytest.fixture
async def http(db: Database, mongo_uri: str, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    await create_indexes(db)
    for number, slug in enumerate(("plank", "push-up", "squat")):
        made = Exercise(slug=slug, name=slug.title(), content_hash="h", created_at=NOW, updated_at=NOW)
        muscles = ("chest",) if number else ("abdominals",)
        await db.exercises.insert_one(made.model_copy(update={"muscles": muscles, "active": slug != "squat"}).model_dump())
    async with operated(db, mongo_uri, tmp_path) as client:
        yield client


async def added(http: httpx2.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await http.post("/admin/clips", json=CLIP | changes)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def allowed(http: httpx2.AsyncClient) -> list[str]:
    slugs: list[str] = (await http.get("/admin/exercises/allowed")).json()["slugs"]
    return slugs


async def test_a_clip_from_its_first_day_to_its_last(http: httpx2.AsyncClient, db: Database) -> None:
    assert await allowed(http) == []
    told = await added(http, clip_id="a/b:1", how_to="Push.")
    path = "/admin/clips/a/b:1"
    assert (told["available"], told["checked_at"], told["locale"]) == (None, None, "en")
    assert await allowed(http) == ["push-up"]
    problem(await http.post("/admin/clips", json=CLIP | {"clip_id": "a/b:1"}), 409, "clip_exists")
    read = await http.get(path)
    etag = read.headers["etag"]
    assert read.json() == told
    assert (await http.get(path, headers={"If-None-Match": etag})).status_code == 304

    both = [http.put(path, json=CLIP | {"duration": seconds}, headers={"If-Match": etag}) for seconds in (40, 41)]
    answers = sorted(await asyncio.gather(*both), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [200, 412]
    problem(answers[1], 412, "precondition_failed")
    changed = (await http.get(path)).json()
    assert (changed, changed["how_to"]) == (answers[0].json(), "")
    assert answers[0].headers["etag"] == (await http.get(path)).headers["etag"] != etag

    await db.workout_routines.insert_one({"_id": "r", "clip_ids": ["a/b:1"]})
    problem(await http.delete(path, headers={"If-Match": etag}), 412, "precondition_failed")
    gone = await http.delete(path)
    assert gone.json() == {"clip_id": "a/b:1", "marked_routines": 1, "taken_down": None}
    problem(await http.get(path), 404, "clip_not_found")
    problem(await http.delete(path), 404, "clip_not_found")
    assert await allowed(http) == []
    done = [(each["action"], each["outcome"]) for each in await audits(db)]
    assert done[:2] == [("add_clip", "done"), ("add_clip", "clip_exists")]
    assert sorted(done[2:4]) == [("change_clip", "done"), ("change_clip", "precondition_failed")]
    assert done[4:] == [("delete_clip", outcome) for outcome in ("precondition_failed", "done", "clip_not_found")]


async def test_deleting_a_workers_clip_takes_its_reel_down(http: httpx2.AsyncClient, db: Database) -> None:
    await exercise(db, "push-up")
    asked = await ask_for_clip(db, "push-up", "technique", "mentor", "en", SETTINGS)
    assert asked
    job = await finished(db, await claimed(db))
    assert await allowed(http) == ["push-up"]
    gone = await http.delete(f"/admin/clips/reel:{job.subject_key}")
    assert gone.json() == {"clip_id": f"reel:{job.subject_key}", "marked_routines": 0, "taken_down": job.output_video_id}
    assert await allowed(http) == []
    assert (await audits(db))[-1]["details"]["taken_down"] == job.output_video_id
    problem(await http.post(f"/admin/videos/{job.output_video_id}/take-down"), 409, "video_taken_down")
    ordered = await http.post(f"/admin/videos/{job.output_video_id}/regenerate")
    assert ordered.status_code == 202
    await finished(db, await claimed(db))
    assert await allowed(http) == ["push-up"]


async def test_the_last_playable_clip_decides(http: httpx2.AsyncClient) -> None:
    for clip_id in ("1", "2"):
        await added(http, clip_id=clip_id)
    await added(http, clip_id="3", kind="mistake")
    await http.delete("/admin/clips/1")
    assert await allowed(http) == ["push-up"]
    unavailable = await http.put("/admin/clips/2", json=CLIP | {"available": False}, headers=ANY)
    assert (unavailable.json()["available"], unavailable.json()["checked_at"] is None) == (False, False)
    assert await allowed(http) == []
    problem(await http.put("/admin/clips/2", json=CLIP), 428, "precondition_required")
    await http.put("/admin/clips/2", json=CLIP | {"available": True}, headers=ANY)
    assert (await http.get("/admin/exercises/push-up")).json()["allowed"] is True


async def test_the_seeds_names(http: httpx2.AsyncClient) -> None:
    seed = {"exercise": "Push-Up", "r2_kind": "Technique", "r2_archetype": "peer", "duration_seconds": 10}
    answer = await http.post("/admin/clips", json=seed | {"id": 5001, "r2_file": "a/b.mp4"})
    told = answer.json()
    assert (answer.status_code, told["clip_id"], told["exercise_slug"], told["provider"]) == (201, "5001", "push-up", "r2")
    assert (told["asset"], told["duration"], told["kind"], told["archetype"]) == ("a/b.mp4", 10, "technique", "peer")
    both = await http.post("/admin/clips", json=seed | {"r2_file": "a/b.mp4", "stream_uid": "x"})
    assert (both.status_code, "r2_file: it and stream_uid are of different providers" in both.text) == (422, True)


async def test_what_was_read_may_be_sent_back(http: httpx2.AsyncClient) -> None:
    told = await added(http, clip_id="a", available=True)
    same = await http.put("/admin/clips/a", json=told, headers=ANY)
    assert (same.status_code, same.json()) == (200, told)
    moved = await http.put("/admin/clips/a", json=told | {"asset": "b.mp4", "video_id": "mine"}, headers=ANY)
    assert (moved.json()["available"], moved.json()["checked_at"], moved.json()["video_id"]) == (None, None, None)
    problem(await http.put("/admin/clips/a", json=told | {"clip_id": "b"}, headers=ANY), 422, "invalid_input")
    wrong = await http.put("/admin/clips/a", json=told | {"asset": "/../x"}, headers=ANY)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "asset")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"kind": "advert"}, "kind"),
    ({"kind": "closing"}, "exercise_slug"),
    ({"exercise_slug": None}, "exercise_slug"),
    ({"exercise_slug": "handstand"}, "exercise_slug"),
    ({"provider": "vhs"}, "provider"),
    ({"asset": "../a.mp4"}, "asset"),
    ({"provider": "r2", "asset": "/../x"}, "asset"),
    ({"provider": "external", "asset": "http://media.example/a.mp4"}, "asset"),
    ({"provider": "external", "asset": "https://u:p@media.example/a.mp4"}, "asset"),
    ({"provider": "external", "asset": "https://127.0.0.1/a.mp4"}, "asset"),
    ({"locale": "en-us-x-y-z-w"}, "locale"),
    ({"start_time": -1}, "start_time"),
    ({"start_time": 9, "end_time": 3, "duration": None}, "end_time"),
    ({"duration": None}, "duration"),
    ({"duration": True}, "duration"),
    ({"title": "x"}, "title"),
    ({"clip_id": ""}, "clip_id"),
    ({"clip_id": "counts"}, "clip_id"),
    ({"clip_id": "recheck"}, "clip_id"),
]


async def test_what_is_wrong_is_named(http: httpx2.AsyncClient, db: Database) -> None:
    for change, field in WRONG:
        answer = await http.post("/admin/clips", json=CLIP | change)
        assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (422, [field])
    assert await db.clips.count_documents({}) == 0


async def test_lists_and_counts(http: httpx2.AsyncClient) -> None:
    for number in range(3):
        await added(http, clip_id=f"p{number}", archetype="peer", available=bool(number))
    await added(http, clip_id="plank", exercise_slug="plank", provider="stream", asset="id")
    answer = await http.post("/admin/clips", json=INTRO)
    assert answer.json()["clip_id"].startswith("clip-")

    async def listed(**asked: Any) -> list[str]:
        return [clip["clip_id"] for clip in (await http.get("/admin/clips", params=asked)).json()["clips"]]

    first = (await http.get("/admin/clips", params={"limit": 2})).json()
    rest = await listed(limit=500, cursor=first["next_cursor"])
    assert [*(clip["clip_id"] for clip in first["clips"]), *rest] == sorted([answer.json()["clip_id"], "p0", "p1", "p2", "plank"])
    assert await listed(archetype="peer", available="available") == ["p1", "p2"]
    assert await listed(exercise="push-up", available="unavailable") == ["p0"]
    assert await listed(provider="stream", available="unknown") == ["plank"]
    assert len(await listed(kind="intro")) == 1
    assert (await http.get("/admin/clips", params={"available": "maybe"})).status_code == 422
    problem(await http.get("/admin/clips", params={"provider": "nope"}), 422, "provider_unknown")
    assert len(await listed(limit=10**9)) == 5
    assert (await http.get("/admin/clips/counts")).json() == {
        "providers": [
            {"provider": "local", "total": 4, "available": 2, "unavailable": 1, "unknown": 1},
            {"provider": "stream", "total": 1, "available": 0, "unavailable": 0, "unknown": 1},
        ]
    }
    page = (await http.get("/admin/exercises", params={"limit": 2})).json()
    assert [(each["slug"], each["allowed"], each["active"]) for each in page["exercises"]] == [
        ("plank", False, True),  # nobody has looked at its clip, and its provider is not set up here
        ("push-up", True, True),
    ]
    following = (await http.get("/admin/exercises", params={"cursor": page["next_cursor"]})).json()
    assert ([each["slug"] for each in following["exercises"]], following["next_cursor"]) == (["squat"], None)
    of_muscle = (await http.get("/admin/exercises", params={"muscle": "chest", "active": "true"})).json()
    assert [each["slug"] for each in of_muscle["exercises"]] == ["push-up"]
    assert (await http.get("/admin/exercises/squat")).json()["active"] is False
    problem(await http.get("/admin/exercises/handstand"), 404, "exercise_not_found")


async def test_the_allowed_list_is_read_anew_and_clips_are_looked_at_anew(http: httpx2.AsyncClient, db: Database) -> None:
    await added(http)
    assert await allowed(http) == ["push-up"]
    await db.clips.insert_one({"clip_id": "x", "exercise_slug": "plank", "kind": "instruction", "available": True})
    async with asyncio.timeout(60):  # nobody told the backend: it follows the database
        while await allowed(http) != ["plank", "push-up"]:
            await asyncio.sleep(0.01)
    read = (await http.post("/admin/exercises/allowed/invalidate")).json()
    assert (read["slugs"], read["source"]) == (["plank", "push-up"], "database")
    async with asyncio.timeout(60):
        while (await http.get("/admin/exercises/allowed")).json()["source"] != "cache":
            await asyncio.sleep(0.01)
    first = await http.post("/admin/clips/recheck", params={"provider": "r2"})
    again = await http.post("/admin/clips/recheck", params={"provider": "r2"})
    assert (first.status_code, first.json()["joined"], again.json()["joined"]) == (202, False, True)
    assert (await http.post("/admin/clips/recheck")).json()["provider"] is None
    problem(await http.post("/admin/clips/recheck", params={"provider": "vhs"}), 422, "provider_unknown")
    assert await db.tasks.count_documents({"kind": "clip_check"}) == 2
