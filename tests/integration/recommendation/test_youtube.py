"""YouTube over HTTP: what is asked, what it costs, what is made of its refusals; topics that serve all users; the recorded answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from services.recommendation.pools import Ask
from services.recommendation.prefetch import COLLECTION, Prefetches
from services.recommendation.sources.topics import YouTubeSource
from services.recommendation.sources.youtube import YouTube, seconds_of, video_of
from shared.cache.rate_limit import RateLimiter
from shared.errors import Unavailable
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes
from shared.schemas.recommendations import Interest, Profile
from shared.settings import Settings
from shared.settings import YouTube as YouTubeSettings
from tests.integration.recommendation.recommending import ask as ask_service
from tests.integration.recommendation.recommending import serving_recommendations, settings_of, tell, until
from tests.stubs.recorded import body, error_bodies, needs_recordings
from tests.stubs.vendor import Says
from tests.stubs.youtube import YouTubeStub, refusal, video

KEY = "a-key-of-a-test"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
FAST = {"youtube_per_second": 1_000, "youtube_per_minute": 10_000, "youtube_per_100_seconds": 10_000}


@dataclass
class Asking:
    stub: YouTubeStub
    youtube: YouTube
    settings: YouTubeSettings


@asynccontextmanager
async def asking(stub: YouTubeStub, key: str = KEY, **changes: Any) -> AsyncIterator[Asking]:
    async with stub.listening() as url:
        settings = YouTubeSettings(youtube_api_key=SecretStr(key), youtube_base_url=url, **{**FAST, **changes})
        youtube = YouTube(settings, key, RateLimiter(None, name="test"))
        yield Asking(stub, youtube, settings)
        await youtube.aclose()


async def test_a_topic_costs_a_search_and_the_details_of_what_it_found() -> None:
    async with asking(YouTubeStub(KEY, found=2)) as to:
        first, second = await to.youtube.on("sourdough baking", waited_for=True)
        assert [method for method, _ in to.stub.calls] == ["search", "videos"]
        assert await to.youtube.units_left() == 10_000 - to.stub.units == 9_899
    search = to.stub.calls[0][1]
    assert (search["q"], search["type"], search["videoEmbeddable"], search["maxResults"]) == ("sourdough baking", "video", "true", "50")
    assert "key" not in search
    assert (first.video_id, first.title, first.channel) == ("sourdough-baking-0", "All about sourdough-baking-0", "A channel")
    assert (first.duration_seconds, first.poster_url) == (90, "https://i.ytimg.test/sourdough-baking-0/high.jpg")
    assert second.published_at == datetime(2026, 5, 1, 12, tzinfo=UTC)


async def test_details_are_asked_for_fifty_at_a_time() -> None:
    async with asking(YouTubeStub(KEY)) as to:
        found = await to.youtube.details([f"v{number}" for number in range(120)])
    assert [len(query["id"].split(",")) for _, query in to.stub.calls] == [50, 50, 20]
    assert (len(found), to.stub.units) == (120, 3)


async def test_no_call_is_made_that_the_quota_does_not_have() -> None:
    async with asking(YouTubeStub(KEY), youtube_daily_units=350, youtube_reserve_units=150) as to:
        await to.youtube.search("a", waited_for=False)
        await to.youtube.search("b", waited_for=False)
        with pytest.raises(Unavailable) as ahead:
            await to.youtube.search("c", waited_for=False)
        await to.youtube.search("c", waited_for=True)
        with pytest.raises(Unavailable) as waited_for:
            await to.youtube.search("d", waited_for=True)
        assert (ahead.value.code, waited_for.value.code, len(to.stub.calls)) == ("youtube_quota", "youtube_quota", 3)
        assert await to.youtube.units_left() == 50


async def test_limits_of_a_second_are_waited_for() -> None:
    async with asking(YouTubeStub(KEY), youtube_per_second=8) as to:
        for number in range(4):
            await to.youtube.search(str(number), waited_for=True)
    assert len(to.stub.calls) == 4


@pytest.mark.parametrize(
    ("says", "code", "left"),
    [
        (refusal("quotaExceeded"), "youtube_quota", 0),
        (refusal("rateLimitExceeded"), "youtube_rate", 9_900),
        (Says({"error": "no shape one expects"}, 429), "youtube_rate", 9_900),
        (refusal("keyInvalid"), "youtube_refused", 9_900),
        (refusal("backendError"), "youtube_failed", 9_900),
        (Says(b"<html>", 502), "youtube_failed", 9_900),
        (Says(b"<html>"), "upstream_malformed", 9_900),
    ],
)
async def test_what_a_refusal_means(says: Says, code: str, left: int) -> None:
    async with asking(YouTubeStub(KEY)) as to:
        to.stub.says = [says]
        with pytest.raises(Unavailable) as refused:
            await to.youtube.search("a", waited_for=True)
        assert KEY not in str(refused.value)
        assert (refused.value.code, await to.youtube.units_left(), len(to.stub.calls)) == (code, left, 1)


async def test_a_refused_day_is_over_until_pacific_midnight() -> None:
    async with asking(YouTubeStub(KEY)) as to:
        to.stub.says = [refusal("quotaExceeded")]
        for _ in range(3):
            with pytest.raises(Unavailable, match="used up"):
                await to.youtube.search("a", waited_for=True)
        assert len(to.stub.calls) == 1


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [("PT1M30S", 90), ("PT2H", 7200), ("P1DT1S", 86_401), ("PT0S", None), ("P0D", None), ("90", None), (None, None)],
)
def test_durations(duration: str | None, seconds: float | None) -> None:
    assert seconds_of(duration) == seconds


@pytest.mark.parametrize(
    "item",
    [
        video("v", status={"embeddable": False, "privacyStatus": "public"}),
        video("v", status={"embeddable": True, "privacyStatus": "unlisted"}),
        video("v", snippet={}),
        video("v", id=None),
        {},
        None,
    ],
)
def test_what_may_not_be_shown_elsewhere_is_left_out(item: Any) -> None:
    assert video_of(item) is None


def ask(*topics: str, user_id: str = "ann", category: str | None = None) -> Ask:
    interests = tuple(Interest(topic=topic, weight=1 - place / 10) for place, topic in enumerate(topics))
    return Ask(user_id, Profile(interests=interests), 200, include_trending=True, category=category, now=datetime.now(UTC))


@asynccontextmanager
async def source(to: Asking, db: Database, mongo_uri: str) -> AsyncIterator[tuple[YouTubeSource, Prefetches]]:
    await create_indexes(db, [COLLECTION, "youtube_topics"])
    prefetches = Prefetches(db, settings_of(mongo_uri, db))
    yield YouTubeSource(db, to.youtube, prefetches, to.settings), prefetches
    await prefetches.aclose()


async def test_a_topic_is_asked_for_once_and_serves_all_who_share_it(db: Database, mongo_uri: str) -> None:
    async with asking(YouTubeStub(KEY)) as to, source(to, db, mongo_uri) as (youtube, _):
        assert await youtube.candidates(ask("Baking", "Dogs")) == []
        assert await youtube.candidates(ask("baking!", user_id="bob")) == []
        await until(lambda: _count(db, 2))
        asked = {task["params"]["topic"]: task["params"]["waited_for"] async for task in db[COLLECTION].find()}
        assert asked == {"baking": True, "dogs": True}
        for _ in range(2):
            await youtube.fetch("baking", waited_for=True)
            await youtube.fetch("dogs", waited_for=True)
        assert (len(to.stub.calls), to.stub.units) == (4, 202)
        found = await youtube.candidates(ask("Dogs", "Baking", user_id="carl"))
    assert [candidate.video_id for candidate in found[:2]] == ["dogs-0", "baking-0"]
    assert found[0].reason == "On YouTube, about dogs"
    assert [a.score >= b.score for a, b in pairwise(found)] == [True] * 5
    only = await youtube.candidates(ask("dogs", category="baking"))
    assert [candidate.video_id for candidate in only] == ["baking-0", "baking-1", "baking-2"]


async def _count(db: Database, tasks: int) -> bool:
    return await db[COLLECTION].count_documents({}) == tasks


async def test_what_is_stale_is_used_and_asked_for_again_without_the_reserve(db: Database, mongo_uri: str) -> None:
    async with asking(YouTubeStub(KEY), youtube_topic_ttl_hours=1) as to, source(to, db, mongo_uri) as (youtube, _):
        await youtube.fetch("baking", waited_for=True)
        past = {"stale_at": datetime.now(UTC) - timedelta(hours=1)}
        await db.youtube_topics.update_one({}, {"$set": past})
        assert len(await youtube.candidates(ask("baking"))) == 3
        await until(lambda: _count(db, 1))
        [task] = await db[COLLECTION].find().to_list()
        assert task["params"] == {"topic": "baking", "waited_for": False}


async def test_nothing_found_is_something_known(db: Database, mongo_uri: str) -> None:
    async with asking(YouTubeStub(KEY, found=0)) as to, source(to, db, mongo_uri) as (youtube, _):
        assert [await youtube.fetch("zzz", waited_for=True) for _ in range(3)] == [0, 0, 0]
        assert await youtube.candidates(ask("zzz")) == []
        assert [method for method, _ in to.stub.calls] == ["search"]


async def test_a_refusal_is_remembered_and_told(db: Database, mongo_uri: str) -> None:
    async with asking(YouTubeStub(KEY)) as to, source(to, db, mongo_uri) as (youtube, _):
        await youtube.fetch("dogs", waited_for=True)
        to.stub.says = [refusal("quotaExceeded")]
        assert await youtube.fetch("baking", waited_for=True) == 0
        with pytest.raises(Unavailable):
            await youtube.candidates(ask("baking"))
        assert len(await youtube.candidates(ask("dogs"))) == 3
        assert await db[COLLECTION].count_documents({}) == 0


async def test_a_video_elsewhere_that_is_hidden_never_returns(db: Database, mongo_uri: str, client: httpx2.AsyncClient) -> None:
    async with asking(YouTubeStub(KEY)) as to, source(to, db, mongo_uri) as (youtube, _):
        await youtube.fetch("baking", waited_for=True)
        taken = await tell(client, "hide", ["baking-1", "no such video"])
        assert taken["accepted"] == 0
        assert [candidate.video_id for candidate in await youtube.candidates(ask("baking"))] == ["baking-0", "baking-2"]
        assert len(await youtube.candidates(ask("baking", user_id="bob"))) == 3
        await tell(client, "unhide", ["baking-1"])
        assert len(await youtube.candidates(ask("baking"))) == 3
    assert await db.hidden_videos.count_documents({}) == 1


async def test_the_service_mixes_in_what_a_user_is_interested_in(db: Database, mongo_uri: str) -> None:
    """From the key in the settings to the screen: fetched in the background, shown, its units told to the operator."""
    stub = YouTubeStub(KEY)
    async with stub.listening() as url:
        settings: Settings = settings_of(
            mongo_uri,
            db,
            REC_MISSING_ASSESSMENT="cold_start",
            RECOMMENDATION_REFRESH_COOLDOWN_S="0.01",
            YOUTUBE_API_KEY=KEY,
            YOUTUBE_BASE_URL=url,
            ADMIN_API_KEY="operator-of-a-test",
        )
        async with serving_recommendations(settings) as client:
            await client.put("/api/v1/users/ann/profile", json={"interests": [{"topic": "baking"}]})

            async def mixed() -> bool:
                answer = await ask_service(client, force_refresh=True)
                return any(item["source"] == "youtube" for item in answer["items"])

            await until(mixed)
            answer = await ask_service(client)
            stats = (await client.get("/admin/stats", headers={"X-Admin-Key": "operator-of-a-test"})).json()
    [first, *_] = [item for item in answer["items"] if item["source"] == "youtube"]
    assert (first["kind"], first["page_url"]) == ("youtube", f"https://www.youtube.com/watch?v={first['video_id']}")
    assert (first["playback_url"], first["company_name"], first["duration_seconds"]) == (None, "A channel", 90)
    assert stats["youtube_units_left"] == 9_899
    assert stats["source_shares"]["youtube"] > 0
    assert Counter(method for method, _ in stub.calls) == {"search": 1, "videos": 1}


@pytest.mark.data
@needs_recordings
async def test_recorded_answers_are_read() -> None:
    folder = "youtube/python-youtube_testdata/apidata"
    async with asking(YouTubeStub(KEY)) as to:
        to.stub.says = [body(f"{folder}/search/search_by_keywords_p1.json"), body(f"{folder}/search/search_channels.json")]
        assert len(await to.youtube.search("surfing", waited_for=True)) == 25
        assert await to.youtube.search("channels", waited_for=True) == []
        for name, count in (("videos_info_multi", 2), ("videos_info_single", 1), ("videos_chart_paged_1", 5)):
            to.stub.says = [body(f"{folder}/videos/{name}.json")]
            told = await to.youtube.details(["x"])
            assert len(told) == count
            assert all(each.video_id and each.title and each.channel and each.poster_url for each in told)


@pytest.mark.data
@needs_recordings
async def test_recorded_errors_are_understood() -> None:
    codes = []
    for says in [*error_bodies("youtube-data-v3"), body("youtube/python-youtube_testdata/error_response.json")]:
        async with asking(YouTubeStub(KEY)) as to:
            to.stub.says = [says]
            with pytest.raises(Unavailable) as refused:
                await to.youtube.search("a", waited_for=True)
            codes.append(refused.value.code)
    assert codes == ["youtube_quota", "youtube_rate", "youtube_refused"]
