"""The worker's health check, as docker-compose.yml has it, against real workers."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from shared.mongo.client import Database
from shared.mongo.embedded import EmbeddedMongo
from shared.mongo.indexes import create_indexes
from tests.compose import health_command
from tests.faults.workers import worker_process
from tests.waiting import until

QUICK = {"LEASE_S": "0.6", "WORKER_POLL_INTERVAL_S": "0.2"}


@pytest.fixture
async def environment(db: Database, mongo_uri: str, tmp_path: Path) -> dict[str, str]:
    await create_indexes(db)
    return {**os.environ, **QUICK, "MONGODB_URI": mongo_uri, "MONGODB_DATABASE": db.name, "DATA_DIR": str(tmp_path)}


def healthy(environment: dict[str, str]) -> bool:
    return subprocess.run(health_command("generator"), env=environment, stderr=subprocess.DEVNULL, check=False).returncode == 0


def test_a_worker_is_healthy_while_its_loop_turns(environment: dict[str, str]) -> None:
    assert not healthy(environment)
    with worker_process(environment) as worker:
        until(lambda: healthy(environment))
        worker.signal(signal.SIGSTOP)
        until(lambda: not healthy(environment))
        worker.signal(signal.SIGCONT)
        until(lambda: healthy(environment))


def test_a_worker_that_has_ended_is_not_healthy(environment: dict[str, str]) -> None:
    with worker_process(environment) as worker:
        until(lambda: healthy(environment))
        worker.signal(signal.SIGTERM)
        until(lambda: not worker.running())
        assert not healthy(environment)


def test_a_worker_without_its_database_is_not_healthy_until_it_is_back(tmp_path: Path) -> None:
    mongo = EmbeddedMongo(tmp_path / "mongo")
    try:
        environment = {**os.environ, **QUICK, "MONGODB_URI": mongo.start(), "DATA_DIR": str(tmp_path)}
        with worker_process(environment):
            until(lambda: healthy(environment))
            mongo.stop()
            until(lambda: not healthy(environment))
            mongo.start()
            until(lambda: healthy(environment))
    finally:
        mongo.stop()
