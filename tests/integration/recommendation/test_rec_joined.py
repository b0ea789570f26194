"""The service with the recommender that learns: it gets ready by itself, and what it ranks is told whole."""

from __future__ import annotations

from itertools import pairwise

import httpx2

from services.recommendation.opening import library_recommender
from shared.mongo.client import Database
from shared.settings import Settings
from tests.integration.recommendation.recommending import ASSESSMENT, ask, ids, serving_recommendations, tell, until


async def test_from_the_first_call_on_there_is_something_to_watch(settings: Settings, db: Database, reels: list[str]) -> None:
    async with serving_recommendations(settings, library_recommender) as client:
        await until(lambda: _ranked(client))
        await client.put("/api/v1/users/ann/profile", json={"assessment": ASSESSMENT, "interests": [{"topic": "baking bread"}]})
        await tell(client, "hide", reels[:1])
        await tell(client, "complete", reels[1:3])
        first = await ask(client, session_id="s")
        second = await ask(client, session_id="s")
    shown = ids(first) + ids(second)
    assert (first["cache"], first["count"], len(set(shown))) == ("miss", 20, len(shown))
    assert set(shown) <= set(reels[1:])
    assert all(a["score"] >= b["score"] for a, b in pairwise(first["items"]))
    assert all(item["reason"] and item["source"] in ("vector", "co_watch", "trending", "fresh", "exploration") for item in first["items"])


async def _ranked(client: httpx2.AsyncClient) -> bool:
    """With all its parts."""
    answer = await ask(client, "nobody-yet", force_refresh=True)
    return bool(answer["items"]) and not answer["degraded"]
