"""What Greenhouse, Lever and Ashby send, in the one form postings are read from."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.backend.postings import ashby, greenhouse, lever
from shared.errors import Unavailable
from shared.schemas.postings import BoardPosting, Posting, read_posting
from tests.stubs.boards import ashby_job, greenhouse_job, lever_posting


def read(row: dict[str, Any]) -> Posting:
    return read_posting(BoardPosting.model_validate(row))


def board(*jobs: Any, total: Any = None) -> dict[str, Any]:
    return {"jobs": list(jobs), "meta": {"total": len(jobs) if total is None else total}}


def test_a_greenhouse_job_belongs_to_its_board_whatever_it_calls_its_company() -> None:
    posting = read(greenhouse.listing(board(greenhouse_job(1)), "oven").rows[0])
    assert (posting.greenhouse_id, posting.subject_key, posting.company_slug, posting.company_name) == (
        "1",
        "oven:9001",
        "oven",
        "Oven & Co",
    )
    assert (posting.places, posting.remote) == (("Ghent", "Remote - Belgium"), True)
    assert (posting.departments, posting.pay) == (("Bakery",), "€30–36k")
    assert posting.description == "Bake bread on shift 1."
    assert posting.first_published
    assert posting.first_published.isoformat() == "2026-02-01T14:00:00+00:00"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (board(), ""),
        (board(greenhouse_job(1)), ""),
        (board(greenhouse_job(1), total=2), "1 postings came, the board says 2"),
        (board(greenhouse_job(1), total=True), "1 postings came, the board says True"),
        ({"jobs": []}, "0 postings came, the board says None"),
        ({"jobs": [], "meta": 0}, "0 postings came, the board says None"),
    ],
)
def test_a_greenhouse_board_is_whole_when_as_many_came_as_it_says(body: Any, problem: str) -> None:
    assert greenhouse.listing(body, "oven").problem == problem


@pytest.mark.parametrize("body", [None, 3, "jobs", [], {}, {"jobs": {}}, {"error": "down for maintenance"}])
def test_what_is_no_board_is_refused(body: Any) -> None:
    for vendor in (greenhouse, ashby):
        with pytest.raises(Unavailable, match="no board"):
            vendor.listing(body, "oven")
    if body != []:
        with pytest.raises(Unavailable, match="no board"):
            lever.listing(body, "oven")


def test_a_lever_posting() -> None:
    posting = read(lever.listing([lever_posting(7)], "mill-house").rows[0])
    assert (posting.greenhouse_id, posting.subject_key) == ("00000000-0000-4000-8000-000000000007",) * 2
    assert (posting.title, posting.company_slug, posting.company_name) == ("Miller of shift 7", "mill-house", "mill-house")
    assert (posting.places, posting.remote, posting.departments) == (("Porto", "Braga"), False, ("Grain", "Milling"))
    assert (posting.pay, posting.absolute_url) == ("€2,000–2,600/month", "https://jobs.lever.co/mill-house/7")
    assert posting.first_published
    assert posting.first_published.isoformat() == "2026-01-01T00:00:00+00:00"
    assert posting.description.splitlines() == [
        "Mill grain on shift 7.",
        "",
        "You bring",
        "",
        "• Strong arms",
        "",
        "• Care & calm",
        "",
        "Paid monthly.",
        "",
        "We answer everybody.",
    ]


LEVER: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"workplaceType": "remote"}, {"remote": True}),
    ({"categories": {"location": "Faro"}}, {"places": ("Faro",), "departments": ()}),
    ({"categories": {"location": "Faro", "allLocations": []}}, {"places": ("Faro",)}),
    ({"categories": None}, {"places": ()}),
    ({"description": "", "opening": "<p>Hello.</p>", "descriptionBody": "<p>Mill.</p>", "lists": [], "additional": "",
      "salaryDescription": None}, {"description": "Hello.\n\nMill."}),
    ({"salaryRange": {"min": 20, "max": 30, "currency": "USD", "interval": "per-hour-wage"}}, {"pay": "$20–30/hour"}),
    ({"salaryRange": {"min": 90000, "max": 99000, "currency": "USD", "interval": "per-year-salary"}}, {"pay": "$90–99k"}),
    ({"salaryRange": {"min": 900, "max": 990, "currency": "USD", "interval": "per-week-salary"}}, {"pay": None}),
    ({"salaryRange": {"min": None, "max": 990, "currency": "USD", "interval": "per-year-salary"}}, {"pay": None}),
    ({"salaryRange": None}, {"pay": None}),
    ({"createdAt": None}, {"first_published": None}),
    ({"createdAt": 1e300}, {"first_published": None}),
    ({"hostedUrl": "javascript:alert(1)"}, {"absolute_url": None}),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), LEVER)
def test_what_lever_leaves_out_or_says_otherwise(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    posting = read(lever.row(lever_posting(7, **changes), "mill-house"))
    assert {name: getattr(posting, name) for name in expected} == expected


def test_an_ashby_job() -> None:
    posting = read(ashby.listing({"apiVersion": "1", "jobs": [ashby_job(3)]}, "Crumb Lab").rows[0])
    assert (posting.greenhouse_id, posting.subject_key) == ("10000000-0000-4000-8000-000000000003",) * 2
    assert (posting.title, posting.company_slug, posting.company_name) == ("Yeast keeper 3", "crumb-lab", "Crumb Lab")
    assert (posting.places, posting.remote) == (("Denver, CO (HQ)", "Remote (US)"), True)
    assert (posting.departments, posting.pay) == (("Science", "Cultures"), "$90–120k")
    assert posting.description == "Role\n\nKeep culture 3 alive."
    assert posting.absolute_url == "https://jobs.ashbyhq.com/Crumb%20Lab/3"
    assert posting.first_published
    assert posting.first_published.isoformat() == "2026-02-03T17:12:35.753000+00:00"


def salary(**changes: Any) -> dict[str, Any]:
    part = {"compensationType": "Salary", "interval": "1 YEAR", "currencyCode": "USD", "minValue": 90000, "maxValue": 120000}
    return {"summaryComponents": [{**part, **changes}]}


ASHBY: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"isRemote": False, "workplaceType": "OnSite", "secondaryLocations": []}, {"remote": False, "places": ("Denver, CO (HQ)",)}),
    ({"isRemote": None, "workplaceType": "Remote", "secondaryLocations": []}, {"remote": True}),
    ({"secondaryLocations": [{"location": "Denver, CO (HQ)"}, {}, 3, "Reno"]}, {"places": ("Denver, CO (HQ)", "Reno")}),
    ({"location": None, "secondaryLocations": None}, {"places": ()}),
    ({"team": "Science"}, {"departments": ("Science",)}),
    ({"team": None, "department": None}, {"departments": ()}),
    ({"compensation": salary(interval="1 HOUR", minValue=21.5, maxValue=30)}, {"pay": "$21.50–30/hour"}),
    ({"compensation": salary(interval="2 WEEK")}, {"pay": None}),
    ({"compensation": salary(interval={})}, {"pay": None}),
    ({"compensation": salary(minValue=None)}, {"pay": None}),
    ({"compensation": {"summaryComponents": None}}, {"pay": None}),
    ({"compensation": None}, {"pay": None}),
    ({"shouldDisplayCompensationOnJobPostings": False}, {"pay": None}),
    ({"descriptionHtml": None}, {"description": "Role\n\nKeep culture 3 alive."}),
]


@pytest.mark.parametrize(("changes", "expected"), ASHBY)
def test_what_ashby_leaves_out_or_says_otherwise(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    posting = read(ashby.row(ashby_job(3, **changes), "Crumb Lab"))
    assert {name: getattr(posting, name) for name in expected} == expected


def test_what_ashby_keeps_off_its_list_is_not_open() -> None:
    listing = ashby.listing({"jobs": [ashby_job(1), ashby_job(2, isListed=False)]}, "Crumb Lab")
    assert [row["title"] for row in listing.rows] == ["Yeast keeper 1"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(lever_posting(1))), st.sampled_from(sorted(ashby_job(1))), JSON)
def test_no_field_however_wrong_breaks_a_mapping(of_lever: str, of_ashby: str, value: Any) -> None:
    assert lever.row(lever_posting(1, **{of_lever: value}), "mill")["company"] == "mill"
    assert ashby.row(ashby_job(1, **{of_ashby: value}), "lab")["company"] == "lab"
    assert isinstance(lever.site_of({"hostedUrl": value}), str)
    assert isinstance(ashby.board_of({"jobUrl": value}), str)


@given(st.text(max_size=40))
def test_any_address_has_some_board(address: str) -> None:
    assert isinstance(lever.site_of({"hostedUrl": address}), str)
    assert isinstance(ashby.board_of({"jobUrl": f"https://{address}"}), str)
