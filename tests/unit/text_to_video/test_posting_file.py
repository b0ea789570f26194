"""Postings from files: Greenhouse jobs and briefs are read, everything else is refused by name."""

import json
from typing import Any

import pytest

from shared.errors import InvalidInput
from shared.schemas.reels import ReelBrief
from text_to_video.posting_file import brief_from_json

JOB = {
    "id": 4021,
    "title": "Wind turbine technician",
    "company_name": "Northwind Energy",
    "location": {"name": "Aarhus; Esbjerg"},
    "content": "&lt;p&gt;Climb.&lt;/p&gt;&lt;ul&gt;&lt;li&gt;Inspect &amp;amp; repair blades&lt;/li&gt;&lt;/ul&gt;",
    "metadata": None,
}


def test_a_greenhouse_job_becomes_a_brief() -> None:
    brief = brief_from_json(json.dumps(JOB))
    assert (brief.title, brief.company, brief.places) == ("Wind turbine technician", "Northwind Energy", ("Aarhus", "Esbjerg"))
    assert brief.description == "Climb.\n\n• Inspect & repair blades"
    assert not brief.remote


def test_an_id_is_not_needed_and_remote_is_seen() -> None:
    job = {**JOB, "location": {"name": "Remote, Denmark"}}
    del job["id"]
    assert brief_from_json(json.dumps(job)).remote


def test_a_brief_passes_as_it_is() -> None:
    brief = ReelBrief(title="Sommelier", company="Oak & Ember", description="• Pour", places=("Lyon",), pay="€2,900")
    assert brief_from_json(brief.model_dump_json()) == brief


@pytest.mark.parametrize(
    ("posting", "field", "says"),
    [
        ([JOB], "posting", "list"),
        ({"jobs": [JOB], "meta": {}}, "posting", "list"),
        ("a string", "posting", "JSON object"),
        ({**JOB, "title": ""}, "title", "at least 1"),
        ({**JOB, "title": None}, "title", "string"),
        ({key: value for key, value in JOB.items() if key != "company_name"}, "company_name", "required"),
        ({"title": "Sommelier", "company": "Oak", "description": "Pour", "colour": "red"}, "colour", "not permitted"),
    ],
)
def test_anything_else_is_refused_by_name(posting: Any, field: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as refused:
        brief_from_json(json.dumps(posting))
    assert refused.value.field == field


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(InvalidInput, match="not JSON"):
        brief_from_json("<html>")
