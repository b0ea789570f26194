"""Real boards and postings, where they lie beside the checkout: nothing of markup stays, no text is lost, every step is counted right."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections import defaultdict
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from services.backend.postings import ashby, greenhouse, lever
from services.backend.postings.boards import Board
from services.backend.postings.files import read_bytes, read_file
from services.backend.postings.importer import import_postings
from services.backend.postings.importing import source_of
from shared.embeddings.local import open_local
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes
from shared.schemas.postings import BoardPosting, Posting, read_posting, slugify

DATA = Path(__file__).parents[4] / "shared" / "data"
JOBS, BOARDS = DATA / "jobs", DATA / "protocol" / "ats"

pytestmark = [pytest.mark.data, pytest.mark.skipif(not JOBS.exists(), reason="the real postings are not beside this checkout")]


def rows_of(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (JOBS / name).read_text().splitlines()]


def read(row: dict[str, Any]) -> Posting:
    return read_posting(BoardPosting.model_validate(row))


class Words(HTMLParser):
    """The text of HTML as the standard library reads it, without what is no text."""

    no_text = frozenset("script style iframe svg video audio object noscript template form nav head".split())

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.no_text or "breadcrumb" in (dict(attrs).get("class") or ""):
            self.within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.within and self.within[-1] == tag:
            self.within.pop()

    def handle_data(self, data: str) -> None:
        if not self.within:
            self.text.append(data)


def letters(text: str) -> str:
    return "".join(re.findall(r"\w", unicodedata.normalize("NFC", text)))


@pytest.mark.parametrize(("name", "count"), [("ashby_a_bucket00-29.jsonl", 711), ("tts_gov_cc0.jsonl", 80)])
def test_nothing_of_markup_stays_and_no_text_is_lost(name: str, count: int) -> None:
    rows = rows_of(name)
    for row in rows:
        content = row["content"]
        while (once := html.unescape(content)) != content:
            content = once
        words, description = Words(), read(row).description
        words.feed(content)
        words.close()
        assert letters("".join(words.text)) == letters(description), row["id"]
        assert re.findall(r"</?[a-zA-Z!][^>\n]*>|&[a-zA-Z]+;|&#\w+;", description) == [], row["id"]
        assert not re.search(r"\n{3,}|[ \t]$|^[ \t]", description, re.MULTILINE), row["id"]
    assert len(rows) == count


def test_a_listing_of_a_whole_ecosystem() -> None:
    source = read_file(JOBS / "greenhouse_listings_even.csv")
    postings = [read(row.row) for row in source.rows if row.row]
    assert len(postings) == len(source.rows) == 21_457
    assert {posting.company_slug for posting in postings} == {slugify(row.row["board"]) for row in source.rows if row.row}
    assert len({posting.language for posting in postings}) >= 11
    assert len({posting.subject_key for posting in postings}) < len(postings)


RECORDED = [
    ("greenhouse_board_warp.json", greenhouse, 4, True),
    ("greenhouse_board_stripe_nocontent.json", greenhouse, 12, False),
    ("greenhouse_board_stripe_truncated.json", greenhouse, 2, False),
    ("lever_postings.json", lever, 4, True),
    ("ashby_board.json", ashby, 4, True),
]


@pytest.mark.parametrize(("name", "vendor", "count", "whole"), RECORDED)
def test_recorded_answers_of_the_vendors(name: str, vendor: Any, count: int, *, whole: bool) -> None:
    body = (BOARDS / name).read_bytes()
    listing = vendor.listing(json.loads(body), "a-board")
    postings = [read(row) for row in listing.rows]
    assert (len(postings), not listing.problem) == (count, whole)
    for posting in postings:
        assert posting.company_slug == "a-board"
        assert posting.title
        assert posting.places
        assert posting.absolute_url
        assert posting.first_published
    in_a_file = [read(row.row) for row in read_bytes(body, name).rows if row.row]
    assert [posting.title for posting in in_a_file] == [posting.title for posting in postings]


def test_pay_and_distance_of_recorded_answers() -> None:
    lever_postings = [read(row) for row in lever.listing(json.loads((BOARDS / "lever_postings.json").read_bytes()), "b").rows]
    assert [(posting.pay, posting.remote) for posting in lever_postings] == [("$200–270k", True), ("$350–400k", True), *[(None, True)] * 2]
    ashby_postings = [read(row) for row in ashby.listing(json.loads((BOARDS / "ashby_board.json").read_bytes()), "b").rows]
    assert [posting.pay for posting in ashby_postings] == ["$211,400–290,600", "$80–110k", "$110–120k", "$189–330k"]
    assert ashby_postings[0].places == ("New York, NY (HQ)", "Remote (Canada)", "Remote (US)", "Miami, FL")


def truth(before: dict[str, Any], now: dict[str, Any], ever: set[str]) -> dict[str, int]:
    """What a step did, from the files alone. What comes back was stored already: it counts as changed."""
    both, back = before.keys() & now.keys(), (now.keys() - before.keys()) & ever
    changed = sum(before[key] != now[key] for key in both)
    return {
        "new": len(now.keys() - before.keys() - back),
        "changed": changed + len(back),
        "unchanged": len(both) - changed,
        "closed": len(before.keys() - now.keys()),
        "reopened": len(back),
    }


async def test_months_of_boards_are_counted_right_at_every_step(db: Database) -> None:
    await create_indexes(db)
    embedder = open_local()
    snapshots: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for snapshot in sorted(rows_of("greenhouse_snapshots_early.jsonl"), key=lambda each: each["fetched_at"]):
        snapshots[snapshot["board"]].append(snapshot)
    steps = 0
    for name, of_board in snapshots.items():
        by_id = [{str(job["id"]): job for job in snapshot["jobs"]} for snapshot in of_board]
        ever: set[str] = set()
        for (before, now), snapshot in zip(pairwise([{}, *by_id]), of_board, strict=True):
            listing = greenhouse.listing({"jobs": snapshot["jobs"], "meta": {"total": len(snapshot["jobs"])}}, name)
            summary = await import_postings(db, embedder, source_of(Board("greenhouse", name), listing))
            expected = truth(before, now, ever)
            assert {each: summary.counts[each] for each in expected} == expected, (name, snapshot["fetched_at"])
            texts = {key for key in now if not _same_text(before.get(key), now[key])}
            assert summary.embedded <= len(texts), "only a new text is embedded"
            assert {doc["greenhouse_id"] async for doc in db.jobs.find({"active": True, "company_slug": name})} == now.keys()
            ever |= now.keys()
            steps += 1
        again = await import_postings(db, embedder, source_of(Board("greenhouse", name), listing))
        assert (again.unchanged, again.embedded, again.new + again.changed + again.closed) == (len(now), 0, 0)
    assert steps == 56


def _same_text(before: dict[str, Any] | None, now: dict[str, Any]) -> bool:
    return before is not None and all(before[name] == now[name] for name in ("title", "company_name"))
