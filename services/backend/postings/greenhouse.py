"""PURE: Greenhouse's public board (`GET /v1/boards/{board}/jobs`, developers.greenhouse.io/job-board.html)."""

from __future__ import annotations

from typing import Any

from services.backend.postings.listing import Listing, is_count, listed

QUERY = {"content": "true", "pay_transparency": "true"}
"""With the descriptions, departments and offices, and the pay where a company states it."""


def path(name: str) -> str:
    return f"/v1/boards/{name}/jobs"


def listing(body: Any, company: str) -> Listing:
    """What a board answered, as rows that name `company`. It is whole if as many came as it says there are.

    Raises Unavailable when it is no board.
    """
    jobs = listed(body, "jobs")
    meta = body.get("meta")
    total = meta.get("total") if isinstance(meta, dict) else None
    rows = [{**job, "company": company} if isinstance(job, dict) else job for job in jobs]
    problem = "" if is_count(total) and total == len(jobs) else f"{len(jobs)} postings came, the board says {total!r}"
    return Listing(rows, problem)
