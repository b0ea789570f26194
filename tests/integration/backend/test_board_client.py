"""Boards over real HTTP: whole answers, mishaps that pass and mishaps that stay, and nothing believed that is not whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from services.backend.postings import fetch
from services.backend.postings.boards import parse_board
from services.backend.postings.fetch import BoardClient, Fetched, Seen, fetch_all
from shared.errors import NotFound, ReelwrightError, Unavailable
from shared.settings import Postings
from tests.stubs.boards import Boards, Mishap, ashby_job, greenhouse_job, lever_posting

ACME = parse_board("greenhouse:acme")


@pytest.fixture
async def boards() -> AsyncIterator[Boards]:
    async with Boards().listening() as listening:
        yield listening


@pytest.fixture
async def client(boards: Boards) -> AsyncIterator[BoardClient]:
    made = BoardClient(Postings(greenhouse_base_url=boards.url, lever_base_url=f"{boards.url}/", ashby_base_url=boards.url))
    yield made
    await made.aclose()


def rows(fetched: Fetched) -> list[Any]:
    assert fetched.listing
    assert fetched.listing.problem == ""
    return fetched.listing.rows


async def test_each_vendor_is_asked_as_it_wants(boards: Boards, client: BoardClient) -> None:
    boards.greenhouse("acme", greenhouse_job(1), greenhouse_job(2))
    boards.lever("mill-house", lever_posting(1))
    boards.ashby("Crumb Lab", ashby_job(1))
    found = [await client.fetch(parse_board(name)) for name in ("greenhouse:acme", "lever:mill-house", "ashby:Crumb%20Lab")]
    assert [len(rows(each)) for each in found] == [2, 1, 1]
    assert [(asked.path, asked.query) for asked in boards.asked] == [
        ("/v1/boards/acme/jobs", {"content": "true", "pay_transparency": "true"}),
        ("/v0/postings/mill-house", {"mode": "json"}),
        ("/posting-api/job-board/Crumb Lab", {"includeCompensation": "true"}),
    ]


async def test_nothing_new_is_told_by_a_304(boards: Boards, client: BoardClient) -> None:
    boards.greenhouse("acme", greenhouse_job(1))
    first = await client.fetch(ACME)
    assert first.seen.etag
    again = await client.fetch(ACME, first.seen)
    assert (again.listing, again.seen) == (None, first.seen)
    boards.greenhouse("acme", greenhouse_job(1, title="Head baker"))
    assert [row["title"] for row in rows(await client.fetch(ACME, first.seen))] == ["Head baker"]
    assert boards.statuses == [200, 304, 200]


async def test_a_server_without_etags_is_asked_by_date(boards: Boards, client: BoardClient) -> None:
    said = b'{"jobs": [], "meta": {"total": 0}}'
    boards.mishaps = [Mishap(headers={"last-modified": "Mon, 02 Mar 2026 10:00:00 GMT"}, body=said), Mishap(304)]
    first = await client.fetch(ACME)
    assert (await client.fetch(ACME, first.seen)).listing is None
    assert boards.asked[1].headers["if-modified-since"] == "Mon, 02 Mar 2026 10:00:00 GMT"


@pytest.mark.parametrize("passing", [[503], [429], [502, 504]])
async def test_what_passes_is_borne(boards: Boards, client: BoardClient, passing: list[int]) -> None:
    boards.greenhouse("acme", greenhouse_job(1))
    boards.mishaps = [Mishap(status) for status in passing]
    assert len(rows(await client.fetch(ACME))) == 1
    assert boards.statuses == [*passing, 200]


async def test_retry_after_is_waited_for(boards: Boards, client: BoardClient) -> None:
    boards.greenhouse("acme", greenhouse_job(1))
    boards.mishaps = [Mishap(429, {"retry-after": "1"})]
    began = asyncio.get_running_loop().time()
    assert len(rows(await client.fetch(ACME))) == 1
    assert asyncio.get_running_loop().time() - began >= 1


async def test_a_packed_answer(boards: Boards, client: BoardClient) -> None:
    boards.gzip = True
    boards.greenhouse("acme", *(greenhouse_job(number) for number in range(300)))
    assert len(rows(await client.fetch(ACME))) == 300


@pytest.mark.parametrize(
    ("mishap", "error", "says"),
    [
        (Mishap(404), NotFound, "there is no such board"),
        (Mishap(403), Unavailable, "it answered 403"),
        (Mishap(500), Unavailable, "greenhouse:acme: it answered 500"),
        (Mishap(304), Unavailable, "it answered 304"),
        (Mishap(302, {"location": "http://127.0.0.1:1/private"}), Unavailable, "it answered 302"),
        (Mishap(301, {"location": "http://169.254.169.254/latest/meta-data"}), Unavailable, "it answered 301"),
        (Mishap(cut=40), Unavailable, "no JSON"),
        (Mishap(body=b"<html>Maintenance</html>"), Unavailable, "no JSON"),
        (Mishap(body=b""), Unavailable, "no JSON"),
        (Mishap(body=b"[" * 100_000), Unavailable, "no JSON"),
        (Mishap(body=b'{"error": "down"}'), Unavailable, "no board"),
        (Mishap(headers={"content-encoding": "gzip"}, body=b"not packed at all"), Unavailable, "no answer"),
    ],
)
async def test_what_stays_is_told(boards: Boards, client: BoardClient, mishap: Mishap, error: type[Exception], says: str) -> None:
    boards.greenhouse("acme", greenhouse_job(1))
    boards.mishaps = [mishap] * 4
    with pytest.raises(error, match=says):
        await client.fetch(ACME)


async def test_a_server_that_stays_away_is_told(boards: Boards, client: BoardClient) -> None:
    boards.mishaps = [Mishap(503)] * 4
    with pytest.raises(Unavailable, match="greenhouse:acme: it answered 503"):
        await client.fetch(ACME)
    assert boards.statuses == [503] * 4


async def test_a_board_that_is_not_all_there_says_so(boards: Boards, client: BoardClient) -> None:
    boards.greenhouse("acme", greenhouse_job(1), total=7)
    listing = (await client.fetch(ACME)).listing
    assert listing
    assert (len(listing.rows), listing.problem) == (1, "1 postings came, the board says 7")


async def test_an_answer_past_all_measure_and_one_that_never_comes(boards: Boards, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "_LIMITS", replace(fetch._LIMITS, max_bytes=2000, read_s=0.3, total_s=1, attempts=1))
    client = BoardClient(Postings(greenhouse_base_url=boards.url))
    boards.gzip = True
    boards.greenhouse("acme", *(greenhouse_job(number) for number in range(300)))
    with pytest.raises(Unavailable, match="larger than 2000 bytes"):
        await client.fetch(ACME)
    boards.mishaps = [Mishap(hangs=True)]
    with pytest.raises(Unavailable, match="no answer in time"):
        await client.fetch(ACME)
    await client.aclose()


@pytest.mark.parametrize(("limit", "count", "asked"), [(None, 100, 2), (None, 150, 1), (100, 100, 2), (100, 250, 3), (None, 99, 1)])
async def test_a_lever_site_that_may_be_cut_is_asked_for_the_rest(
    boards: Boards, client: BoardClient, limit: int | None, count: int, asked: int
) -> None:
    """Without a limit the stub ignores `skip`, too, and says everything again."""
    boards.lever_limit = limit
    boards.lever("mill-house", *(lever_posting(number) for number in range(count)))
    found = rows(await client.fetch(parse_board("lever:mill-house")))
    assert len({row["id"] for row in found}) == len(found) == count
    assert len(boards.asked) == asked


async def test_several_boards_are_asked_at_a_time_and_never_too_many(boards: Boards, client: BoardClient) -> None:
    boards.gate = asyncio.Event()
    names = [parse_board(f"greenhouse:b{number}") for number in range(9)]
    for board in names[1:]:
        boards.greenhouse(board.name, greenhouse_job(1))
    going, most = 0, 0

    async def fetched(board: Any) -> Fetched:
        nonlocal going, most
        going += 1
        most = max(most, going)
        if most == 3 and boards.gate:
            boards.gate.set()
        try:
            return await client.fetch(board, Seen())
        finally:
            going -= 1

    outcomes = {board: outcome async for board, outcome in fetch_all(names, fetched, at_once=3)}
    assert most == 3
    assert set(outcomes) == set(names)
    assert [board.name for board, outcome in outcomes.items() if isinstance(outcome, ReelwrightError)] == ["b0"]


async def test_who_stops_listening_stops_the_asking(boards: Boards, client: BoardClient) -> None:
    boards.greenhouse("b0", greenhouse_job(1))
    boards.greenhouse("b1", greenhouse_job(1))
    boards.mishaps = [Mishap(hangs=True)]
    answers = fetch_all([parse_board("greenhouse:b0"), parse_board("greenhouse:b1")], client.fetch, at_once=2)
    await anext(answers)
    await answers.aclose()
    assert [task.get_name() for task in asyncio.all_tasks() if "fetch" in str(task.get_coro())] == []
