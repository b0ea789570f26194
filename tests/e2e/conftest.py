"""The whole stack as its user starts it: `python -m services up` on free ports, with its own data folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

ROOT = Path(__file__).parents[2]
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


@contextmanager
def running(data_dir: Path) -> Iterator[Running]:
    environment = {**os.environ, "DATA_DIR": str(data_dir), "BACKEND_PORT": "0", "VIDEO_PORT": "0", "ENV": "test"}
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
        imported = up.command("import", str(ROOT / "services/samples/postings.json"), "--json")
        assert imported.returncode == 0, imported.stderr
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
