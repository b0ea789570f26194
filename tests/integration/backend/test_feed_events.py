"""GET /feeds/{feed_id}/events over real sockets: every reel once, in one order, to whoever listens, and an end whenever one is due."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from fastapi import routing
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure

from services.backend.feeds import stream
from services.backend.feeds.watch import FeedWatch
from shared.mongo.client import Client, Database, Doc
from shared.mongo.embedded import EmbeddedMongo
from tests.integration.backend.feeding import environment, feeding, give_reel, streaming, until_done
from tests.integration.feed_steps import opened, ranked, work_off

PATIENCE_S = 60
NEVER_S = 1000.0


@pytest.fixture
def watch() -> FeedWatch:
    return FeedWatch()


@pytest.fixture
async def http(db: Database, mongo_uri: str, watch: FeedWatch) -> AsyncIterator[httpx2.AsyncClient]:
    async with feeding(db, mongo_uri, watch) as client:
        yield client


async def until(watch: FeedWatch, streams: int) -> None:
    """As many streams wait."""
    async with asyncio.timeout(PATIENCE_S):
        while watch.waiting != streams:
            await asyncio.sleep(0.01)


async def polled(http: httpx2.AsyncClient, feed_id: str) -> list[str]:
    """What a client sees that asks for what follows until nothing does."""
    seen: list[str] = []
    cursor: str | None = "0"
    async with asyncio.timeout(PATIENCE_S):
        while cursor is not None:
            page = (await http.get(f"/feeds/{feed_id}", params={"cursor": cursor, "limit": 2})).json()
            seen += [result["posting"]["greenhouse_id"] for result in page["results"]]
            cursor = page["next_cursor"]
    return seen


async def test_two_streams_and_a_poller_see_each_new_reel_once_in_one_order(
    http: httpx2.AsyncClient, db: Database, watch: FeedWatch
) -> None:
    """And a client that reads nothing holds nobody up."""
    feed_id = (await opened(db, *"abcde")).feed.feed_id
    _, writer = await asyncio.open_connection(http.base_url.host, http.base_url.port)
    writer.write(f"GET /feeds/{feed_id}/events HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    streams = [asyncio.create_task(until_done(http, feed_id)) for _ in range(2)]
    poller = asyncio.create_task(polled(http, feed_id))
    await until(watch, 3)
    await work_off(db)
    first, second = await asyncio.gather(*streams)
    order = [event.posting for event in first[:-1]]
    assert sorted(order) == list("abcde")
    assert [event.posting for event in second[:-1]] == order == await poller
    assert [event.id for event in first[:-1]] == ["1", "2", "3", "4", "5"]
    assert first[-1].data == {"feed_id": feed_id, "next_cursor": None}
    page = (await http.get(f"/feeds/{feed_id}", params={"limit": 5})).json()
    assert [event.data for event in first[:-1]] == page["results"]
    writer.close()


async def test_a_stream_is_woken_by_the_change_and_not_by_its_polling(
    http: httpx2.AsyncClient, db: Database, watch: FeedWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "POLL_S", NEVER_S)
    feed_id = (await opened(db, *"ab")).feed.feed_id
    heard = asyncio.create_task(until_done(http, feed_id))
    await until(watch, 1)
    await work_off(db)
    assert len(await heard) == 3


async def test_without_change_streams_polling_is_the_net(db: Database, mongo_uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And it is enough when no worker tells the feed."""

    async def refused(*_: object, **__: object) -> None:
        raise OperationFailure("The $changeStream stage is only supported on replica sets", 40573)

    monkeypatch.setattr(AsyncDatabase, "watch", refused)
    monkeypatch.setattr(stream, "POLL_S", 0.2)
    async with feeding(db, mongo_uri, watch := FeedWatch()) as http:
        feed_id = (await opened(db, *"abc")).feed.feed_id
        heard = asyncio.create_task(until_done(http, feed_id))
        await until(watch, 1)
        while not heard.done():
            await work_off(db, tell=False)
            await asyncio.sleep(0.01)
        assert sorted(event.posting for event in (await heard)[:-1]) == ["a", "b", "c"]


async def test_who_comes_again_hears_what_was_missed(http: httpx2.AsyncClient, db: Database) -> None:
    feed_id = (await opened(db, *"abc")).feed.feed_id
    async with asyncio.timeout(PATIENCE_S), streaming(http, feed_id) as events:
        working = asyncio.create_task(work_off(db))
        first = await anext(events)
    order = await working
    rest = await until_done(http, feed_id, last=first.id)
    assert [first.posting, *(event.posting for event in rest[:-1])] == order
    assert [event.id for event in rest[:-1]] == ["2", "3"]
    assert [event.id for event in await until_done(http, feed_id, cursor="2")] == ["3", None]
    assert [event.id for event in await until_done(http, feed_id, last="3", cursor="0")] == [None], "Last-Event-ID is the newer word"


