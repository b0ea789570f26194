"""The whole stack as its user starts it: `python -m services up` on free ports, with its own data folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "services/samples/postings.json"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Running:
    """A running stack: its backend's URL and the environment that commands need to find its data."""

    url: str
    environment: dict[str, str]
    process: subprocess.Popen[str]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "services", *arguments], env=self.environment, capture_output=True, text=True, timeout=300
        )

    def imported(self, file: Path) -> dict[str, Any]:
        """The summary of `python -m services import`."""
        ran = self.command("import", str(file), "--json")
        assert ran.returncode == 0, ran.stdout + ran.stderr
        told: dict[str, Any] = json.loads(ran.stdout)
        return told


@contextmanager
def running(data_dir: Path, **settings: str) -> Iterator[Running]:
    """A stack on free ports, with `settings` beside the defaults."""
    ports = dict.fromkeys(("BACKEND_PORT", "VIDEO_PORT", "RECOMMENDATION_PORT"), "0")
    environment = {**os.environ, "DATA_DIR": str(data_dir), "ENV": "test", **ports, **settings}
    environment.pop("MONGODB_URI", None)
    command = [sys.executable, "-m", "services", "up"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, cwd=ROOT) as process:
        assert process.stderr
        said: list[str] = []
        for line in process.stderr:
            said.append(line)
            if match := re.search(r"serving on (http://\S+)", line):
                break
        else:
            pytest.fail("the stack did not start:\n" + "".join(said))
        draining = subprocess.Popen(["cat"], stdin=process.stderr, stdout=subprocess.DEVNULL)  # so that its pipe never fills
        try:
            yield Running(match[1], environment, process)
        finally:
            process.terminate()
            process.wait(30)
            draining.wait(5)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A stack with the sample postings imported."""
    with running(tmp_path_factory.mktemp("stack")) as up:
        up.imported(SAMPLES)
        yield up


@pytest.fixture
def http(stack: Running) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=stack.url, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def browser_path() -> str:
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    pytest.skip("no Chromium here; .ci/run installs one")
