"""Boards of Greenhouse, Lever and Ashby on loopback, as their documentation describes them: whole answers, ETags, and every mishap."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response

from tests.serving import serving


@dataclass(frozen=True)
class Mishap:
    """What is answered instead, once: `body` as it is; `hangs`: nothing until the client hangs up; `cut`: that many bytes of the
    real answer, in an answer that says it is whole."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    hangs: bool = False
    cut: int | None = None


@dataclass(frozen=True)
class Asked:
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    status: int


class Boards:
    """`boards` holds what each path answers with; `mishaps` come first, one a request. Everything asked is in `asked`."""

    def __init__(self) -> None:
        self.boards: dict[str, Any] = {}
        self.mishaps: list[Mishap] = []
        self.asked: list[Asked] = []
        self.url = ""
        self.gzip = False
        self.lever_limit: int | None = None
        self.gate: asyncio.Event | None = None

    def greenhouse(self, name: str, *jobs: Any, total: int | None = None) -> None:
        self.boards[f"/v1/boards/{name}/jobs"] = {"jobs": list(jobs), "meta": {"total": len(jobs) if total is None else total}}

    def lever(self, name: str, *postings: Any) -> None:
        self.boards[f"/v0/postings/{name}"] = list(postings)

    def ashby(self, name: str, *jobs: Any) -> None:
        self.boards[f"/posting-api/job-board/{name}"] = {"apiVersion": "1", "jobs": list(jobs)}

    def settings(self) -> dict[str, str]:
        """The environment of somebody who asks here."""
        return {f"{vendor}_BASE_URL": self.url for vendor in ("GREENHOUSE", "LEVER", "ASHBY")}

    @property
    def statuses(self) -> list[int]:
        return [asked.status for asked in self.asked]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Boards]:
        app = FastAPI()
        app.add_api_route("/{path:path}", self._answer, methods=["GET"])
        async with serving(app) as self.url:
            yield self

    async def _answer(self, request: Request, path: str) -> Response:
        if self.gate is not None:
            await self.gate.wait()
        reply = await self._reply(request, f"/{path}")
        self.asked.append(Asked(f"/{path}", dict(request.query_params), dict(request.headers), reply.status_code))
        return reply

    async def _reply(self, request: Request, path: str) -> Response:
        mishap = self.mishaps.pop(0) if self.mishaps else None
        if mishap and mishap.hangs:
            await _disconnected(request)
        if mishap and mishap.cut is None:
            return Response(mishap.body, mishap.status, dict(mishap.headers))
        if path not in self.boards:
            return Response(b'{"status":404,"error":"Job not found"}', 404)
        return self._whole(request, self._paged(path, request), mishap)

    def _paged(self, path: str, request: Request) -> Any:
        board = self.boards[path]
        if self.lever_limit is None or not isinstance(board, list):
            return board
        skip, limit = (int(request.query_params.get(name, default)) for name, default in (("skip", 0), ("limit", self.lever_limit)))
        return board[skip : skip + min(limit, self.lever_limit)]

    def _whole(self, request: Request, board: Any, mishap: Mishap | None) -> Response:
        body = json.dumps(board).encode()
        etag = f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == etag:
            return Response(b"", 304, {"etag": etag})
        headers = {"etag": etag, "content-type": "application/json"}
        if mishap and mishap.cut is not None:
            return Response(body[: mishap.cut], 200, headers)
        if self.gzip and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(gzip.compress(body), 200, {**headers, "content-encoding": "gzip"})
        return Response(body, 200, headers)


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def greenhouse_job(number: int, **changes: Any) -> dict[str, Any]:
    """A job of a Greenhouse board, all fields of the wire."""
    return {
        "absolute_url": f"https://jobs.example.com/{number}",
        "internal_job_id": 9000 + number,
        "location": {"name": "Ghent; Remote - Belgium"},
        "metadata": [{"id": 1, "name": "Level", "value": "II", "value_type": "single_select"}],
        "id": number,
        "updated_at": "2026-03-01T10:00:00-05:00",
        "requisition_id": f"R-{number}",
        "title": f"Baker of shift {number}",
        "company_name": "Oven & Co",
        "first_published": "2026-02-01T09:00:00-05:00",
        "language": "en",
        "application_deadline": None,
        "content": "&lt;p&gt;Bake bread on shift " + str(number) + ".&lt;/p&gt;",
        "departments": [{"id": 4, "name": "Bakery", "child_ids": [], "parent_id": None}],
        "offices": [{"id": 5, "name": "Ghent", "location": "Ghent, Belgium", "child_ids": [6, 7], "parent_id": None}],
        "pay_input_ranges": [{"min_cents": 3000000, "max_cents": 3600000, "currency_type": "EUR", "title": "Annual", "blurb": ""}],
        **changes,
    }


def lever_posting(number: int, **changes: Any) -> dict[str, Any]:
    """A posting of a Lever site."""
    return {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "text": f"Miller of shift {number}",
        "categories": {
            "commitment": "Full-time",
            "department": "Grain",
            "team": "Milling",
            "location": "Porto",
            "allLocations": ["Porto", "Braga"],
        },
        "country": "PT",
        "workplaceType": "hybrid",
        "createdAt": 1767225600000,
        "description": f"<div>Mill grain on shift {number}.</div>",
        "descriptionPlain": f"Mill grain on shift {number}.",
        "descriptionBody": f"<div>Mill grain on shift {number}.</div>",
        "opening": "",
        "lists": [{"text": "You bring", "content": "<li>Strong arms</li><li>Care &amp; calm</li>"}],
        "salaryDescription": "<p>Paid monthly.</p>",
        "salaryRange": {"min": 2000, "max": 2600, "currency": "EUR", "interval": "per-month-salary"},
        "additional": "<p>We answer everybody.</p>",
        "hostedUrl": f"https://jobs.lever.co/mill-house/{number}",
        "applyUrl": f"https://jobs.lever.co/mill-house/{number}/apply",
        **changes,
    }


def ashby_job(number: int, **changes: Any) -> dict[str, Any]:
    """A job of an Ashby board."""
    salary = {"compensationType": "Salary", "interval": "1 YEAR", "currencyCode": "USD", "minValue": 90000, "maxValue": 120000}
    equity = {"compensationType": "EquityPercentage", "interval": "NONE", "currencyCode": None, "minValue": None, "maxValue": None}
    return {
        "id": f"10000000-0000-4000-8000-{number:012}",
        "title": f"Yeast keeper {number}",
        "department": "Science",
        "team": "Cultures",
        "employmentType": "FullTime",
        "location": "Denver, CO (HQ)",
        "secondaryLocations": [{"location": "Remote (US)", "address": {"postalAddress": {"addressCountry": "United States"}}}],
        "publishedAt": "2026-02-03T17:12:35.753+00:00",
        "isListed": True,
        "isRemote": True,
        "workplaceType": "Remote",
        "address": {"postalAddress": {"addressRegion": "CO", "addressCountry": "USA", "addressLocality": "Denver"}},
        "jobUrl": f"https://jobs.ashbyhq.com/Crumb%20Lab/{number}",
        "applyUrl": f"https://jobs.ashbyhq.com/Crumb%20Lab/{number}/application",
        "descriptionHtml": f"<h2>Role</h2><p>Keep culture {number} alive.</p>",
        "descriptionPlain": f"Role\n\nKeep culture {number} alive.",
        "shouldDisplayCompensationOnJobPostings": True,
        "compensation": {"compensationTierSummary": "$90K – $120K", "compensationTiers": [], "summaryComponents": [salary, equity]},
        **changes,
    }
