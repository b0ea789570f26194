"""The request id: taken when sane, made otherwise, in logs and answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx2
import pytest

from services.web.request_id import current_request_id

if TYPE_CHECKING:
    from tests.unit.services.web.conftest import Logs


async def test_a_sane_id_is_kept_and_logged(client: httpx2.AsyncClient, logs: Logs) -> None:
    answer = await client.get("/things/7", headers={"x-request-id": "trace-1:a"})
    assert answer.headers["x-request-id"] == "trace-1:a"
    [entry] = logs()
    assert (entry["request_id"], entry["service"]) == ("trace-1:a", "sample")
    assert current_request_id() is None


@pytest.mark.parametrize("given", [b"", b"a b", b"x" * 129, b'{"event":"forged"}', b"\xc3\xa9"])
async def test_any_other_id_is_replaced(client: httpx2.AsyncClient, given: bytes) -> None:
    answer = await client.get("/things/7", headers={b"x-request-id": given})
    assert len(answer.headers["x-request-id"]) == 32


async def test_concurrent_requests_keep_their_own(client: httpx2.AsyncClient, logs: Logs) -> None:
    ids = [f"id-{n}" for n in range(20)]
    answers = await asyncio.gather(*(client.get("/things/fails/crash", headers={"x-request-id": each}) for each in ids))
    assert [answer.json()["request_id"] for answer in answers] == ids
    assert sorted(entry["request_id"] for entry in logs() if entry["event"] == "request_crashed") == sorted(ids)
