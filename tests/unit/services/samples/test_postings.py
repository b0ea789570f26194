"""The sample postings: a board as Greenhouse sends it, varied, and with every awkward case the rest of the project must bear."""

import html
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from services import samples
from shared.text import html_to_text

Job = dict[str, Any]

BOARD = json.loads(Path(samples.__file__).with_name("postings.json").read_text(encoding="utf-8"))
JOBS: list[Job] = BOARD["jobs"]
WITHOUT_USABLE_TEXT = {"Gameplay animator": 0, "Research intern": 3}
"""Title → words of the two postings that must never become a reel."""

FIELDS = {
    "absolute_url": str,
    "internal_job_id": int,
    "location": dict,
    "metadata": type(None),
    "id": int,
    "updated_at": str,
    "requisition_id": str,
    "title": str,
    "company_name": str,
    "first_published": str,
    "language": str,
    "content": str,
    "departments": list,
    "offices": list,
}


def name(job: Job) -> str:
    return f"{job['company_name']}-{job['id']}"


def roles() -> dict[int, list[Job]]:
    """Postings by internal_job_id: one role, its cities."""
    groups: dict[int, list[Job]] = defaultdict(list)
    for job in JOBS:
        groups[job["internal_job_id"]].append(job)
    return groups


def is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc" and character != "\n"


each_job = pytest.mark.parametrize("job", JOBS, ids=name)


def test_there_are_enough_and_no_two_share_an_id() -> None:
    assert BOARD["meta"] == {"total": len(JOBS)}
    assert len(JOBS) >= 40
    assert len({job["id"] for job in JOBS}) == len({job["absolute_url"] for job in JOBS}) == len(JOBS)


def test_they_are_varied() -> None:
    assert len({job["company_name"] for job in JOBS}) >= 20
    assert len({job["location"]["name"] for job in JOBS}) >= 30
    assert len({text for job in JOBS if (text := html_to_text(job["content"]))}) >= 40
    assert Counter(job["language"] for job in JOBS if job["language"] != "en") == {"de": 2, "es": 2, "fr": 1}
    assert sum("emote" in job["location"]["name"] for job in JOBS) >= 3
    assert sum("hybrid" in job["location"]["name"] for job in JOBS) >= 3


@each_job
def test_every_posting_has_the_shape_greenhouse_sends(job: Job) -> None:
    assert {field: type(job[field]) for field in FIELDS} == FIELDS
    assert set(job) - set(FIELDS) <= {"pay_input_ranges"}
    assert re.fullmatch(rf"https://jobs\.example/[a-z0-9-]+/{job['id']}", job["absolute_url"])
    assert set(job["location"]) == {"name"}
    published, updated = (datetime.fromisoformat(job[field]) for field in ("first_published", "updated_at"))
    assert published.tzinfo is not None
    assert published <= updated
    assert all(set(d) == {"id", "name", "child_ids", "parent_id"} for d in job["departments"])
    assert all(set(o) == {"id", "name", "location", "child_ids", "parent_id"} for o in job["offices"])


@each_job
def test_every_body_is_escaped_html(job: Job) -> None:
    assert not re.search(r"""[<>"']""", job["content"])
    assert "<p>" in html.unescape(html.unescape(job["content"])) or job["content"] == ""


def test_pay_is_in_cents_and_in_order() -> None:
    ranges = [pay for job in JOBS for pay in job.get("pay_input_ranges", [])]
    assert len(ranges) >= 20
    assert all(set(pay) == {"min_cents", "max_cents", "currency_type", "title", "blurb"} for pay in ranges)
    assert all(0 < pay["min_cents"] <= pay["max_cents"] and len(pay["currency_type"]) == 3 for pay in ranges)
    assert any("pay_input_ranges" not in job for job in JOBS)


@each_job
def test_the_text_is_clean_and_of_a_posting_s_length(job: Job) -> None:
    text = html_to_text(job["content"])
    words = len(text.split())
    assert words == WITHOUT_USABLE_TEXT.get(job["title"], words)
    assert 150 <= words <= 450 or job["title"] in WITHOUT_USABLE_TEXT
    assert not re.search(r"</?\w|&\w+;|&#|dataLayer|\.hero", text)
    assert not any(is_control(character) for character in text)


def test_one_role_in_three_cities_at_the_same_pay() -> None:
    [crew] = [group for group in roles().values() if len(group) == 3]
    assert {job["location"]["name"] for job in crew} == {"Lisbon, Portugal", "Porto, Portugal", "Faro, Portugal"}
    assert len({job["content"] for job in crew}) == 1
    assert all(job["pay_input_ranges"] == crew[0]["pay_input_ranges"] for job in crew)


def test_one_role_in_two_cities_at_different_pay() -> None:
    [[one, other]] = [group for group in roles().values() if len(group) == 2]
    assert one["content"] == other["content"]
    assert one["location"] != other["location"]
    assert one["pay_input_ranges"][0]["min_cents"] != other["pay_input_ranges"][0]["min_cents"]


def body(job: Job) -> str:
    """The body's HTML, unescaped once as a client would."""
    return html.unescape(job["content"])


AWKWARD: dict[str, Callable[[Job], bool]] = {
    "empty body": lambda job: job["content"] == "",
    "three words": lambda job: len(html_to_text(job["content"]).split()) == 3,
    "no location": lambda job: job["location"]["name"] == "",
    "no office": lambda job: job["offices"] == [],
    "emoji in the title": lambda job: any(unicodedata.category(c) == "So" for c in job["title"]),
    "very long title": lambda job: 150 < len(job["title"]) <= 300,
    "shouted title": lambda job: job["title"].isupper(),
    "script, frame and image": lambda job: all(tag in body(job) for tag in ("<script", "<iframe", "<img")),
    "escaped twice": lambda job: "&lt;p&gt;" in body(job) and "<p>" not in body(job),
    "right-to-left words": lambda job: any(unicodedata.bidirectional(c) in ("R", "AL") for c in body(job)),
    "control characters": lambda job: any(is_control(c) for c in job["content"]),
    "braces and a dollar": lambda job: "{curly}" in body(job) and "$notavar" in body(job),
    "table": lambda job: "<table>" in body(job),
    "nested list": lambda job: bool(re.search(r"<li>[^<]*<ul>", body(job))),
    "headings that are only bold": lambda job: "<p><strong>" in body(job) and not re.search(r"<h\d", body(job)),
    "prose only": lambda job: body(job).count("<p>") >= 4 and "<li>" not in body(job),
    "non-breaking space": lambda job: "&nbsp;" in body(job),
    "soft hyphen": lambda job: "&shy;" in body(job),
    "typographic quotes": lambda job: "“" in body(job),
    "C++ in the title": lambda job: "C++" in job["title"],
    "$95k": lambda job: "$95k" in body(job),
    "24/7": lambda job: "24/7" in body(job),
}


@pytest.mark.parametrize("case", AWKWARD)
def test_the_awkward_case_is_among_them(case: str) -> None:
    assert any(map(AWKWARD[case], JOBS))
