"""POST /playlists: what may be asked, what is answered, and the same bytes from every process."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.video.app import create
from services.video.playlists import routes
from services.web.problem import MEDIA_TYPE
from shared.mongo import plans
from shared.mongo.client import Database
from shared.schemas.plans import PlannedDay, PlannedExercise, PlannedWeek, StoredPlan, WorkoutPlan
from shared.settings import Settings, load_settings
from tests.integration.video.playlist_steps import ASKED, NOW, add_clips, whole_catalogue
from tests.serving import serving

ITEM = {
    "type", "kind", "exercise_slug", "clip_id", "clip_exercise_slug", "archetype", "level", "reason", "provider", "url", "hls_url",
    "duration", "start_time", "end_time",
}  # fmt: skip
PUSH = PlannedDay(day=2, name="Push", exercises=tuple(PlannedExercise(slug=slug, sets=3) for slug in ("push-ups", "squat")))
PLAN = StoredPlan(
    plan_id="p1",
    user_id="ann",
    plan=WorkoutPlan(plan_name="Strong", duration_weeks=1, goal="Get strong", weeks=(PlannedWeek(week=1, days=(PUSH,)),)),
    level="beginner",
    archetype="mentor",
    created_at=NOW,
    updated_at=NOW,
)


@pytest.fixture
async def catalogue(db: Database) -> None:
    await add_clips(db, *whole_catalogue("push-ups", "squat", each=2))
    await plans.add(db, PLAN)


@pytest.mark.usefixtures("catalogue")
async def test_what_a_playlist_says(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/playlists", json=ASKED)
    assert answer.status_code == 200, answer.text
    playlist = answer.json()
    assert playlist.keys() == {
        "workout_id", "week", "day", "archetype", "locale", "seed", "algo_version", "catalog_revision", "complete", "duration",
        "items", "missing",
    }  # fmt: skip
    assert (playlist["complete"], playlist["missing"], playlist["locale"], playlist["algo_version"]) == (True, [], "en", 1)
    assert all(item.keys() == ITEM for item in playlist["items"])
    first = playlist["items"][1]
    assert (first["type"], first["kind"], first["exercise_slug"], first["provider"]) == ("technique", "technique", "push-ups", "local")
    assert first["url"] == f"http://video.test/media/clips/{first['clip_id']}.mp4"
    assert (first["duration"], first["level"], first["reason"], first["hls_url"]) == (31.5, 1, "exact", None)
    assert playlist["duration"] == 31.5 * len(playlist["items"])


@pytest.mark.usefixtures("catalogue")
async def test_a_day_of_a_plan(client: httpx2.AsyncClient) -> None:
    by_plan = {"plan_id": "p1", "week": 1, "day": 2}
    playlist = (await client.post("/playlists", json=by_plan)).json()
    assert (playlist["workout_id"], playlist["archetype"], playlist["locale"]) == ("p1", "mentor", "en")
    told = {**ASKED, "workout_id": "p1", "archetype": "mentor"}
    assert (await client.post("/playlists", json=told)).json() == playlist
    by_peer = (await client.post("/playlists", json={**by_plan, "archetype": "peer"})).json()
    assert {item["archetype"] for item in by_peer["items"]} == {"peer"}
    for where, code, says in (
        ({**by_plan, "plan_id": "p2"}, "plan_not_found", "no plan"),
        ({**by_plan, "day": 3}, "plan_day_not_found", "week 1 has day 2"),
        ({**by_plan, "week": 2}, "plan_day_not_found", "it has 1 weeks"),
    ):
        refused = await client.post("/playlists", json=where)
        assert (refused.status_code, refused.json()["code"], refused.headers["content-type"]) == (404, code, MEDIA_TYPE)
        assert says in refused.json()["detail"]


@pytest.mark.usefixtures("catalogue")
async def test_the_user_counts_only_where_the_playlist_is_to_be_personal(client: httpx2.AsyncClient) -> None:
    async def seed(**changes: Any) -> str:
        answer = await client.post("/playlists", json={**ASKED, **changes})
        return str(answer.json()["seed"])

    anonymous = await seed()
    assert await seed(user_id="ann") == anonymous
    personal = {await seed(user_id=user, personal=True) for user in ("ann", "bob")}
    assert len(personal | {anonymous}) == 3


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"week": 0}, "week"),
    ({"week": "1"}, "week"),
    ({"day": 8}, "day"),
    ({"day": 1.5}, "day"),
    ({"archetype": "coach"}, "archetype"),
    ({"locale": "english!"}, "locale"),
    ({"exercises": []}, "exercises"),
    ({"exercises": ["squat", ""]}, "exercises.1"),
    ({"exercises": ["squat"] * 31}, "exercises"),
    ({"workout_id": ""}, "workout_id"),
    ({"plan_id": "p1"}, "workout_id"),
    ({"weak": 1}, "weak"),
    ({"user_id": "ann smith"}, "user_id"),
    ({"personal": True}, "user_id"),
    ({"personal": 1, "user_id": "ann"}, "personal"),
]


async def test_what_is_wrong_is_named(client: httpx2.AsyncClient) -> None:
    for changes, field in WRONG:
        answer = await client.post("/playlists", json={**ASKED, **changes})
        assert (answer.status_code, answer.headers["content-type"]) == (422, MEDIA_TYPE), changes
        assert field in [error["field"] for error in answer.json()["errors"]], changes


async def test_unknown_exercises_are_named(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/playlists", json=ASKED)
    assert (answer.status_code, answer.json()["code"]) == (404, "exercise_not_found")
    assert "'push-ups', 'squat'" in answer.json()["detail"]


@pytest.mark.parametrize("listening", [True, False])
async def test_without_its_database_it_says_so_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listening: bool) -> None:
    """One that is gone, and one that takes connections and says nothing."""
    monkeypatch.setattr(routes, "ANSWER_S", 0.3)
    silence = socket.create_server(("127.0.0.1", 0))  # whoever connects waits for ever to be accepted
    port = silence.getsockname()[1] if listening else 9
    told = {"MONGODB_URI": f"mongodb://127.0.0.1:{port}/?directConnection=true", "DATA_DIR": str(tmp_path), "MONGODB_TIMEOUT_MS": "100"}
    app = create(load_settings(told, env_file=None))
    with silence:
        async with serving(app) as url, httpx2.AsyncClient(base_url=url, timeout=30) as client:
            started = time.monotonic()
            answer = await client.post("/playlists", json=ASKED)
            assert (answer.status_code, answer.json()["code"]) == (503, "mongo_unavailable")
            assert time.monotonic() - started < 3


_PROCESS = """
import asyncio, json, sys
from contextlib import aclosing
from services.video.playlists.complaints import Complaints
from services.video.playlists.service import Parts, make_playlist
from services.video.playlists.similar import Similar
from shared.mongo.client import open_mongo
from shared.schemas.playlists import Day
from shared.settings import load_settings
from shared.storage.open import open_store
from shared.storage.playback import open_playbacks

