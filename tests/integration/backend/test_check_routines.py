"""`python -m services check-routines` as people run it; and the product's fifty sentences over the real exercises."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.backend.routines.check_command import checked_all, over, summary
from services.backend.routines.check_files import own_sentences, read_exercises, read_sentences
from shared.embeddings.wordllama import open_wordllama
from shared.settings import Routines

REAL = Path(__file__).parents[4] / "shared" / "data" / "exercises" / "free_exercise_db.json"
SAMPLES = Path(__file__).parents[3] / "services" / "samples" / "exercises.json"


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services", "check-routines", *options]
    environ = {**os.environ, "EMBEDDER": "wordllama"}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environ)


def test_it_prints_one_object_and_shows_its_progress_elsewhere(tmp_path: Path) -> None:
    sentences = tmp_path / "sentences.json"
    sentences.write_text(
        json.dumps(["10 minutes, hips, no equipment", {"sentence": "8 minutes of core", "duration": 480, "areas": ["core"]}])
    )
    done = run("--catalogue", str(SAMPLES), "--sentences", str(sentences), "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["sentences"], told["exercises"], told["compiled"], told["violations"], told["by_rule"]) == (2, 40, 2, 0, {})
    assert told["p50_ms"] > 0
    assert "sentences" in done.stderr


def test_violations_are_told_by_rule_and_fail(tmp_path: Path) -> None:
    sentences = tmp_path / "sentences.jsonl"
    sentences.write_text('{"sentence": "10 minutes of legs", "duration": 1200, "exclusions": ["squats"]}\n')
    done = run("--catalogue", str(SAMPLES), "--sentences", str(sentences))
    assert done.returncode == 1, done.stderr
    assert "understood 1" in done.stdout
    assert "it is to take 600 s, where the sentence says 1200 s" in done.stdout
    assert "bodyweight-squat, though squats is to be avoided" in done.stdout


def test_a_bad_file_is_told_and_is_no_traceback(tmp_path: Path) -> None:
    done = run("--catalogue", str(tmp_path / "none.json"), "--json")
    assert done.returncode == 2
    assert "there is no such file" in json.loads(done.stdout)["error"]
    assert "Traceback" not in done.stderr


@pytest.mark.data
async def test_every_routine_of_the_real_exercises_obeys() -> None:
    if not REAL.exists():
        pytest.skip(f"no real exercises at {REAL}")
    embedder = open_wordllama()
    catalogue, checker = await over(read_exercises(REAL.read_bytes()), embedder, lambda done: None)
    checked = await checked_all(read_sentences(own_sentences()), catalogue, checker, embedder, Routines(), lambda: None)
    told = summary(checked, len(catalogue.known))
    assert (told["sentences"], told["exercises"], told["compiled"]) == (50, 873, 50)
    assert told["found"] == []
