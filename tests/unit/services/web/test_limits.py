"""No body over the limit is taken in."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI
from starlette.types import Message

from services.web.problem import MEDIA_TYPE

LIMIT = 6000


def wish(size: int) -> bytes:
    empty = b'{"user_id": "ann", "text": ""}'
    return empty.replace(b'""', b'"' + b"x" * (size - len(empty)) + b'"')


@pytest.mark.parametrize(("size", "status"), [(LIMIT, 200), (LIMIT + 1, 413)])
@pytest.mark.parametrize("chunked", [False, True])
async def test_the_limit_is_exact_with_and_without_content_length(
    client: httpx2.AsyncClient, size: int, status: int, chunked: bool
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        body = wish(size)
        for start in range(0, size, 100):
            yield body[start : start + 100]

    content = chunks() if chunked else wish(size)
    answer = await client.post("/things/1", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert chunked != ("content-length" in answer.request.headers)
    if status == 413:
        assert answer.headers["content-type"] == MEDIA_TYPE
        assert answer.json()["title"] == "Content Too Large"
        assert "6000 bytes" in answer.json()["detail"]


@pytest.mark.parametrize(("headers", "most"), [([(b"content-length", b"99999999")], 0), ([], 61)])
async def test_an_endless_body_is_not_read_to_its_end(app: FastAPI, headers: list[tuple[bytes, bytes]], most: int) -> None:
    chunks = 0
    sent: list[Message] = []

    async def receive() -> Message:
        nonlocal chunks
        chunks += 1
        return {"type": "http.request", "body": b"x" * 100, "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    head = [*headers, (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/things/1", "query_string": b"", "headers": head, "asgi": {"version": "3.0"}}
    await app(scope, receive, send)
    assert sent[0]["status"] == 413
    assert chunks == most


async def test_a_content_length_that_is_no_number_is_counted(client: httpx2.AsyncClient) -> None:
    headers = {"content-type": "application/json", "content-length": "-5"}
    assert (await client.post("/things/1", content=wish(LIMIT + 1), headers=headers)).status_code == 413
