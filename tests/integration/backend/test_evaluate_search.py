"""`python -m services evaluate-search` as people run it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

CORPUS = "id\ttext\n1\tRegistered nurse\n2\tLine cook\n3\tKrankenschwester (m/w/d)\n4\tWelder\n5\tEnfermera\n6\tSoftware engineer\n"
QUERIES = "id\ttext\nq1\tnurse\nq2\tweldr\nq3\tunjudged\n"
QRELS = "q1 0 1 1\nq1 0 3 1\nq1 0 5 1\nq2 0 4 1\nq2 0 2 0\nq9 0 1 1\n"


def run(folder: Path, *options: str, **files: str) -> subprocess.CompletedProcess[str]:
    for name, content in {"corpus": CORPUS, "queries": QUERIES, "qrels": QRELS, **files}.items():
        (folder / f"{name}.tsv").write_text(content, "utf-8")
    given = [part for name in ("corpus", "queries", "qrels") for part in (f"--{name}", str(folder / f"{name}.tsv"))]
    return subprocess.run(
        [sys.executable, "-m", "services", "evaluate-search", *given, *options], capture_output=True, text=True, timeout=120, check=False
    )


def test_it_prints_one_object_and_shows_its_progress_elsewhere(tmp_path: Path) -> None:
    done = run(tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert list(told) == ["map", "p_at_5", "ndcg_at_10", "recall_at_10", "p50_ms", "queries", "documents"]
    assert (told["map"], told["ndcg_at_10"], told["recall_at_10"], told["p_at_5"]) == (1, 1, 1, 0.4)
    assert told["p50_ms"] > 0
    assert (told["queries"], told["documents"]) == (2, 6)
    assert "documents" in done.stderr


def test_it_prints_words_too(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()][:5] == ["map", "p_at_5", "ndcg_at_10", "recall_at_10", "p50_ms"]


def test_a_bad_file_is_told_and_is_no_traceback(tmp_path: Path) -> None:
    done = run(tmp_path, "--json", corpus="id\ttext\n1\n")
    assert done.returncode == 2
    assert "corpus.tsv: line 2: it has 1 of 2 fields" in json.loads(done.stdout)["error"]
    assert "Traceback" not in done.stderr


def test_judgements_of_other_queries_are_told(tmp_path: Path) -> None:
    done = run(tmp_path, qrels="q7 0 1 1\n")
    assert done.returncode == 2
    assert "no query of" in done.stderr
