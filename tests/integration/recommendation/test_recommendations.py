"""GET and POST /api/v1/video/recommendations/{user_id}: what is answered, kept, left out, and refused."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from services.recommendation.schemas import VideoRecommendations
from shared.errors import Unavailable
from shared.mongo.client import Database
from shared.settings import Settings
from tests.integration.recommendation.recommending import (
    ASSESSMENT,
    ask,
    ids,
    path,
    serving_recommendations,
    settings_of,
    tell,
    until,
)


async def test_an_answer_draws_a_screen(client: httpx2.AsyncClient, reels: list[str]) -> None:
    response = await client.get(path())
    answer = VideoRecommendations.model_validate_json(response.text)
    assert (answer.success, answer.user_id, answer.session_id, answer.count, answer.cache) == (True, "ann", None, 20, "miss")
    assert response.headers["cache-control"] == "private, no-store"
    first = answer.items[0]
    assert (first.video_id, first.kind, first.title, first.company_name) == (reels[0], "reel", "Baker 0", "Company 0")
    assert first.playback_url == "http://video.test/media/hls/reel-0/master.m3u8"
    assert first.posting
    assert first.posting.places == ("Berlin", "Paris")
    assert all(item.reason and 0 <= item.score <= 1 for item in answer.items)
    assert 0 < (answer.expires_at - answer.generated_at).total_seconds() <= 900
    assert answer.processing_ms > 0


async def test_the_second_time_it_comes_from_the_cache_whichever_way_it_is_asked(client: httpx2.AsyncClient) -> None:
    first = await ask(client)
    again = [await ask(client), await ask(client, max_results=7), (await client.post(path(), json={"max_results": 7})).json()]
    assert [answer["cache"] for answer in (first, *again)] == ["miss", "hit", "hit", "hit"]
    assert [ids(answer) for answer in again] == [ids(first), ids(first)[:7], ids(first)[:7]]
    assert {answer["generated_at"] for answer in again} == {first["generated_at"]}
    for other in ({"include_trending": "false"}, {"category_filter": "Engineering"}):
        assert (await ask(client, **other))["cache"] == "miss"
    assert (await ask(client, category_filter="engineering "))["cache"] == "hit"
    assert (await ask(client, "bob"))["cache"] == "miss"


async def test_quick_answers_are_the_usual_ones(client: httpx2.AsyncClient) -> None:
    """The way past the router gives the same document, under a request id, in the metrics of its route."""
    await ask(client)
    quick = await client.get(path(), params={"max_results": "5"}, headers={"X-Request-ID": "mine"})
    usual = await client.get(path(), params={"max_results": "5", "exclude_ids": "nobody"})
    assert quick.headers["x-request-id"] == "mine"
    assert {**quick.json(), "processing_ms": 0} == {**usual.json(), "processing_ms": 0}
    assert set(quick.headers) == set(usual.headers)
    counted = (await client.get("/metrics")).text
    assert 'route="/api/v1/video/recommendations/{user_id}",status="200"} ' in counted


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"max_results": "many"}, "max_results"),
    ({"force_refresh": "perhaps"}, "force_refresh"),
    ({"limit": "5"}, "limit"),
    ({"category_filter": "…"}, "category_filter"),
    ({"session_id": "a b"}, "session_id"),
    ({"cursor": "s-1"}, "cursor"),
    ({"cursor": "s1"}, "session_id"),
    ({"exclude_ids": "{}"}, "exclude_ids.0"),
    ({"exclude_ids": [f"v{number}" for number in range(501)]}, "exclude_ids"),
]


async def test_what_cannot_be_is_refused_by_name(client: httpx2.AsyncClient) -> None:
    for query, field in WRONG:
        response = await client.get(path(), params=query)
        assert (response.status_code, response.json()["errors"][0]["field"]) == (422, field), query
    for user_id in ("a b", "{ann}", "x" * 129, "ü"):
        response = await client.get(path(user_id))
        assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "user_id"), user_id
    wrong: tuple[dict[str, Any], ...] = (
        {"max_results": "20"},
        {"max_results": True},
        {"force_refresh": 1},
        {"extra": 1},
        {"exclude_ids": "v"},
    )
    for body in wrong:
        assert (await client.post(path(), json=body)).status_code == 422, body


async def test_how_many_is_capped(client: httpx2.AsyncClient) -> None:
    assert [(await ask(client, max_results=asked))["count"] for asked in (0, -5, 1, 1000)] == [1, 1, 1, 30]


async def test_pages_follow_one_another_and_stay_as_they_are(client: httpx2.AsyncClient, reels: list[str]) -> None:
    """Also when it is ranked anew in the middle, and a reel has come in."""
    first = await ask(client, max_results=12)
    second = await ask(client, max_results=12, cursor=first["next_cursor"])
    assert (await ask(client, max_results=12, force_refresh=True))["cache"] == "miss"
    again = await ask(client, max_results=12, cursor=first["next_cursor"])
    assert ids(again) == ids(second)
    last = await ask(client, max_results=12, cursor=again["next_cursor"])
    assert ids(first) + ids(second) + ids(last) == reels
    assert (last["next_cursor"], last["exhausted"]) == (None, False)


async def test_a_cursor_of_a_ranking_that_is_gone_goes_on_and_says_so(client: httpx2.AsyncClient, reels: list[str]) -> None:
    answer = await ask(client, max_results=5, cursor="p000000000000-5")
    assert (ids(answer), answer["degraded"]) == (reels[5:10], ["cursor_outdated"])


async def test_what_is_excluded_is_left_out(client: httpx2.AsyncClient, reels: list[str]) -> None:
    response = await client.get(path(), params={"exclude_ids": reels[:3], "max_results": "4"})
    assert ids(response.json()) == reels[3:7]
    assert ids((await client.post(path(), json={"exclude_ids": reels[::2], "max_results": 4})).json()) == reels[1:9:2]


async def test_what_a_user_hides_never_returns(client: httpx2.AsyncClient, reels: list[str], db: Database) -> None:
    """However and wherever it was said; and only for that user."""
    await ask(client)
    await tell(client, "hide", reels[:2])
    answer = await ask(client)
    assert answer["cache"] == "miss"
    assert reels[2:22] == ids(answer)
    await db.user_job_views.insert_one({"user_id": "ann", "greenhouse_id": "g2", "subject_kind": "posting", "subject_key": "c2:2"})
    await db.user_job_views.update_one({"user_id": "ann", "greenhouse_id": "g2"}, {"$set": {"hidden": True}})  # as the backend does
    await until(lambda: _without(client, reels[2]))
    assert ids(await ask(client, "bob"))[:3] == reels[:3]
    await tell(client, "unhide", reels[:1])
    assert ids(await ask(client))[0] == reels[0]


async def _without(client: httpx2.AsyncClient, video_id: str) -> bool:
    return video_id not in ids(await ask(client))


async def test_what_was_hidden_while_nobody_listened_is_left_out(
    settings: Settings, reels: list[str], db: Database, valkey_url: str
) -> None:
    """A ranking of before is still in Redis when the service starts again."""
    shared = settings_of(str(settings.mongo.mongodb_uri and settings.mongo.mongodb_uri.get_secret_value()), db, REDIS_URL=valkey_url)
    shared = shared.model_copy(update={"recommendations": settings.recommendations})
    async with serving_recommendations(shared) as client:
        assert reels[0] in ids(await ask(client, db.name))
    view = {"user_id": db.name, "greenhouse_id": "g0", "subject_kind": "posting", "subject_key": "c0:0", "hidden": True}
    await db.user_job_views.insert_one(view)
    async with serving_recommendations(shared) as client:
        answer = await ask(client, db.name)
    assert (answer["cache"], ids(answer)[0]) == ("hit", reels[1])


async def test_a_reel_that_is_taken_down_is_shown_no_more(client: httpx2.AsyncClient, reels: list[str], db: Database) -> None:
    await ask(client)
    await db.videos.update_one({"video_id": reels[1]}, {"$set": {"status": "taken_down"}})
    await until(lambda: _without(client, reels[1]))
    assert (await ask(client))["count"] == 20


async def test_a_role_nobody_can_apply_for_is_not_recommended(client: httpx2.AsyncClient, reels: list[str], db: Database) -> None:
    await db.jobs.update_one({"greenhouse_id": "g0"}, {"$set": {"active": False}})
    assert ids(await ask(client))[0] == reels[1]


async def test_asking_changes_nothing_but_what_the_session_was_shown(client: httpx2.AsyncClient, db: Database) -> None:
    before = await _documents(db)
    await ask(client)
    await ask(client, force_refresh=True)
    assert await _documents(db) == before
    await ask(client, session_id="s")
    assert await _documents(db) == {**before, "rec_sessions": 1}


async def _documents(db: Database) -> dict[str, int]:
    names = await db.list_collection_names()
    return {name: count for name in names if (count := await db[name].count_documents({}))}


async def test_nothing_to_recommend_is_an_empty_list(settings: Settings) -> None:
    async with serving_recommendations(settings) as client:
        answer = await ask(client)
        assert (answer["items"], answer["next_cursor"], answer["exhausted"], answer["degraded"]) == ([], None, True, [])
        assert (await ask(client))["cache"] == "hit"


async def test_without_an_assessment_it_says_what_to_send(mongo_uri: str, db: Database, reels: list[str]) -> None:
    async with serving_recommendations(settings_of(mongo_uri, db)) as client:
        refused = await client.get(path())
        assert (refused.status_code, refused.json()["code"]) == (409, "assessment_missing")
        assert refused.headers["content-type"] == "application/problem+json"
        assert "PUT /api/v1/users/ann/profile" in refused.json()["detail"]
        assert all(trait in refused.json()["detail"] for trait in ASSESSMENT)
        await client.put("/api/v1/users/ann/profile", json={"interests": [{"topic": "baking"}]})
        assert (await client.post(path(), json={})).status_code == 409
        await client.put("/api/v1/users/ann/profile", json={"assessment": ASSESSMENT})
        assert (await ask(client))["count"] == 20


async def test_forcing_has_a_cooldown(client: httpx2.AsyncClient) -> None:
    await ask(client)
    answers = [await ask(client, force_refresh=True) for _ in range(3)]
    assert [answer["cache"] for answer in answers] == ["miss", "hit", "hit"]
    assert answers[2]["generated_at"] == answers[0]["generated_at"]


async def test_when_nothing_can_be_ranked_there_is_something_to_watch(
    client: httpx2.AsyncClient, reels: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise Unavailable("it is away", code="mongo_unavailable")

    monkeypatch.setattr("services.recommendation.service.Recommendations._ranked", away)
    await until(lambda: _something(client))
    first = await ask(client, max_results=12)
    second = await ask(client, max_results=12, cursor=first["next_cursor"])
    assert (first["degraded"], first["cache"], ids(first) + ids(second)) == (["mongo_unavailable"], "miss", reels[:24])


async def _something(client: httpx2.AsyncClient) -> bool:
    """It takes a moment until there is any in memory."""
    return bool((await ask(client))["items"])
