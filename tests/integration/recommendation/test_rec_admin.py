"""GET /admin/stats of the recommendation service: behind the same key as the backend's, and what it tells."""

from __future__ import annotations

import httpx2

from shared.mongo.client import Database
from tests.integration.recommendation.recommending import ask, path, serving_recommendations, settings_of

KEY = "operator-of-a-test"


async def test_it_is_not_there_without_a_key(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/admin/stats")).status_code == 404


async def test_the_operator_sees_how_it_does(mongo_uri: str, db: Database, reels: list[str]) -> None:
    settings = settings_of(mongo_uri, db, REC_MISSING_ASSESSMENT="cold_start", ADMIN_API_KEY=KEY)
    async with serving_recommendations(settings) as client:
        assert (await client.get("/admin/stats")).status_code == 401
        before = (await client.get("/admin/stats", headers={"X-Admin-Key": KEY})).json()
        for _ in range(4):
            await ask(client)
        await client.post(path(), json={})
        stats = (await client.get("/admin/stats", headers={"Authorization": f"Bearer {KEY}"})).json()
        metrics = (await client.get("/metrics")).text
    assert (before["hit_rate"], before["p95_ms"], before["source_shares"]) == (None, {}, {})
    assert stats["answers"] == {"hit": 4, "stale": 0, "miss": 1, "fallback": 0}
    assert (stats["hit_rate"], stats["ranked"], stats["redis"], stats["youtube_units_left"]) == (0.8, 1, "none", None)
    assert set(stats["p95_ms"]) == {"hit", "miss"}
    assert sum(stats["source_shares"].values()) == 1
    for name in (
        "recommendation_seconds_bucket",
        "recommended_total",
        "cache_values_made_total",
        "cache_lock_waits_total",
        "rate_decisions",
    ):
        assert f"reelwright_{name}" in metrics
