"""A visit (`session_id`): every refresh shows what it was not shown before, a cursor always the same, two at once different things."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from services.recommendation.variants import Variant
from shared.errors import Unavailable
from shared.mongo import rec_sessions
from shared.mongo.client import Database
from shared.settings import Settings
from tests.integration.recommendation.recommending import ask, ids, make_reels, serving_recommendations, settings_of, tell


async def test_every_refresh_brings_what_was_not_shown(client: httpx2.AsyncClient, reels: list[str]) -> None:
    pages = [await ask(client, session_id="s", max_results=12, force_refresh=refresh) for refresh in (False, True, False, False)]
    assert [ids(page) for page in pages] == [reels[:12], reels[12:24], reels[24:], []]
    assert [page["exhausted"] for page in pages] == [False, False, False, True]
    assert ids(await ask(client, session_id="another", max_results=12)) == reels[:12]
    assert ids(await ask(client, "bob", session_id="s", max_results=12)) == reels[:12]


async def test_a_cursor_gives_the_same_and_what_follows(client: httpx2.AsyncClient, reels: list[str], db: Database) -> None:
    first = await ask(client, session_id="s", max_results=5)
    second = await ask(client, session_id="s", max_results=5, cursor=first["next_cursor"])
    await ask(client, session_id="s", max_results=5, force_refresh=True)
    again = await ask(client, session_id="s", max_results=5, cursor=first["next_cursor"])
    assert ids(again) == ids(second) == reels[5:10]
    assert again["items"] == second["items"]
    assert again["next_cursor"] == second["next_cursor"]
    assert ids(await ask(client, session_id="s", max_results=50, cursor="s0")) == reels[:15]
    assert ids(await ask(client, session_id="s", max_results=5, cursor="s15")) == reels[15:20]
    assert ids(await ask(client, session_id="s", max_results=5, cursor="s900")) == reels[20:25]  # of a session that was longer once


async def test_who_asks_twice_at_once_is_shown_different_things(client: httpx2.AsyncClient, reels: list[str]) -> None:
    pages = await asyncio.gather(*(ask(client, session_id="s", max_results=5) for _ in range(4)))
    shown = [video_id for page in pages for video_id in ids(page)]
    assert sorted(shown) == sorted(reels[:20])


async def test_hidden_ones_are_not_shown_again_by_a_cursor(client: httpx2.AsyncClient, reels: list[str], db: Database) -> None:
    await ask(client, session_id="s", max_results=5)
    await tell(client, "hide", [reels[1]])
    assert ids(await ask(client, session_id="s", max_results=5, cursor="s0")) == [reels[0], *reels[2:5]]
    view = {"user_id": "ann", "greenhouse_id": "g7", "subject_kind": "posting", "subject_key": "c1:7", "hidden": True}
    await db.user_job_views.insert_one(view)  # which no change stream tells as it stands there from the beginning
    assert ids(await ask(client, session_id="s", max_results=5)) == [reels[5], reels[6], *reels[8:11]]


async def test_excluded_ones_were_not_shown(client: httpx2.AsyncClient, reels: list[str]) -> None:
    assert ids(await ask(client, session_id="s", max_results=3, exclude_ids=reels[0])) == reels[1:4]
    assert ids(await ask(client, session_id="s", max_results=3)) == [reels[0], *reels[4:6]]


async def test_when_a_ranking_is_used_up_a_deeper_one_follows(mongo_uri: str, db: Database) -> None:
    reels = await make_reels(db, 120)
    shallow = settings_of(mongo_uri, db, REC_MISSING_ASSESSMENT="cold_start", RECOMMENDATION_POOL_SIZE="50")
    async with serving_recommendations(shallow) as client:
        pages = [await ask(client, session_id="s", max_results=40) for _ in range(4)]
        without = await ask(client, max_results=50)
    assert [video_id for page in pages for video_id in ids(page)] == reels
    assert [page["count"] for page in pages] == [40, 40, 40, 0]
    assert without["next_cursor"] is None


async def test_a_session_that_cannot_be_known_is_told(
    client: httpx2.AsyncClient, reels: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> None:
        raise Unavailable("it is away", code="mongo_unavailable")

    await ask(client, session_id="s", max_results=5)
    with monkeypatch.context() as patch:
        patch.setattr(rec_sessions, "load", away)
        answer = await ask(client, session_id="s", max_results=5)
    assert (answer["degraded"], ids(answer)) == (["session_unavailable"], reels[:5])
    follows = await ask(client, session_id="s", max_results=5, cursor=answer["next_cursor"])
    assert ids(follows) == reels[5:10]


async def test_a_session_ends(db: Database) -> None:
    now = datetime.now(UTC)
    session = await rec_sessions.load(db, "ann", "s")
    assert await rec_sessions.append(db, "ann", "s", session, ["a", "b"], ["1", "2"], now, now + timedelta(hours=24))
    assert not await rec_sessions.append(db, "ann", "s", session, ["c"], ["3"], now, now)
    assert (await rec_sessions.load(db, "ann", "s")).names == ("a", "b")
    assert await rec_sessions.lines(db, "ann", "s", 1, 5) == ["2"]
    [stored] = await db.rec_sessions.find().to_list()
    assert (stored["expires_at"] - now).total_seconds() == pytest.approx(24 * 3600, abs=1)


def test_a_key_names_what_was_validated() -> None:
    assert Variant(200, trending=True, category=None).key("ann") == ("ann", "200:1:-")
    assert Variant(200, trending=False, category="r d}:1").key("a:b") == ("a:b", "200:0:r%20d%7D%3A1")


async def test_two_services_know_the_same_session(settings: Settings, client: httpx2.AsyncClient, reels: list[str]) -> None:
    async with serving_recommendations(settings) as other:
        assert ids(await ask(client, session_id="s", max_results=5)) == reels[:5]
        assert ids(await ask(other, session_id="s", max_results=5)) == reels[5:10]
