"""POST /feeds and GET /feeds/{feed_id} over real HTTP and a real mongod."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from shared.mongo import generation_admin, views
from shared.mongo.client import Database
from tests.integration.backend.feeding import close, feeding, give_reel, shown
from tests.integration.backend.operating import problem
from tests.integration.feed_steps import fail_next, opened, ranked, work_off


@pytest.fixture
async def http(db: Database, mongo_uri: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with feeding(db, mongo_uri) as client:
        yield client


async def reels(db: Database, count: int) -> None:
    """v-1 is the newest."""
    for number in range(1, count + 1):
        await give_reel(db, str(number), age_s=number)


async def open_feed(http: httpx2.AsyncClient, user: str = "ann", **more: Any) -> dict[str, Any]:
    answer = await http.post("/feeds", json={"user_id": user, **more})
    assert answer.status_code == 201, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def get(http: httpx2.AsyncClient, feed_id: str, cursor: str | None = None, **more: Any) -> dict[str, Any]:
    answer = await http.get(f"/feeds/{feed_id}", params={**({"cursor": cursor} if cursor else {}), **more})
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def ids(*numbers: int) -> list[str]:
    return [f"v-{number}" for number in numbers]


async def test_a_feed_without_a_prompt_is_the_newest_reels_page_by_page(http: httpx2.AsyncClient, db: Database) -> None:
    await reels(db, 7)
    first = await open_feed(http, limit=3)
    assert (shown(first), first["user_id"], first["degraded"]) == (ids(1, 2, 3), "ann", [])
    assert first["generation"] == {"pending": 0, "events_url": None, "poll_after_s": 10}
    assert [(r["reason"], r["score"], r["seen"]) for r in first["results"]] == [("newest", None, False)] * 3
    second = await get(http, first["feed_id"], first["next_cursor"], limit=3)
    third = await get(http, first["feed_id"], second["next_cursor"], limit=3)
    assert (shown(second), shown(third), third["next_cursor"]) == (ids(4, 5, 6), ids(7), None)
    assert shown(await get(http, first["feed_id"], limit=7)) == ids(*range(1, 8)), "from the beginning"
    result = first["results"][0]
    assert result["playback_url"].endswith("/media/hls/v-1/master.m3u8")
    assert result["posting"]["title"] == "Baker 1"


async def test_page_one_is_seen_and_the_next_feed_begins_with_what_is_not(http: httpx2.AsyncClient, db: Database) -> None:
    await reels(db, 4)
    first = await open_feed(http, limit=2)
    await get(http, first["feed_id"], first["next_cursor"])
    again = await open_feed(http, limit=4)
    assert shown(again) == ids(3, 4, 1, 2), "looking at a page marks nothing as seen"
    assert [(r["reason"], r["seen"]) for r in again["results"]] == [("newest", False)] * 2 + [("seen_before", True)] * 2
    assert shown(await open_feed(http, "bob", limit=4)) == ids(1, 2, 3, 4)


async def test_with_seen_on_watch_nothing_is_seen_before_it_is_watched(db: Database, mongo_uri: str) -> None:
    await reels(db, 2)
    async with feeding(db, mongo_uri, MARK_SEEN_ON="watch") as http:
        await open_feed(http)
        event = {"event_id": "1", "type": "start", "video_id": "v-1", "at": datetime.now(UTC).isoformat()}
        await http.post("/events", json={"user_id": "ann", "events": [event]})
        assert shown(await open_feed(http)) == ids(2, 1)


async def test_a_page_that_is_asked_for_again_and_at_once_is_the_same(http: httpx2.AsyncClient, db: Database) -> None:
    await reels(db, 12)
    first = await open_feed(http, limit=2)
    pages = await asyncio.gather(*(get(http, first["feed_id"], first["next_cursor"], limit=5) for _ in range(8)))
    assert [shown(page) for page in pages] == [ids(3, 4, 5, 6, 7)] * 8
    assert shown(await get(http, first["feed_id"], pages[0]["next_cursor"], limit=5)) == ids(8, 9, 10, 11, 12)


async def test_nothing_new_costs_a_client_nothing(http: httpx2.AsyncClient, db: Database) -> None:
    await give_reel(db, "1")
    feed = (await opened(db, "a", "b")).feed
    url = f"/feeds/{feed.feed_id}"
    before = await http.get(url)
    same = await http.get(url, headers={"If-None-Match": before.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    await work_off(db)
    changed = await http.get(url, headers={"If-None-Match": before.headers["etag"]})
    assert (changed.status_code, changed.json()["count"]) == (200, 2)


async def test_a_poller_gets_new_reels_behind_what_it_has(http: httpx2.AsyncClient, db: Database) -> None:
    await reels(db, 2)
    feed = (await opened(db, "a", "b", "c", shown=ranked("1"), pool=ranked("2"))).feed
    page = await get(http, feed.feed_id, limit=1)
    assert page["generation"] == {"pending": 3, "events_url": f"/feeds/{feed.feed_id}/events?cursor=1", "poll_after_s": 10}
    made = await work_off(db, tell=False)
    page = await get(http, feed.feed_id, page["next_cursor"], limit=2)
    assert [result["posting"]["greenhouse_id"] for result in page["results"]] == sorted(made)
    assert [result["reason"] for result in page["results"]] == ["match", "match"]
    assert page["generation"]["pending"] == 1, "the slots that became free make the third"
    await work_off(db)
    page = await get(http, feed.feed_id, page["next_cursor"], limit=2)
    assert [result["posting"]["greenhouse_id"] for result in page["results"]] == ["c", "2"]
    assert (page["next_cursor"], page["generation"]["pending"], page["generation"]["events_url"]) == (None, 0, None)


async def test_what_is_no_longer_to_be_shown_is_passed_over(http: httpx2.AsyncClient, db: Database) -> None:
    await reels(db, 8)
    first = await open_feed(http, limit=1)
    await generation_admin.take_down(db, "v-2")
    await close(db, "3")
    await http.post("/events", json={"user_id": "ann", "events": [a_word("hide", "v-4")]})
    await give_reel(db, "5", video_id="newer")
    page = await get(http, first["feed_id"], first["next_cursor"], limit=3)
    assert shown(page) == ["newer", "v-6", "v-7"]
    assert shown(await get(http, first["feed_id"], page["next_cursor"], limit=3)) == ["v-8"]
    assert shown(await get(http, first["feed_id"], limit=50)) == ["v-1", "newer", "v-6", "v-7", "v-8"]
    again = await open_feed(http, limit=50)
    assert "v-4" not in shown(again), "what is hidden never comes back"
    assert (await views.views_among(db, "ann", ["4"]))["4"] == views.View(seen=False, hidden=True)


def a_word(kind: str, video_id: str) -> dict[str, str]:
    return {"event_id": f"{kind}-{video_id}", "type": kind, "video_id": video_id, "at": datetime.now(UTC).isoformat()}


async def test_a_reel_that_cannot_be_made_does_not_keep_a_client_waiting(http: httpx2.AsyncClient, db: Database) -> None:
    feed = (await opened(db, "a")).feed
    await fail_next(db)
    page = await get(http, feed.feed_id)
    assert (page["count"], page["next_cursor"], page["generation"]["pending"]) == (0, None, 0)


@pytest.mark.parametrize("cursor", ["4", "999999", "-1", "01", "1e3", "0x1", "", "MQ", "1 ", "null", "9" * 400])
async def test_a_cursor_that_no_page_gave_is_named(http: httpx2.AsyncClient, db: Database, cursor: str) -> None:
    await reels(db, 5)
    first = await open_feed(http, limit=3)
    for path in ("", "/events"):
        answer = await http.get(f"/feeds/{first['feed_id']}{path}", params={"cursor": cursor})
        assert answer.status_code == 422, (path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert [error["field"] for error in answer.json()["errors"]] == ["cursor"]


async def test_a_feed_that_is_not_there_or_over_is_a_problem(http: httpx2.AsyncClient, db: Database) -> None:
    problem(await http.get("/feeds/nobody"), 404, "feed_not_found")
    problem(await http.get("/feeds/nobody/events"), 404, "feed_not_found")
    feed_id = (await open_feed(http))["feed_id"]
    await db.feeds.update_one({"_id": feed_id}, {"$set": {"expires_at": datetime.now(UTC)}})
    problem(await http.get(f"/feeds/{feed_id}"), 404, "feed_not_found")


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "user_id"), ({"user_id": "a b"}, "user_id"), ({"user_id": "ann", "limit": 0}, "limit"), ({"user_id": "ann", "x": 1}, "x")],
)
async def test_opening_with_bad_input_names_the_field(http: httpx2.AsyncClient, body: dict[str, Any], field: str) -> None:
    answer = problem(await http.post("/feeds", json=body), 422, "invalid_input")
    assert [error["field"] for error in answer["errors"]] == [field]


async def test_with_no_reels_at_all_a_feed_is_empty(http: httpx2.AsyncClient) -> None:
    page = await open_feed(http)
    assert (page["results"], page["next_cursor"]) == ([], None)
