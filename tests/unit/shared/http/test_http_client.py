"""The outgoing client: bounded in time, tries and size, and it tells nothing secret."""

from __future__ import annotations

import asyncio
import gzip
import logging
import time
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI, Response

from shared.errors import InvalidInput, Unavailable
from shared.http.client import HttpClient, Limits, Reply
from tests.faults.s3_server import free_port
from tests.serving import serving

if TYPE_CHECKING:
    from tests.unit.shared.http.conftest import Web

LIMITS = Limits(read_s=60, total_s=60)


async def ask(url: str, limits: Limits = LIMITS, method: str = "GET", *, redirects: int = 0, idempotent: bool | None = None) -> Reply:
    async with aclosing(HttpClient(limits, redirects=redirects)) as http:
        return await http.request(method, url, idempotent=idempotent)


async def failing(url: str, limits: Limits = LIMITS) -> Unavailable:
    with pytest.raises(Unavailable) as caught:
        await ask(url, limits)
    return caught.value


async def test_a_reply_has_what_came_back(web: Web) -> None:
    web.script = [(418, {"X-Kind": "teapot"})]
    reply = await ask(f"{web.url}/script?a=b")
    assert (reply.status, reply.body, reply.headers["x-kind"], reply.url) == (418, b"said", "teapot", f"{web.url}/script?a=b")


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_an_idempotent_call_is_tried_again(web: Web, status: int) -> None:
    web.script = [(status, {}), (200, {})]
    assert (await ask(f"{web.url}/script")).status == 200
    assert len(web.asked) == 2


@pytest.mark.parametrize("status", [200, 301, 400, 404, 500, 501])
async def test_other_statuses_are_not(web: Web, status: int) -> None:
    web.script = [(status, {}), (200, {})]
    assert (await ask(f"{web.url}/script")).status == status


async def test_tries_are_bounded_and_the_last_word_is_returned(web: Web) -> None:
    web.script = [(503, {"retry-after": "0"})]
    assert (await ask(f"{web.url}/script")).status == 503
    assert len(web.asked) == LIMITS.attempts


async def test_a_post_is_sent_once_unless_told(web: Web) -> None:
    web.script = [(503, {}), (200, {})]
    assert (await ask(f"{web.url}/script", method="POST")).status == 503
    web.script = [(503, {}), (200, {})]
    assert (await ask(f"{web.url}/script", method="POST", idempotent=True)).status == 200


async def test_retry_after_is_obeyed(web: Web) -> None:
    web.script = [(429, {"retry-after": "1"}), (200, {})]
    started = time.monotonic()
    assert (await ask(f"{web.url}/script")).status == 200
    assert time.monotonic() - started >= 1


async def test_a_wait_beyond_the_deadline_is_not_begun(web: Web) -> None:
    web.script = [(429, {"retry-after": "3600"}), (200, {})]
    async with asyncio.timeout(30):
        assert (await ask(f"{web.url}/script")).status == 429


async def test_a_server_that_comes_back_is_found() -> None:
    """Nothing was sent before there was a connection, so a POST may try again too."""
    port = free_port()
    app = FastAPI()
    app.add_api_route("/x", lambda: Response(b"back"), methods=["POST"])
    asking = asyncio.create_task(ask(f"http://127.0.0.1:{port}/x", replace(LIMITS, attempts=500), "POST"))
    async with serving(app, port=port):
        assert (await asking).body == b"back"


async def test_nobody_there() -> None:
    error = await failing(f"http://127.0.0.1:{free_port()}/?key=hunter2")
    assert error.code == "upstream_unreachable"
    assert "127.0.0.1" in error.message
    assert "hunter2" not in error.message


@pytest.mark.parametrize("limits", [replace(LIMITS, read_s=0.1, attempts=1), replace(LIMITS, total_s=0.1)], ids=["read", "total"])
async def test_silence_ends_in_time_and_hangs_up(web: Web, limits: Limits) -> None:
    async with asyncio.timeout(30):
        error = await failing(f"{web.url}/hang?key=hunter2", limits)
        assert error.code == "upstream_timeout"
        assert "hunter2" not in error.message
        await web.hung_up.wait()


async def test_cancelling_hangs_up(web: Web) -> None:
    asking = asyncio.create_task(ask(f"{web.url}/hang"))
    async with asyncio.timeout(30):
        while not web.asked:
            await asyncio.sleep(0.01)
        asking.cancel()
        await web.hung_up.wait()


async def test_a_large_answer_is_left(web: Web) -> None:
    limits = replace(LIMITS, max_bytes=1000)
    assert len((await ask(f"{web.url}/big?bytes=1000", limits)).body) == 1000
    assert (await failing(f"{web.url}/big?bytes=1001", limits)).code == "upstream_too_large"


async def test_a_body_can_be_left_unread(web: Web) -> None:
    async with aclosing(HttpClient(replace(LIMITS, max_bytes=1000))) as http:
        reply = await http.request("GET", f"{web.url}/big?bytes=100000", read=False)
    assert (reply.status, reply.body, reply.headers["content-length"]) == (200, b"", "100000")


async def test_a_small_answer_that_unpacks_large_is_left() -> None:
    app = FastAPI()
    bomb = gzip.compress(b"\0" * 50_000_000)
    app.add_api_route("/bomb", lambda: Response(bomb, headers={"content-encoding": "gzip"}))
    async with serving(app) as url:
        assert (await failing(f"{url}/bomb", replace(LIMITS, max_bytes=100_000))).code == "upstream_too_large"


async def test_redirects_only_when_told(web: Web) -> None:
    url = f"{web.url}/to?url=/script"
    assert (await ask(url)).status == 302
    followed = await ask(url, redirects=1)
    assert (followed.status, followed.url) == (200, f"{web.url}/script")
    with pytest.raises(Unavailable) as caught:
        await ask(f"{web.url}/to?url=/to%3Furl=/script", redirects=1)
    assert caught.value.code == "upstream_redirects"


async def test_no_cookie_is_kept(web: Web) -> None:
    async with aclosing(HttpClient(LIMITS)) as http:
        await http.request("GET", f"{web.url}/big?bytes=1")
        await http.request("GET", f"{web.url}/script")
    assert "cookie" not in web.asked[1].headers


@pytest.mark.parametrize("url", ["", "no url", "ftp://example.com", "http://[::1", "http://\x00"])
async def test_what_is_no_url_is_the_callers_mistake(url: str) -> None:
    with pytest.raises(InvalidInput):
        await ask(url)


async def test_json_that_is_none_is_the_servers_failure(web: Web) -> None:
    with pytest.raises(Unavailable) as caught:
        (await ask(f"{web.url}/script")).json()
    assert caught.value.code == "upstream_malformed"


async def test_headers_stay_out_of_the_logs(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with aclosing(HttpClient(LIMITS)) as http:
            await http.request("POST", f"{web.url}/script", headers={"Authorization": "Bearer hunter2"}, json={"a": "hunter3"})
    assert web.asked[0].headers["authorization"] == "Bearer hunter2"
    assert "hunter" not in caplog.text
