"""POST /events, saved reels, single reels and complaints, over real HTTP and a real mongod."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from shared.mongo import generation_admin, views
from shared.mongo.client import Database
from shared.mongo.views import View
from tests.integration.backend.feeding import close, feeding, give_reel
from tests.integration.backend.operating import operated, problem
from tests.integration.queue_steps import stored

START = datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
async def http(db: Database, mongo_uri: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with feeding(db, mongo_uri) as client:
        yield client


def event(number: int, kind: str, video_id: str = "v-a", **more: Any) -> dict[str, Any]:
    """The `number`th that happens."""
    return {"event_id": f"e{number}", "type": kind, "video_id": video_id, "at": (START + timedelta(seconds=number)).isoformat(), **more}


async def send(http: httpx2.AsyncClient, *events: dict[str, Any], user: str = "ann") -> tuple[int, int, int]:
    answer = await http.post("/events", json={"user_id": user, "events": events})
    assert answer.status_code == 200, answer.text
    counts = answer.json()
    return counts["accepted"], counts["duplicate"], counts["unknown"]


async def saved(http: httpx2.AsyncClient, user: str = "ann") -> list[str]:
    answer = await http.get(f"/users/{user}/saved")
    assert answer.status_code == 200, answer.text
    return [reel["video_id"] for reel in answer.json()["reels"]]


async def test_events_are_kept_once_however_often_they_come(http: httpx2.AsyncClient, db: Database) -> None:
    await give_reel(db, "a")
    batch = [event(1, "impression"), event(2, "start", position_seconds=0), event(3, "share", "never", detail="mail")]
    assert await send(http, *batch) == (2, 0, 1)
    assert await send(http, *batch, event(4, "apply", feed_id="f")) == (1, 2, 1)
    assert await send(http, batch[0], user="bob") == (1, 0, 0), "ids are the client's own"
    assert await send(http, event(9, "skip"), event(9, "skip")) == (1, 1, 0)
    kept = await db.watch_events.find({"user_id": "ann"}).sort("at").to_list()
    assert [doc["type"] for doc in kept] == ["impression", "start", "apply", "skip"]
    first = kept[0]
    assert (first["event_id"], first["video_id"], first["subject_kind"], first["subject_key"]) == ("e1", "v-a", "posting", "a")
    assert first["at"] < first["received_at"]


async def test_a_clock_that_is_ahead_has_not_the_last_word_for_ever(http: httpx2.AsyncClient, db: Database) -> None:
    await give_reel(db, "a")
    await send(http, {**event(1, "save"), "at": "9999-12-31T23:59:59Z"})
    assert await saved(http) == ["v-a"]
    await send(http, {**event(2, "unsave"), "at": datetime.now(UTC).isoformat()})
    assert await saved(http) == []


async def test_who_watched_has_seen_the_role_wherever_it_is_posted(http: httpx2.AsyncClient, db: Database) -> None:
    for city in ("Faro", "Porto"):
        await stored(db, city, internal_job_id=7)
    await give_reel(db, "Faro", internal_job_id=7)
    [key] = await db.videos.distinct("subject_key")
    await send(http, event(1, "impression", "v-Faro"))
    assert await views.views_among(db, "ann", [key]) == {}
    await send(http, event(2, "progress", "v-Faro"))
    assert await views.views_among(db, "ann", [key]) == {key: View(seen=True)}
    assert await views.seen_among(db, "ann", [key, "other"]) == {key}


async def test_the_latest_word_on_hiding_holds_in_whatever_order_they_come(http: httpx2.AsyncClient, db: Database) -> None:
    await give_reel(db, "a")
    await send(http, event(2, "unhide"))
    await send(http, event(1, "hide"))
    assert await views.hidden_among(db, "ann", ["a"]) == set()
    await send(http, event(3, "hide"), event(4, "complete"))
    assert await views.views_among(db, "ann", ["a"]) == {"a": View(seen=True, hidden=True)}
    await send(http, event(2, "unhide"))
    assert await views.hidden_among(db, "ann", ["a"]) == {"a"}, "a replay changes nothing"
    assert await views.hidden_among(db, "bob", ["a"]) == set()


async def test_what_is_hidden_by_one_posting_is_shown_again_by_its_sibling(http: httpx2.AsyncClient, db: Database) -> None:
    await give_reel(db, "Faro", internal_job_id=7)
    await send(http, event(1, "hide", "v-Faro"))
    await give_reel(db, "Porto", internal_job_id=7)
    [key] = await db.videos.distinct("subject_key")
    await send(http, event(2, "start", "v-Porto"))
    assert await views.hidden_among(db, "ann", [key]) == {key}
    await send(http, event(3, "unhide", "v-Porto"))
    assert await views.views_among(db, "ann", [key]) == {key: View(seen=True)}


async def test_saved_reels_are_listed_the_last_one_first(http: httpx2.AsyncClient, db: Database) -> None:
    for key in "abcd":
        await give_reel(db, key)
    await send(http, *(event(number, "save", f"v-{key}") for number, key in enumerate("abcd")))
    await send(http, event(5, "unsave", "v-b"), event(6, "save", "v-a"))
    assert await saved(http) == ["v-a", "v-d", "v-c"]
    assert await saved(http, "bob") == []
    pages, cursor = [], None
    while True:
        page = (await http.get("/users/ann/saved", params={"limit": 1, **({"cursor": cursor} if cursor else {})})).json()
        pages.append([reel["video_id"] for reel in page["reels"]])
        if (cursor := page["next_cursor"]) is None:
            break
    assert pages == [["v-a"], ["v-d"], ["v-c"]]


async def test_a_saved_reel_stays_when_its_posting_closes_and_goes_when_it_is_taken_down(http: httpx2.AsyncClient, db: Database) -> None:
    await give_reel(db, "a")
    await give_reel(db, "b")
    await send(http, event(1, "save"), event(2, "save", "v-b"))
    await close(db, "a")
    await give_reel(db, "b", video_id="newer")
    reels = (await http.get("/users/ann/saved")).json()["reels"]
    assert [(reel["video_id"], reel["active"]) for reel in reels] == [("newer", True), ("v-a", False)]
    assert datetime.fromisoformat(reels[1]["saved_at"]) == START.replace(microsecond=START.microsecond // 1000 * 1000) + timedelta(
        seconds=1
    )
    await generation_admin.take_down(db, "v-a")
    assert await saved(http) == ["newer"]


async def test_a_page_that_is_left_sends_its_events_as_plain_text(http: httpx2.AsyncClient, db: Database) -> None:
    await give_reel(db, "a")
    body = json.dumps({"user_id": "ann", "events": [event(1, "skip")]})
    answer = await http.post("/events", content=body, headers={"Content-Type": "text/plain;charset=UTF-8"})
    assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
    form = await http.post("/events", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    problem(form, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"user_id": "a b"}, "user_id"),
        ({"events": []}, "events"),
        ({"events": [event(n, "skip") for n in range(101)]}, "events"),
        ({"events": [event(1, "stare")]}, "events.0.type"),
        ({"events": [{**event(1, "skip"), "event_id": ""}]}, "events.0.event_id"),
        ({"events": [{**event(1, "skip"), "at": "yesterday"}]}, "events.0.at"),
        ({"events": [{**event(1, "skip"), "at": 1767225600}]}, "events.0.at"),
        ({"events": [event(1, "skip", position_seconds=-1)]}, "events.0.position_seconds"),
        ({"events": [event(1, "error", detail="x" * 501)]}, "events.0.detail"),
        ({"events": [event(1, "skip", mood="bored")]}, "events.0.mood"),
    ],
)
async def test_events_that_cannot_be_used_are_named(http: httpx2.AsyncClient, change: dict[str, Any], field: str) -> None:
    body = {"user_id": "ann", "events": [event(1, "skip")], **change}
    answer = problem(await http.post("/events", json=body), 422, "invalid_input")
    assert [error["field"] for error in answer["errors"]] == [field]


async def test_a_reel_by_its_link_has_all_postings_open_and_closed(http: httpx2.AsyncClient, db: Database) -> None:
    await stored(db, "Porto", internal_job_id=7, location={"name": "Porto"})
    await give_reel(db, "Faro", internal_job_id=7, location={"name": "Faro"})
    await close(db, "Faro")
    answer = await http.get("/reels/v-Faro")
    reel = answer.json()
    assert (reel["video_id"], reel["active"], reel["mp4_url"][-20:]) == ("v-Faro", True, "/hls/v-Faro/reel.mp4")
    assert (reel["posting"]["greenhouse_id"], reel["posting"]["places"]) == ("Porto", ["Porto"]), "the open one speaks"
    told = {one["greenhouse_id"]: (one["places"], one["active"]) for one in reel["postings"]}
    assert told == {"Faro": (["Faro"], False), "Porto": (["Porto"], True)}
    assert (await http.get("/reels/v-Faro", headers={"If-None-Match": answer.headers["etag"]})).status_code == 304
    await close(db, "Porto")
    reel = (await http.get("/reels/v-Faro")).json()
    assert (reel["active"], reel["posting"]["greenhouse_id"]) == (False, "Faro")


async def test_a_link_to_a_superseded_reel_leads_to_the_one_in_its_place(http: httpx2.AsyncClient, db: Database) -> None:
    await give_reel(db, "a")
    await give_reel(db, "a", video_id="newer")
    assert (await http.get("/reels/v-a")).json()["video_id"] == "newer"
    await generation_admin.take_down(db, "newer")
    problem(await http.get("/reels/v-a"), 410, "video_taken_down")
    problem(await http.get("/reels/newer"), 410, "video_taken_down")
    problem(await http.get("/reels/nobody"), 404, "video_not_found")


async def test_a_reel_of_a_clip_or_without_postings_plays_all_the_same(http: httpx2.AsyncClient, db: Database) -> None:
    await give_reel(db, "a")
    await db.jobs.delete_many({})
    reel = (await http.get("/reels/v-a")).json()
    assert (reel["posting"], reel["postings"], reel["active"]) == (None, [], False)
    await db.videos.update_one({}, {"$set": {"subject_kind": "clip", "subject_key": "squat:demo:coach:en", "greenhouse_id": None}})
    assert (await http.get("/reels/v-a")).json()["active"]
    assert await send(http, event(1, "start"), event(2, "hide"), event(3, "save")) == (3, 0, 0)
    assert await db.user_job_views.count_documents({}) == 0


async def test_complaints_reach_the_operator_once_a_user(db: Database, mongo_uri: str, tmp_path: Path) -> None:
    await give_reel(db, "a")
    await give_reel(db, "b")
    async with operated(db, mongo_uri, tmp_path) as http:
        for video_id, user, reason in (
            ("v-a", "ann", "spam"),
            ("v-a", "bob", "other"),
            ("v-b", "ann", "broken"),
            ("v-a", "ann", "offensive"),
        ):
            body = {"user_id": user, "reason": reason, "note": f"says {user}"}
            answer = await http.post(f"/reels/{video_id}/report", json=body)
            assert (answer.status_code, answer.json()) == (200, {"video_id": video_id, "reason": reason})
        await generation_admin.take_down(db, "v-b")
        problem(await http.post("/reels/v-b/report", json={"user_id": "ann", "reason": "spam"}), 410, "video_taken_down")
        problem(await http.post("/reels/x/report", json={"user_id": "ann", "reason": "spam"}), 404, "video_not_found")
        page = (await http.get("/admin/reports")).json()
        listed = [(one["video_id"], one["user_id"], one["reason"], one["reports_of_reel"], one["video_status"]) for one in page["reports"]]
        assert listed == [
            ("v-b", "ann", "broken", 1, "taken_down"),
            ("v-a", "bob", "other", 2, "ready"),
            ("v-a", "ann", "offensive", 2, "ready"),
        ]
        assert page["reports"][1]["reasons_of_reel"] == {"other": 1, "offensive": 1}
        first = (await http.get("/admin/reports", params={"limit": 1, "video_id": "v-a"})).json()
        rest = (await http.get("/admin/reports", params={"cursor": first["next_cursor"], "video_id": "v-a"})).json()
        assert [one["user_id"] for one in (*first["reports"], *rest["reports"])] == ["bob", "ann"]
        assert rest["next_cursor"] is None
        assert (await http.get("/admin/reports", headers={"X-Admin-Key": "no"})).status_code == 401
