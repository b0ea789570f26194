"""Health: live while the loop runs, ready when every part answers, a report of all."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import httpx2
import pytest
from fastapi import Request

from services.web import health
from services.web.app import VERSION, create_app
from services.web.health import Check, Facts
from shared.errors import Unavailable

if TYPE_CHECKING:
    from tests.unit.services.web.conftest import Logs


async def well(_: Request) -> Facts:
    return {"generator_queue_depth": 3}


async def away(_: Request) -> None:
    raise Unavailable("MongoDB does not answer")


async def hangs(_: Request) -> None:
    await asyncio.Event().wait()


async def broken(_: Request) -> None:
    raise KeyError("secret-host:27017")


async def get(path: str, **checks: Check) -> httpx2.Response:
    app = create_app("sample", title="Sample", checks=checks)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
        return await client.get(path)


@pytest.fixture(autouse=True)
def short_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "TIMEOUT_S", 0.1)


@pytest.mark.parametrize("path", ["/health", "/healthz/"])
async def test_health_names_service_version_parts_and_facts(path: str) -> None:
    body = (await get(path, queue=well)).json()
    assert (body["service"], body["version"], body["status"]) == ("sample", VERSION, "ok")
    assert body["checks"]["queue"]["status"] == "ok"
    assert body["generator_queue_depth"] == 3


async def test_health_is_degraded_with_a_reason_for_each_failing_part(logs: Logs) -> None:
    answer = await get("/health", queue=well, mongo=away, store=hangs, index=broken)
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    details = {name: check.get("detail") for name, check in answer.json()["checks"].items()}
    assert details == {
        "queue": None,
        "mongo": "MongoDB does not answer",
        "store": "no answer within 0.1 s",
        "index": "the check itself failed; see the log",
    }
    assert "secret-host" not in answer.text
    assert [entry["check"] for entry in logs() if entry["event"] == "health_check_crashed"] == ["index"]


async def test_ready_is_200_only_when_all_parts_are_well() -> None:
    assert (await get("/health/ready", queue=well)).json() == {"status": "ok"}
    answer = await get("/health/ready", queue=well, mongo=away)
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"] == [{"field": "mongo", "detail": "MongoDB does not answer"}]
    assert answer.json()["detail"] == "mongo: MongoDB does not answer"


async def test_live_asks_nobody() -> None:
    answer = await get("/health/live", mongo=away, store=hangs)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_checks_run_at_once() -> None:
    started = time.perf_counter()
    await get("/health", **{f"part{n}": hangs for n in range(20)})
    assert time.perf_counter() - started < 1
