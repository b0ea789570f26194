"""Stacks with data of their own: one that is started again, and one with real postings."""

from __future__ import annotations

import json
import random
from pathlib import Path

import httpx2
import pytest

from tests.e2e.conftest import ROOT, SAMPLES, running
from tests.e2e.reels import OUR_WORDS, assert_plays, make, of_posting, search, spoken

REAL = ROOT.parent / "shared" / "data" / "jobs" / "ashby_a_bucket00-29.jsonl"


def test_a_restart_finds_everything(tmp_path: Path) -> None:
    few = tmp_path / "few.json"
    jobs = json.loads(SAMPLES.read_text())["jobs"]
    few.write_text(json.dumps({"jobs": [job for job in jobs if "pastry" in job["title"].casefold()] + jobs[:2]}))
    with running(tmp_path / "data") as up, httpx2.Client(base_url=up.url, timeout=30) as http:
        up.imported(few)
        [made, *_] = make(http, "pastry chef", "ann")
    with running(tmp_path / "data") as up, httpx2.Client(base_url=up.url, timeout=30) as http:
        [found, *_] = search(http, "pastry chef", "bob")["results"]
        assert found["video_id"] == made["video_id"]
        assert http.get(found["mp4_url"]).status_code == 200


@pytest.mark.data
@pytest.mark.skipif(not REAL.exists(), reason="the real postings are not beside this checkout")
def test_real_postings(tmp_path: Path) -> None:
    """Real descriptions from many companies, a few searches; a reel of each must play and speak its own posting's words."""
    part = tmp_path / "part.jsonl"
    part.write_text("".join(random.Random(4).sample(REAL.read_text().splitlines(keepends=True), 40)))
    two_each = {"TARGET_COUNT": "2", "MAX_GENERATE_PER_REQUEST": "2"}
    with running(tmp_path / "data", **two_each) as up, httpx2.Client(base_url=up.url, timeout=30) as http:
        first, again = up.imported(part), up.imported(part)
        assert (first["new"], first["rejected"], again["unchanged"], again["embedded"]) == (40, 0, 40, 0)
        for number, prompt in enumerate(("software engineer", "designer", "sales")):
            results = make(http, prompt, f"user{number}")
            assert results, prompt
            for result in results:
                assert_plays(http, result)
                assert len(spoken(http, result) - of_posting(http, result)) < OUR_WORDS
