"""`python -m services demo --once --json` as somebody's first command: from nothing to a reel, or to a reason."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from shared.schemas.reels import STAGES
from tests.e2e.conftest import ROOT


def test_demo_once_prints_one_object(tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "BACKEND_PORT": "0", "VIDEO_PORT": "0", "RECOMMENDATION_PORT": "0"}
    command = [sys.executable, "-m", "services", "demo", "--once", "--json"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert {"video_id", "playback_url", "mp4_url", "poster_url", "captions_url", "seconds"} == set(told)
    assert set(STAGES) - {"ready"} <= set(told["seconds"])
    assert told["seconds"]["total"] > told["seconds"]["render"] > 0


def test_demo_tells_why_it_failed(tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "MAX_RETRIES": "many"}
    command = [sys.executable, "-m", "services", "demo", "--once", "--json"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert ran.returncode == 1
    assert "MAX_RETRIES" in json.loads(ran.stdout)["error"]
