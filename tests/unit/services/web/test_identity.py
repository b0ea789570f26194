"""User ids, and whom a caller may act for while authentication is off."""

from __future__ import annotations

import httpx2
import pytest

from services.web.identity import Caller
from shared.errors import InvalidInput

GOOD = ["a", "ann@example.com", "user:7_b-C.d", "x" * 128]
BAD = ["", "x" * 129, "a b", "a\n", "é", "١", "a/b", "{$ne: 1}"]


@pytest.mark.parametrize("user_id", GOOD)
async def test_good_ids_are_trusted(client: httpx2.AsyncClient, user_id: str) -> None:
    answer = await client.post("/things/1", json={"user_id": user_id, "text": "x"})
    assert answer.json()["user_id"] == user_id


@pytest.mark.parametrize("user_id", [*BAD, 7, None, {"$ne": "x"}])
async def test_bad_ids_are_refused_by_name(client: httpx2.AsyncClient, user_id: object) -> None:
    answer = await client.post("/things/1", json={"user_id": user_id, "text": "x"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("user_id")


@pytest.mark.parametrize("user_id", BAD)
def test_the_gate_itself_takes_no_bad_id(user_id: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Caller().user_id(user_id)
    assert caught.value.field == "user_id"
