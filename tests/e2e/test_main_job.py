"""The main job from import to a reel that plays, on the stack as its user starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import sync_playwright

from shared.schemas.reels import STAGES
from tests.e2e.conftest import ROOT, Running, running
from tests.e2e.reels import assert_plays, make, of_posting, search, spoken

REAL = ROOT.parent / "shared" / "data" / "jobs" / "ashby_a_bucket00-29.jsonl"
OUR_WORDS = 25
"""Words of a script that are the writer's, not the posting's: "is hiring", "you'll", "tap apply now", …"""


def test_a_missing_reel_is_made_and_shown_first_next_time(http: httpx2.Client) -> None:
    first = search(http, "wind turbines", "ann")
    assert (first["results"], first["generation_triggered"]) == ([], True)
    results = make(http, "wind turbines", "ann")
    assert results[0]["posting"]["company_name"] == "Northwind Energy"
    assert (results[0]["reason"], results[0]["seen"]) == ("match", False)
    for result in results:
        assert_plays(http, result)
        assert len(spoken(http, result) - of_posting(http, result)) < OUR_WORDS
        assert len(spoken(http, result)) > OUR_WORDS


def test_one_role_in_three_cities_is_one_reel_for_all(http: httpx2.Client) -> None:
    [result, *_] = make(http, "cabin crew lead", "bea")
    assert len(result["posting"]["places"]) == 3
    base = result["playback_url"].split("/media/")[0]
    siblings = json.loads((ROOT / "services/samples/postings.json").read_text())["jobs"]
    for sibling in (job for job in siblings if job["title"] == "Cabin crew lead"):
        playback = http.get(f"{base}/video", params={"greenhouse_id": sibling["id"]})
        assert playback.json()["video_id"] == result["video_id"]
        assert http.get(f"{base}/video/{result['video_id']}", headers={"If-None-Match": playback.headers["etag"]}).status_code == 304


def test_a_posting_with_nothing_to_say_is_not_asked_for_for_ever(http: httpx2.Client) -> None:
    for number in range(8):
        results = make(http, "gameplay animator", f"user{number}")
        assert all(result["posting"]["title"] != "Gameplay animator" for result in results), "its body is empty"
        if not search(http, "gameplay animator", "dan")["generation_triggered"]:
            return
    pytest.fail("the silent posting is asked for again and again")


def test_a_second_import_changes_nothing(stack: Running) -> None:
    summary = json.loads(stack.command("import", str(ROOT / "services/samples/postings.json"), "--json").stdout)
    assert (summary["new"], summary["changed"], summary["embedded"], summary["rejected"]) == (0, 0, 0, 0)
    assert summary["unchanged"] >= 40


@pytest.mark.browser
def test_the_reel_plays_in_a_browser(http: httpx2.Client, browser_path: str) -> None:
    [result, *_] = make(http, "wind turbines", "eve")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-background-networking"])
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.set_content(
            f'<video src="{result["mp4_url"]}" poster="{result["poster_url"]}" muted autoplay playsinline>'
            f'<track src="{result["captions_url"]}" default></video>'
        )
        page.wait_for_function("document.querySelector('video').currentTime > 1")
        size = page.evaluate("(v => [v.videoWidth, v.videoHeight, v.duration])(document.querySelector('video'))")
        browser.close()
    assert size[:2] == [720, 1280]
    assert abs(size[2] - result["duration_seconds"]) < 0.1


def test_a_restart_finds_everything(tmp_path: Path) -> None:
    with running(tmp_path) as up, httpx2.Client(base_url=up.url, timeout=30) as http:
        up.command("import", str(ROOT / "services/samples/postings.json"), "--json")
        [made, *_] = make(http, "pastry chef", "ann")
    with running(tmp_path) as up, httpx2.Client(base_url=up.url, timeout=30) as http:
        [found, *_] = search(http, "pastry chef", "bob")["results"]
        assert found["video_id"] == made["video_id"]
        assert http.get(found["mp4_url"]).status_code == 200


def test_demo_once_prints_one_object(tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "BACKEND_PORT": "0", "VIDEO_PORT": "0"}
    command = [sys.executable, "-m", "services", "demo", "--once", "--json"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert {"video_id", "playback_url", "mp4_url", "poster_url", "captions_url", "seconds"} == set(told)
    assert set(STAGES) - {"ready"} <= set(told["seconds"])
    assert told["seconds"]["total"] > told["seconds"]["render"] > 0


def test_demo_tells_why_it_failed(tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "MAX_RETRIES": "many"}
    command = [sys.executable, "-m", "services", "demo", "--once", "--json"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert ran.returncode == 1
    assert "MAX_RETRIES" in json.loads(ran.stdout)["error"]


@pytest.mark.data
@pytest.mark.skipif(not REAL.exists(), reason="the real postings are not beside this checkout")
def test_real_postings(tmp_path: Path) -> None:
    """Real descriptions from many companies, a few searches; a reel of each must play and speak its own posting's words."""
    part = tmp_path / "part.jsonl"
    part.write_text("".join(REAL.read_text().splitlines(keepends=True)[:120]))
    with running(tmp_path / "data") as up, httpx2.Client(base_url=up.url, timeout=30) as http:
        first = json.loads(up.command("import", str(part), "--json").stdout)
        again = json.loads(up.command("import", str(part), "--json").stdout)
        assert (first["new"], first["rejected"], again["unchanged"], again["embedded"]) == (120, 0, 120, 0)
        for number, prompt in enumerate(("software engineer", "designer", "sales")):
            results = make(http, prompt, f"user{number}")
            assert results, prompt
            for result in results:
                assert_plays(http, result)
                assert len(spoken(http, result) - of_posting(http, result)) < OUR_WORDS
