"""The recommendation service on a real socket, over a real database with a few reels."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest

from shared.mongo.client import Database
from shared.settings import Settings
from tests.integration.recommendation.recommending import make_reels, serving_recommendations, settings_of


@pytest.fixture
def settings(mongo_uri: str, db: Database) -> Settings:
    return settings_of(mongo_uri, db, REC_MISSING_ASSESSMENT="cold_start")


@pytest.fixture
async def reels(db: Database) -> list[str]:
    """The ids of thirty reels, the newest first."""
    return await make_reels(db, 30)


@pytest.fixture
async def client(settings: Settings, reels: list[str]) -> AsyncIterator[httpx2.AsyncClient]:
    async with serving_recommendations(settings) as client:
        yield client
