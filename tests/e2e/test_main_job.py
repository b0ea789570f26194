"""The main job from import to a reel that plays, on the stack as its user starts it."""

from __future__ import annotations

import json

import httpx2
import pytest
from playwright.sync_api import sync_playwright

from tests.e2e.conftest import SAMPLES, Running
from tests.e2e.reels import OUR_WORDS, assert_plays, make, of_posting, search, spoken


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
    siblings = json.loads(SAMPLES.read_text())["jobs"]
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
    summary = stack.imported(SAMPLES)
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
