"""Whatever goes wrong is told as application/problem+json, and nothing internal with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from services.web.problem import MEDIA_TYPE

if TYPE_CHECKING:
    from tests.unit.services.web.conftest import Logs

WISH = {"user_id": "ann", "text": "a job in Oslo"}


def problem(answer: httpx2.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == MEDIA_TYPE
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["type"] == f"urn:problem-type:reelwright:{body['code']}"
    assert body["request_id"] == answer.headers["x-request-id"]
    return body


@pytest.mark.parametrize(
    ("how", "status", "code", "detail"),
    [
        ("conflict", 409, "conflict", "job 7 is running"),
        ("missing", 404, "not_found", "no reel has the id x"),
        ("unavailable", 503, "mongo_unavailable", "MongoDB does not answer"),
    ],
)
async def test_our_errors_tell_their_status_code_and_message(
    client: httpx2.AsyncClient, how: str, status: int, code: str, detail: str
) -> None:
    body = problem(await client.get(f"/things/fails/{how}"), status)
    assert (body["code"], body["detail"]) == (code, detail)
    assert "errors" not in body


async def test_invalid_input_names_the_field(client: httpx2.AsyncClient) -> None:
    body = problem(await client.get("/things/fails/invalid"), 422)
    assert body["errors"] == [{"field": "line 12: title", "detail": "line 12 has no title"}]


async def test_every_field_that_cannot_be_used_is_named_with_its_pointer(client: httpx2.AsyncClient) -> None:
    sent = {"user_id": "an n", "sizes": [1, "x"], "a/b~": 1}
    body = problem(await client.post("/things/1", json=sent), 422)
    found = {each["field"]: each["pointer"] for each in body["errors"]}
    assert found == {"user_id": "#/user_id", "text": "#/text", "sizes.1": "#/sizes/1", "a/b~": "#/a~1b~0"}


async def test_a_bad_path_parameter_is_named_without_a_pointer(client: httpx2.AsyncClient) -> None:
    [error] = problem(await client.get("/things/seven"), 422)["errors"]
    assert error["field"] == "thing_id"
    assert "pointer" not in error


async def test_a_body_that_is_no_json_says_where(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/things/1", content=b'{"user_id": ann}', headers={"content-type": "application/json"})
    [error] = problem(answer, 422)["errors"]
    assert error == {"field": "body", "detail": "not JSON: Expecting value at character 12", "pointer": "#"}


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"[]", 422),
        (b"null", 422),
        (b'{"\\ud800": 1}', 422),
        (b'{"user_id": "ann", "text": "\\ud800"}', 422),
        (b'{"' + b"k" * 900 + b'": 1}', 422),
        (b'"\xff"', 400),
        (b"[" * 5000, 400),
        (b'{"user_id": "ann", "text": "x", "sizes": [' + b"9" * 5000 + b"]}", 400),
    ],
)
async def test_hostile_bodies_are_the_senders_problem(client: httpx2.AsyncClient, content: bytes, status: int) -> None:
    answer = await client.post("/things/1", content=content, headers={"content-type": "application/json"})
    assert len(str(problem(answer, status))) < 2000


async def test_a_thousand_wrong_parts_give_a_short_answer(client: httpx2.AsyncClient) -> None:
    body = problem(await client.post("/things/1", json={**WISH, "sizes": ["x"] * 150}), 422)
    assert len(body["errors"]) == 20


async def test_an_unknown_path_is_a_404(client: httpx2.AsyncClient) -> None:
    assert problem(await client.get("/nothing"), 404)["code"] == "not_found"


async def test_a_wrong_method_is_told_all_that_are_right(client: httpx2.AsyncClient) -> None:
    answer = await client.delete("/things/1")
    assert problem(answer, 405)["code"] == "method_not_allowed"
    assert answer.headers["allow"] == "GET, POST"


@pytest.mark.parametrize("how", ["crash", "settings"])
async def test_our_own_failures_are_logged_with_a_traceback_and_told_without(client: httpx2.AsyncClient, logs: Logs, how: str) -> None:
    answer = await client.get(f"/things/fails/{how}")
    body = problem(answer, 500)
    assert not any(word in answer.text for word in ("hunter2", "ZeroDivision", "/etc/", "Traceback"))
    [event] = [entry for entry in logs() if entry["level"] == "error"]
    assert "Traceback" in event["exception"]
    assert event["request_id"] == body["request_id"]


async def test_an_answer_that_breaks_off_is_not_passed_off_as_whole(client: httpx2.AsyncClient, logs: Logs) -> None:
    with pytest.raises(ZeroDivisionError):  # the server closes the connection without the end of the body
        await client.get("/things/cut/short")
    assert [entry["event"] for entry in logs()] == ["request_crashed", "request"]
