"""A queue to attack, and the settings of the workers that serve it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from services.backend.app import app
from shared.embeddings.local import LocalEmbedder, open_local
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes
from tests.serving import serving


@pytest.fixture
async def jobs(db: Database) -> Database:
    await create_indexes(db)
    return db


@pytest.fixture
def environment(jobs: Database, mongo_uri: str, tmp_path: Path) -> dict[str, str]:
    """Of a worker that makes 2 s reels and has everything happen soon."""
    return quick_worker(mongo_uri, jobs.name, tmp_path)


def quick_worker(uri: str, database: str, data_dir: Path) -> dict[str, str]:
    return {
        "MONGODB_URI": uri,
        "MONGODB_DATABASE": database,
        "DATA_DIR": str(data_dir),
        "LEASE_S": "2",
        "RETRY_BASE_S": "0.1",
        "WORKER_POLL_INTERVAL_S": "0.5",
        "WORKER_CONCURRENCY": "1",
        "REEL_MAX_SECONDS": "2",
    }


@pytest.fixture(scope="session")
def embedder() -> LocalEmbedder:
    return open_local()


@pytest.fixture
async def backend(jobs: Database, mongo_uri: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx2.AsyncClient]:
    """A backend over the queue to attack, on a real socket."""
    monkeypatch.setenv("MONGODB_URI", mongo_uri)
    monkeypatch.setenv("MONGODB_DATABASE", jobs.name)
    async with serving(app) as url, httpx2.AsyncClient(base_url=url, timeout=30) as http:
        yield http
