"""The backend on a real socket with an operator at its door."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.backend import app as backend
from services.web.problem import MEDIA_TYPE
from shared.mongo.client import Database
from tests.serving import serving

KEY = "the-key-of-the-operator"


@asynccontextmanager
async def operated(db: Database, mongo_uri: str, data_dir: Path, *, key: str = KEY, **settings: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a backend on this database, with its media under `data_dir`; it sends the key. Without `key` there is none."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MONGODB_URI", mongo_uri)
        environment.setenv("MONGODB_DATABASE", db.name)
        environment.setenv("DATA_DIR", str(data_dir))
        environment.setenv("ADMIN_API_KEY", key)
        for name, value in settings.items():
            environment.setenv(name, value)
        async with serving(backend.app) as url, httpx2.AsyncClient(base_url=url, headers={"X-Admin-Key": KEY}, timeout=30) as http:
            while (await http.get("/health/ready")).status_code != 200:
                pass
            yield http


def problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE), answer.text
    body: dict[str, Any] = answer.json()
    assert body["code"] == code, body
    return body


async def audits(db: Database) -> list[dict[str, Any]]:
    return [doc async for doc in db.admin_audit.find().sort("_id")]
