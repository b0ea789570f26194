"""Boards kept in step in a real database: what opens, changes, closes and comes back, what costs nothing, and what a failure leaves."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.backend.postings.boards import Board, parse_board
from services.backend.postings.fetch import BoardClient
from services.backend.postings.files import read_bytes
from services.backend.postings.importer import Row, Source, Summary
from services.backend.postings.importing import Importing
from shared.embeddings.local import LocalEmbedder
from shared.errors import NotFound, Unavailable
from shared.mongo import boards as states
from shared.mongo import postings
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes
from shared.settings import Postings, Settings
from tests.stubs.boards import Boards, Mishap, ashby_job, greenhouse_job, lever_posting

ACME = parse_board("greenhouse:acme")


@pytest.fixture
async def importing(db: Database, boards: Boards, embedder: LocalEmbedder) -> AsyncIterator[Importing]:
    await create_indexes(db)
    settings = Postings(greenhouse_base_url=boards.url, lever_base_url=boards.url, ashby_base_url=boards.url)
    client = BoardClient(settings)
    yield Importing(db, embedder, client, Settings(postings=settings))
    await client.aclose()


async def nobody(_: int) -> None:
    pass


async def run(importing: Importing, board: Board = ACME) -> Summary:
    return await importing.store(await importing.fetch(board), nobody)


async def file(importing: Importing, *rows: dict[str, Any], complete: bool = False) -> Summary:
    return await importing.file(Source([Row(str(at), row) for at, row in enumerate(rows)], complete), nobody)


def told(summary: Summary) -> dict[str, int]:
    return {name: count for name, count in summary.counts.items() if count}


async def open_ids(db: Database) -> set[str]:
    return {doc["greenhouse_id"] async for doc in db.jobs.find({"active": True})}


async def test_a_board_through_its_life(importing: Importing, boards: Boards) -> None:
    db = importing.db
    boards.greenhouse("acme", greenhouse_job(1), greenhouse_job(2), greenhouse_job(3))
    assert told(await run(importing)) == {"new": 3, "embedded": 3}
    boards.greenhouse("acme", greenhouse_job(1), greenhouse_job(2, content="&lt;p&gt;Bake pies.&lt;/p&gt;"), greenhouse_job(4))
    assert told(await run(importing)) == {"new": 1, "changed": 1, "unchanged": 1, "closed": 1, "embedded": 2}
    assert await open_ids(db) == {"1", "2", "4"}
    boards.greenhouse("acme", *(greenhouse_job(number) for number in (1, 3, 4)))
    assert told(await run(importing)) == {"changed": 1, "reopened": 1, "unchanged": 2, "closed": 1}
    boards.greenhouse("acme")
    assert told(await run(importing)) == {"closed": 3}
    assert await open_ids(db) == set()


async def test_nothing_new_costs_nothing(importing: Importing, boards: Boards) -> None:
    db = importing.db
    boards.greenhouse("acme", greenhouse_job(1), greenhouse_job(2))
    await run(importing)
    before = [doc async for doc in db.jobs.find()]
    assert told(await run(importing)) == {"unchanged": 2}
    assert boards.statuses == [200, 304]
    await states.ask_anew(db, [str(ACME)])
    boards.greenhouse("acme", greenhouse_job(2, offices=[]), greenhouse_job(1, metadata=[]))
    assert told(await run(importing)) == {"unchanged": 2}
    assert boards.statuses == [200, 304, 200]
    assert [doc async for doc in db.jobs.find()] == before


@pytest.mark.parametrize(
    ("changes", "embedded", "seen_by_indexes"),
    [
        ({"content": "&lt;p&gt;Bake pies.&lt;/p&gt;"}, 1, True),
        ({"title": "Head baker"}, 1, True),
        ({"company_name": "Oven & Sons"}, 1, True),
        ({"location": {"name": "Bruges"}}, 0, True),
        ({"departments": [{"name": "Cakes"}]}, 0, True),
        ({"absolute_url": "https://jobs.example.com/new"}, 0, True),
        ({"pay_input_ranges": []}, 0, True),
        ({"language": "nl"}, 0, True),
        ({"updated_at": "2026-04-01T10:00:00-05:00"}, 0, False),
        ({"requisition_id": "R-9"}, 0, False),
    ],
)
async def test_what_a_change_costs(
    importing: Importing, boards: Boards, changes: dict[str, Any], embedded: int, *, seen_by_indexes: bool
) -> None:
    boards.greenhouse("acme", greenhouse_job(1))
    await run(importing)
    before = await importing.db.jobs.find_one()
    boards.greenhouse("acme", greenhouse_job(1, **changes))
    summary = await run(importing)
    after = await importing.db.jobs.find_one()
    assert before
    assert after
    assert (summary.changed, summary.embedded) == (1, embedded)
    assert (after["changed_at"] > before["changed_at"]) is seen_by_indexes
    assert after["subject_key"] == "acme:9001"
    boards.greenhouse("acme", greenhouse_job(1, **changes, offices=[]))
    assert told(await run(importing)) == {"unchanged": 1}


@pytest.mark.parametrize("mishap", [Mishap(404), Mishap(500), Mishap(cut=50), Mishap(body=b"{}"), Mishap(302, {"location": "/elsewhere"})])
async def test_a_failure_closes_nothing(importing: Importing, boards: Boards, mishap: Mishap) -> None:
    db = importing.db
    boards.greenhouse("acme", greenhouse_job(1), greenhouse_job(2))
    await run(importing)
    boards.mishaps = [mishap]
    boards.greenhouse("acme", greenhouse_job(1))
    with pytest.raises((NotFound, Unavailable)):
        await run(importing)
    assert await open_ids(db) == {"1", "2"}
    boards.greenhouse("acme", greenhouse_job(1), greenhouse_job(2))
    state = await states.get(db, str(ACME))
    assert (state.failures, bool(state.error), state.etag) == (1, True, None)
    assert told(await run(importing)) == {"unchanged": 2}
    assert (await states.get(db, str(ACME))).failures == 0


async def test_a_board_that_is_not_all_there_opens_but_closes_nothing(importing: Importing, boards: Boards) -> None:
    boards.greenhouse("acme", greenhouse_job(1), greenhouse_job(2))
    await run(importing)
    boards.greenhouse("acme", greenhouse_job(2), greenhouse_job(3), total=3)
    assert told(await run(importing)) == {"new": 1, "unchanged": 1, "embedded": 1}
    assert await open_ids(importing.db) == {"1", "2", "3"}
    state = await states.get(importing.db, str(ACME))
    assert (state.error, state.etag) == ("2 postings came, the board says 3", None)


async def test_a_bad_row_keeps_its_posting_and_does_not_keep_others_open(importing: Importing, boards: Boards) -> None:
    boards.greenhouse("acme", *(greenhouse_job(number) for number in (1, 2, 3)))
    await run(importing)
    boards.greenhouse("acme", greenhouse_job(1), greenhouse_job(2, title=" "))
    assert told(await run(importing)) == {"unchanged": 1, "rejected": 1, "closed": 1}
    assert await open_ids(importing.db) == {"1", "2"}


@pytest.mark.parametrize("unread", [None, "a row", {"title": "Baker"}])
async def test_a_row_without_an_id_closes_nothing(importing: Importing, boards: Boards, unread: Any) -> None:
    boards.greenhouse("acme", greenhouse_job(1), greenhouse_job(2))
    await run(importing)
    boards.greenhouse("acme", greenhouse_job(1), unread)
    assert told(await run(importing)) == {"unchanged": 1, "rejected": 1}


async def test_boards_of_one_name_do_not_close_each_others_postings(importing: Importing, boards: Boards) -> None:
    boards.greenhouse("acme", greenhouse_job(1))
    boards.lever("acme", lever_posting(2))
    boards.ashby("acme", ashby_job(3))
    for vendor in ("greenhouse", "lever", "ashby"):
        assert told(await run(importing, parse_board(f"{vendor}:acme"))) == {"new": 1, "embedded": 1}
    boards.greenhouse("acme", greenhouse_job(4))
    assert told(await run(importing)) == {"new": 1, "embedded": 1, "closed": 1}
    assert len(await open_ids(importing.db)) == 3


async def test_a_board_closes_what_came_of_its_company_in_a_file(importing: Importing, boards: Boards) -> None:
    await file(importing, greenhouse_job(8, company_name="Acme"), greenhouse_job(9, company_name="Acme Mills"))
    boards.greenhouse("acme", greenhouse_job(1))
    assert told(await run(importing)) == {"new": 1, "embedded": 1, "closed": 1}
    assert await open_ids(importing.db) == {"1", "9"}


async def test_a_file_leaves_a_boards_posting_its_company_and_has_the_board_asked_anew(importing: Importing, boards: Boards) -> None:
    db = importing.db
    boards.greenhouse("acme", greenhouse_job(1), greenhouse_job(2))
    await run(importing)
    assert told(await file(importing, greenhouse_job(1))) == {"unchanged": 1}
    assert (await states.get(db, str(ACME))).etag
    assert told(await file(importing, greenhouse_job(1, title="Head baker"), complete=True)) == {"changed": 1, "embedded": 1}
    changed = await postings.get(db, "1")
    assert changed
    assert (changed.title, changed.subject_key, changed.company_slug) == ("Head baker", "acme:9001", "acme")
    assert told(await run(importing)) == {"changed": 1, "unchanged": 1, "embedded": 1}
    assert boards.statuses == [200, 200]


async def test_what_was_lost_here_is_fetched_though_the_board_says_nothing_is_new(importing: Importing, boards: Boards) -> None:
    boards.greenhouse("acme", greenhouse_job(1), greenhouse_job(2))
    await run(importing)
    await importing.db.jobs.delete_one({"greenhouse_id": "2"})
    assert told(await run(importing)) == {"new": 1, "unchanged": 1, "embedded": 1}
    assert told(await run(importing)) == {"unchanged": 2}
    assert boards.statuses == [200, 200, 304]


async def test_an_import_that_is_cut_short_is_gone_on_with(importing: Importing, boards: Boards) -> None:
    jobs = [greenhouse_job(number) for number in range(100)]
    boards.greenhouse("acme", *jobs)
    told_of = 0

    async def cut(rows: int) -> None:
        nonlocal told_of
        told_of += rows
        if told_of > 64:
            raise Unavailable("the plug was pulled")

    with pytest.raises(Unavailable, match="plug"):
        await importing.store(await importing.fetch(ACME), cut)
    assert len(await open_ids(importing.db)) == 64
    assert told(await run(importing)) == {"new": 36, "unchanged": 64, "embedded": 36}
    assert boards.statuses == [200, 200]


async def test_fields_that_are_ours_do_not_come_from_a_row(importing: Importing) -> None:
    ours = {"imported_from": "greenhouse:evil", "created_at": 1, "changed_at": 2, "active": False, "vectors": {}, "_id": 3}
    row = {**greenhouse_job(1), **ours}
    assert told(await file(importing, row)) == {"new": 1, "embedded": 1}
    doc = await importing.db.jobs.find_one()
    assert doc
    assert ("imported_from" in doc, doc["active"], len(doc["vectors"])) == (False, True, 1)
    assert told(await file(importing, row)) == {"unchanged": 1}


async def test_a_posting_of_before_is_read_as_changed(importing: Importing) -> None:
    await importing.db.jobs.insert_one({"greenhouse_id": "1", "title": "Baker", "embedding": [0.5] * 768, "created_at": 1})
    assert told(await file(importing, greenhouse_job(1))) == {"changed": 1, "embedded": 1}
    assert told(await file(importing, greenhouse_job(1))) == {"unchanged": 1}


async def test_boards_of_every_shape_are_the_same_in_a_file_but_for_their_board(importing: Importing, boards: Boards) -> None:
    boards.lever("mill-house", lever_posting(2))
    boards.ashby("Crumb Lab", ashby_job(3))
    sent = json.dumps({"jobs": [lever_posting(2), ashby_job(3)]}).encode()
    assert told(await importing.file(read_bytes(sent, "mixed"), nobody)) == {"new": 2, "embedded": 2}
    for name in ("lever:mill-house", "ashby:Crumb Lab"):
        assert told(await run(importing, parse_board(name))) == {"changed": 1}, "it is told now where it came from"
