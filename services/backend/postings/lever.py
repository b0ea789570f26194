"""PURE: Lever's public postings (`GET /v0/postings/{site}?mode=json`, github.com/lever/postings-api) in the Greenhouse form."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from services.backend.postings.listing import Listing, malformed, names, pay_range, text

QUERY = {"mode": "json"}
PAGE = 100
"""Rows a site may cut its answer to: one of as many, or of twice as many, is asked for what follows."""
_PERIODS = {"per-year-salary": "year", "per-month-salary": "month", "per-hour-wage": "hour"}


def path(name: str) -> str:
    return f"/v0/postings/{name}"


def listing(body: Any, company: str) -> Listing:
    """What a site answered. It names no total: a whole answer is all. Raises Unavailable when it is no list."""
    if not isinstance(body, list):
        raise malformed("postings")
    return Listing([row(each, company) if isinstance(each, dict) else each for each in body])


def is_row(posting: dict[str, Any]) -> bool:
    """Whether a row of a file has this form."""
    return "text" in posting and "hostedUrl" in posting and "title" not in posting


def site_of(posting: dict[str, Any]) -> str:
    """The site a posting is shown at: the first part of its address's path."""
    try:
        return urlsplit(text(posting.get("hostedUrl"))).path.strip("/").partition("/")[0]
    except ValueError:
        return ""


def row(posting: dict[str, Any], company: str) -> dict[str, Any]:
    """One posting in the Greenhouse form. Lever tells neither language nor time of change."""
    categories = posting.get("categories")
    about: dict[str, Any] = categories if isinstance(categories, dict) else {}
    return {
        "id": posting.get("id"),
        "title": posting.get("text"),
        "company": company,
        "location": {"name": "; ".join(_places(about))},
        "departments": names(about.get("department"), about.get("team")),
        "absolute_url": posting.get("hostedUrl"),
        "first_published": _moment(posting.get("createdAt")),
        "content": _content(posting),
        "pay_input_ranges": _pay(posting.get("salaryRange")),
        "employment_type": about.get("commitment"),
        "_meta": {"is_remote": posting.get("workplaceType") == "remote"},
    }


def _places(about: dict[str, Any]) -> list[str]:
    places = about.get("allLocations")
    named = [text(place) for place in places] if isinstance(places, list) else []
    return [place for place in named if place] or [text(about.get("location"))]


def _content(posting: dict[str, Any]) -> str:
    """In the order Lever's own pages have it: description, lists under their headings, pay, the rest."""
    description = text(posting.get("description")) or text(posting.get("opening")) + text(posting.get("descriptionBody"))
    lists = posting.get("lists")
    parts = [_list(each) for each in lists if isinstance(each, dict)] if isinstance(lists, list) else []
    return "\n".join(filter(None, [description, *parts, text(posting.get("salaryDescription")), text(posting.get("additional"))]))


def _list(part: dict[str, Any]) -> str:
    return f"<h3>{html.escape(text(part.get('text')))}</h3><ul>{text(part.get('content'))}</ul>"


def _pay(stated: object) -> list[dict[str, Any]]:
    if not isinstance(stated, dict) or (period := _PERIODS.get(text(stated.get("interval")))) is None:
        return []
    return pay_range(stated.get("min"), stated.get("max"), stated.get("currency"), period)


def _moment(milliseconds: object) -> str | None:
    """Lever's times, milliseconds since 1970, in ISO 8601."""
    if not isinstance(milliseconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return None