async def test_a_stream_of_a_feed_that_waits_for_nothing_ends_at_once(http: httpx2.AsyncClient, db: Database) -> None:
    await give_reel(db, "1")
    await give_reel(db, "2")
    feed_id = (await opened(db, shown=ranked("1"), pool=ranked("2"))).feed.feed_id
    assert [(event.kind, event.id) for event in await until_done(http, feed_id)] == [("reel", "1"), ("done", None)]
    [done] = await until_done(http, feed_id, cursor="1")
    assert done.data == {"feed_id": feed_id, "next_cursor": "1"}, "a page follows, which only a reader turns"


async def test_any_number_of_streams_needs_one_watcher(http: httpx2.AsyncClient, db: Database, watch: FeedWatch) -> None:
    feed_ids = [(await opened(db, f"a{number}", user_id=f"u{number}")).feed.feed_id for number in range(3)]
    heard = [asyncio.create_task(until_done(http, feed_id)) for feed_id in feed_ids * 4]
    await until(watch, 12)
    ours = {"ns": {"$regex": f"^{db.name}\\."}, "cursor.originatingCommand.pipeline.0.$changeStream": {"$exists": True}}
    stages: list[Doc] = [{"$currentOp": {"allUsers": True, "idleCursors": True}}, {"$match": ours}]
    assert len([op async for op in await db.client.admin.aggregate(stages)]) == 1
    await work_off(db)
    assert [len(events) for events in await asyncio.gather(*heard)] == [2] * 12


async def test_who_leaves_is_forgotten(http: httpx2.AsyncClient, db: Database, watch: FeedWatch) -> None:
    feed_id = (await opened(db, "a")).feed.feed_id
    async with streaming(http, feed_id):
        await until(watch, 1)
    await until(watch, 0)


async def test_a_stream_pings_and_ends_when_its_time_is_over(
    http: httpx2.AsyncClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "STREAM_S", 0.5)
    monkeypatch.setattr(routing, "_PING_INTERVAL", 0.05)
    feed_id = (await opened(db, "a")).feed.feed_id
    async with asyncio.timeout(PATIENCE_S):
        said = (await http.get(f"/feeds/{feed_id}/events")).text
    assert set(said.split("\n\n")) == {": ping", ""}


async def test_a_stream_ends_with_its_feed(http: httpx2.AsyncClient, db: Database, watch: FeedWatch) -> None:
    feed_id = (await opened(db, "a")).feed.feed_id
    async with asyncio.timeout(PATIENCE_S), streaming(http, feed_id) as events:
        await until(watch, 1)
        await db.feeds.delete_one({"_id": feed_id})
        assert [event async for event in events] == []


async def test_a_database_that_goes_and_comes_back_does_not_end_a_stream(tmp_path: Path) -> None:
    mongo = EmbeddedMongo(tmp_path / "mongo")
    uri = await asyncio.to_thread(mongo.start)
    client: Client = AsyncMongoClient(uri, tz_aware=True)
    try:
        async with client, feeding(client["feeds"], uri, watch := FeedWatch()) as http:
            feed_id = (await opened(client["feeds"], "a")).feed.feed_id
            heard = asyncio.create_task(until_done(http, feed_id))
            await until(watch, 1)
            mongo.kill()
            await asyncio.to_thread(mongo.stop)
            assert (await http.get(f"/feeds/{feed_id}")).status_code == 503
            await asyncio.to_thread(mongo.start)
            await work_off(client["feeds"])
            assert [event.kind for event in await heard] == ["reel", "done"]
    finally:
        await asyncio.to_thread(mongo.stop)


async def test_a_server_that_is_asked_to_stop_does_not_wait_for_streams(db: Database, mongo_uri: str) -> None:
    """It would wait for two minutes: no limit is set to its patience."""
    feed_id = (await opened(db, "a")).feed.feed_id
    command = [sys.executable, "-m", "uvicorn", "--factory", "tests.integration.backend.feeding:from_environment", "--port", "0"]
    server = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, **environment(db, mongo_uri), "PYTHONPATH": "."}, stderr=asyncio.subprocess.PIPE
    )
    assert server.stderr
    try:
        async with asyncio.timeout(PATIENCE_S):
            while b"running on http" not in (line := await server.stderr.readline()):
                assert line, "the server did not start"
            url = line.decode().split("running on ")[1].split()[0]
            async with httpx2.AsyncClient(base_url=url, timeout=PATIENCE_S) as http, streaming(http, feed_id) as events:
                server.send_signal(signal.SIGTERM)
                assert [event async for event in events] == [], "a clean end"
            await server.communicate()
    finally:
        if server.returncode is None:
            server.kill()
            await server.communicate()
