"""`python -m services` as a program sees it: one JSON object for every failure, and no traceback for Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = ("demo", "--once", "--json")
IMPORT = ("import", "services/samples/postings.json", "--json")


def run(data_dir: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = {"DATA_DIR": str(data_dir), "BACKEND_PORT": "0", "VIDEO_PORT": "0", "RECOMMENDATION_PORT": "0", **environment}
    command = [sys.executable, "-m", "services", *arguments]
    return subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("command", [DEMO, IMPORT], ids=["demo", "import"])
def test_a_file_in_the_place_of_the_database_is_one_object(command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "mongo").write_text("a file")
    ended = run(tmp_path, *command)
    assert ended.returncode == 1
    assert f"The database in {tmp_path}/mongo did not start" in json.loads(ended.stdout)["error"]
    assert "Traceback" not in ended.stderr


def test_settings_that_are_not_complete_are_one_object(tmp_path: Path) -> None:
    ended = run(tmp_path, *DEMO, STORAGE="s3")
    assert (ended.returncode, json.loads(ended.stdout)) == (1, {"error": "STORAGE=s3 needs S3_BUCKET, S3_PUBLIC_URL"})


def test_a_worker_without_a_place_to_work_says_so(tmp_path: Path) -> None:
    (tmp_path / "work").write_text("a file")
    command = [sys.executable, "-m", "services.generator"]
    environment = os.environ | {"DATA_DIR": str(tmp_path), "MONGODB_URI": "mongodb://127.0.0.1:1"}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    problem = f"[Errno 17] File exists: '{tmp_path}/work'"
    assert ended.stderr == f"generator: DATA_DIR: there is no place for unfinished reels: {problem}\n"


@pytest.mark.parametrize(("command", "held_at"), [(DEMO, "typer"), (IMPORT, "numpy")], ids=["demo", "import"])
def test_an_interrupt_while_a_command_loads_leaves_no_traceback(command: tuple[str, ...], held_at: str, tmp_path: Path) -> None:
    """Held there by a module that takes for ever to load."""
    (tmp_path / f"{held_at}.py").write_text(
        "import time; print('loading', flush=True)\nwhile True: time.sleep(0.05)"
    )  # a pause could miss the signal
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    arguments = [sys.executable, "-m", "services", *command]
    with subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "loading\n"
        process.send_signal(signal.SIGINT)
        said, complaint = process.communicate(timeout=30)
    assert (process.returncode, json.loads(said), complaint) == (130, {"error": "interrupted"}, "")
