"""`uvicorn services.video.app:app`, a process of its own that reads its settings from the environment."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.waiting import until

ROOT = Path(__file__).parents[3]


@contextmanager
def service(port: int, log: Path, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    environ = {"PATH": os.environ["PATH"], "LOG_FORMAT": "json", "DATA_DIR": str(log.parent / "data"), **variables}
    command = [sys.executable, "-m", "uvicorn", "services.video.app:app", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=output, stdout=output)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture
def port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ready(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/health/ready").status_code == 200
    except httpx2.TransportError:
        return False


def test_it_serves_logs_under_its_name_and_ends_on_sigterm(mongo_uri: str, port: int, tmp_path: Path) -> None:
    log = tmp_path / "video.log"
    with service(port, log, MONGODB_URI=mongo_uri) as process:
        until(lambda: ready(port) or process.poll() is not None)
        httpx2.get(f"http://127.0.0.1:{port}/video/nobody", headers={"x-request-id": "mine"})
        process.terminate()
        process.wait(10)
    entries = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    [entry] = [entry for entry in entries if entry.get("request_id") == "mine"]
    assert (entry["event"], entry["service"], entry["status"]) == ("request", "video", 404)


def test_without_a_database_setting_it_does_not_start_and_names_it(port: int, tmp_path: Path) -> None:
    log = tmp_path / "video.log"
    with service(port, log) as process:
        assert process.wait(30) != 0
    assert "MONGODB_URI: not set" in log.read_text()
