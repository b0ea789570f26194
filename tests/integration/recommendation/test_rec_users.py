"""Profiles, watch events and signing in: what they change, and what is ranked ahead for them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx2

from services.recommendation.prefetch import COLLECTION, Prefetches
from services.recommendation.variants import Variant
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes
from shared.settings import Settings
from tests.integration.recommendation.recommending import (
    ASSESSMENT,
    ask,
    ids,
    serving_recommendations,
    settings_of,
    tell,
    until,
)

PROFILE = {"assessment": ASSESSMENT, "interests": [{"topic": "baking", "weight": 0.5}]}


async def test_a_profile_is_kept_and_ranks_anew(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/api/v1/users/ann/profile")).status_code == 404
    await ask(client)
    first = await client.put("/api/v1/users/ann/profile", json=PROFILE)
    assert (first.status_code, first.json()["version"], first.json()["assessment"]["openness"]) == (200, 1, 0.7)
    changed = await client.put("/api/v1/users/ann/profile", json={"assessment": {**ASSESSMENT, "openness": 0.1}})
    assert (changed.json()["version"], changed.json()["interests"]) == (2, [])
    assert (await client.get("/api/v1/users/ann/profile")).json() == changed.json()
    generated = (await ask(client))["generated_at"]
    assert datetime.fromisoformat(generated) >= datetime.fromisoformat(changed.json()["updated_at"])


async def test_a_profile_that_cannot_be_is_refused_by_name(client: httpx2.AsyncClient) -> None:
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"assessment": {"openness": 0.5}}, "assessment.conscientiousness"),
        ({"assessment": {**ASSESSMENT, "openness": 1.5}}, "assessment.openness"),
        ({"interests": [{"topic": ""}]}, "interests.0.topic"),
        ({"hobbies": []}, "hobbies"),
    )
    for profile, field in wrong:
        refused = await client.put("/api/v1/users/ann/profile", json=profile)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


async def test_watch_events_are_taken_once(client: httpx2.AsyncClient, reels: list[str], db: Database) -> None:
    event = {"event_id": "e1", "type": "complete", "video_id": reels[0], "at": datetime.now(UTC).isoformat()}
    events = {"events": [event, {**event, "event_id": "e2", "video_id": "nobody"}]}
    taken = [(await client.post("/api/v1/users/ann/watch-events", json=events)).json() for _ in range(2)]
    assert taken == [{"accepted": 1, "duplicate": 0, "unknown": 1}, {"accepted": 0, "duplicate": 1, "unknown": 1}]
    [stored] = await db.watch_events.find().to_list()
    assert (stored["user_id"], stored["type"], stored["subject_key"]) == ("ann", "complete", "c0:0")
    assert (await client.post("/api/v1/users/ann/watch-events", json={"events": []})).status_code == 422


async def test_what_was_watched_is_followed_by_a_new_ranking(client: httpx2.AsyncClient, reels: list[str]) -> None:
    before = await ask(client)
    await tell(client, "complete", reels[:1])

    async def anew() -> bool:
        answer = await ask(client)
        assert answer["cache"] == "hit"
        return bool(answer["generated_at"] > before["generated_at"])

    await until(anew)


async def test_signing_in_ranks_before_one_asks(client: httpx2.AsyncClient, db: Database) -> None:
    signed = await client.post("/api/v1/sessions", json={"user_id": "ann"})
    assert (signed.status_code, signed.json()["warming"]) == (202, True)

    async def warm() -> bool:
        again = (await client.post("/api/v1/sessions", json={"user_id": "ann", "session_id": "mine"})).json()
        assert again["session_id"] == "mine"
        return not again["warming"]

    await until(warm)
    assert (await ask(client, session_id=signed.json()["session_id"]))["cache"] == "hit"
    [task] = await db[COLLECTION].find().to_list()
    assert (task["kind"], task["params"]["user_id"]) == ("warm", "ann")


async def test_what_is_stale_is_given_and_ranked_anew_behind_it(mongo_uri: str, db: Database, reels: list[str]) -> None:
    soon = settings_of(mongo_uri, db, REC_MISSING_ASSESSMENT="cold_start", RECOMMENDATION_SOFT_TTL="0.001", PREFETCH_LOCK_TTL="1")
    async with serving_recommendations(soon) as client:
        first = await ask(client)
        assert (await ask(client))["cache"] == "stale"

        async def anew() -> bool:
            answer = await ask(client)
            assert answer["cache"] == "stale"
            return bool(answer["generated_at"] > first["generated_at"])

        await until(anew)


async def test_a_prefetch_outlives_who_asked_for_it(mongo_uri: str, db: Database, reels: list[str], valkey_url: str) -> None:
    """Asked for by a process that never does it, and taken by another; asked for twice it is done once."""
    settings: Settings = settings_of(mongo_uri, db, REC_MISSING_ASSESSMENT="cold_start", REDIS_URL=valkey_url)
    await create_indexes(db, [COLLECTION])
    for _ in range(2):
        gone = Prefetches(db, settings)
        gone.warm(db.name, Variant(200, trending=True, category=None))
        await until(lambda: _asked(db))
        await gone.aclose()
    assert await db[COLLECTION].count_documents({}) == 1
    async with serving_recommendations(settings) as client:
        await until(lambda: db[COLLECTION].find_one({"status": "done", "result.ranked": 30}))
        answer = await ask(client, db.name)
    assert (answer["cache"], ids(answer)) == ("hit", reels[:20])


async def _asked(db: Database) -> int:
    return await db[COLLECTION].count_documents({})
