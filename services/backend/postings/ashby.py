"""PURE: Ashby's public job board (`GET /posting-api/job-board/{board}`, developers.ashbyhq.com) in the Greenhouse form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from services.backend.postings.listing import Listing, listed, names, pay_range, text

QUERY = {"includeCompensation": "true"}
_PERIODS = {"1 YEAR": "year", "1 MONTH": "month", "1 HOUR": "hour"}


def path(name: str) -> str:
    return f"/posting-api/job-board/{name}"


def listing(body: Any, company: str) -> Listing:
    """What a board answered, without what its company keeps off the list. It names no total: a whole answer is all.

    Raises Unavailable when it is no board.
    """
    jobs = [job for job in listed(body, "jobs") if not (isinstance(job, dict) and job.get("isListed") is False)]
    return Listing([row(job, company) if isinstance(job, dict) else job for job in jobs])


def is_row(posting: dict[str, Any]) -> bool:
    """Whether a row of a file has this form."""
    return "jobUrl" in posting and "absolute_url" not in posting


def board_of(posting: dict[str, Any]) -> str:
    """The board a posting is shown at: the first part of its address's path."""
    try:
        return unquote(urlsplit(text(posting.get("jobUrl"))).path.strip("/").partition("/")[0])
    except ValueError:
        return ""


def row(posting: dict[str, Any], company: str) -> dict[str, Any]:
    """One posting in the Greenhouse form. Ashby tells no language; `isRemote` is its own word, whatever else the place says."""
    return {
        "id": posting.get("id"),
        "title": posting.get("title"),
        "company": company,
        "location": {"name": "; ".join(dict.fromkeys(filter(None, _places(posting))))},
        "departments": names(posting.get("department"), posting.get("team")),
        "absolute_url": posting.get("jobUrl"),
        "first_published": posting.get("publishedAt"),
        "updated_at": posting.get("updatedAt"),
        "content": text(posting.get("descriptionHtml")) or text(posting.get("descriptionPlain")).replace("\n", "<br>"),
        "pay_input_ranges": _pay(posting),
        "employment_type": posting.get("employmentType"),
        "_meta": {"is_remote": posting.get("isRemote") is True or posting.get("workplaceType") == "Remote"},
    }


def _places(posting: dict[str, Any]) -> Iterator[str]:
    yield text(posting.get("location"))
    further = posting.get("secondaryLocations")
    for place in further if isinstance(further, list) else []:
        yield text(place.get("location")) if isinstance(place, dict) else text(place)


def _pay(posting: dict[str, Any]) -> list[dict[str, Any]]:
    """The salary over all tiers, unless the company keeps it off its postings."""
    stated = posting.get("compensation")
    if not isinstance(stated, dict) or posting.get("shouldDisplayCompensationOnJobPostings") is False:
        return []
    parts = stated.get("summaryComponents")
    salaries = (
        [part for part in parts if isinstance(part, dict) and part.get("compensationType") == "Salary"] if isinstance(parts, list) else []
    )
    return [pay for salary in salaries for pay in _range(salary)]


def _range(salary: dict[str, Any]) -> list[dict[str, Any]]:
    period = _PERIODS.get(text(salary.get("interval")))
    return pay_range(salary.get("minValue"), salary.get("maxValue"), salary.get("currencyCode"), period) if period else []