async def main():
    settings = load_settings(env_file=None)
    async with open_mongo(settings) as db, aclosing(open_store(settings)) as store, aclosing(open_playbacks(settings)) as playbacks:
        parts = Parts(db, store, playbacks, Similar(db), Complaints(), settings)
        for line in sys.stdin:
            asked = json.loads(line)
            day = Day(**asked | {"exercises": tuple(asked["exercises"]), "locale": "en"})
            print((await make_playlist(parts, day)).model_dump_json())

asyncio.run(main())
"""


@pytest.mark.usefixtures("catalogue")
async def test_two_processes_with_other_hash_seeds_give_the_same_bytes(client: httpx2.AsyncClient, settings: Settings) -> None:
    days = [{**ASKED, "week": week, "day": day} for week in (1, 2) for day in range(1, 8)]
    lines = "\n".join(map(json.dumps, days)).encode()
    outputs = await asyncio.gather(*(_output(settings, lines, hash_seed) for hash_seed in ("1", "2")))
    assert outputs[0] == outputs[1]
    by_http = [(await client.post("/playlists", json=day)).json() for day in days]
    assert [json.loads(line) for line in outputs[0].splitlines()] == by_http
    assert len({tuple(item["clip_id"] for item in playlist["items"]) for playlist in by_http}) > 10


async def _output(settings: Settings, lines: bytes, hash_seed: str) -> bytes:
    assert settings.mongo.mongodb_uri
    told = {
        "PYTHONHASHSEED": hash_seed,
        "MONGODB_URI": settings.mongo.mongodb_uri.get_secret_value(),
        "MONGODB_DATABASE": settings.mongo.mongodb_database,
        "DATA_DIR": str(settings.process.data_dir),
        "VIDEO_PUBLIC_URL": settings.storage.video_public_url,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PROCESS, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=os.environ | told
    )
    output, _ = await process.communicate(lines)
    assert process.returncode == 0
    return output
