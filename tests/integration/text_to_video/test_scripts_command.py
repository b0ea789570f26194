"""`scripts FILE.jsonl`, as a person and as a program run it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PATIENCE_S = 60

BAKER = (
    "<h3>What you'll do</h3><ul><li>Bake two hundred loaves of rye bread a night</li><li>Teach two apprentices to shape loaves</li></ul>"
)


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    whole = [sys.executable, "-m", "text_to_video", "scripts", *arguments]
    return subprocess.run(whole, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


@pytest.fixture
def postings(tmp_path: Path) -> Path:
    baker = {"id": "1", "title": "Baker", "company_name": "Oven & Co", "location": {"name": "Ghent"}, "content": BAKER}
    lines = [json.dumps(baker), "", "{broken", json.dumps({**baker, "content": ""}), json.dumps({"title": "Nobody"})]
    file = tmp_path / "postings.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_a_table_for_a_person(postings: Path) -> None:
    made = command(str(postings), "--show", "3")
    assert (made.returncode, made.stderr) == (0, "")
    assert "Baker (Oven & Co), " in made.stdout
    assert "Oven & Co is hiring a Baker." in made.stdout
    assert "no_usable_text 1" in made.stdout
    assert "invalid_input 2" in made.stdout


def test_json_for_a_program(postings: Path) -> None:
    told = json.loads(command(str(postings), "--json", "--show", "1").stdout)
    assert (told["table"]["postings"], told["table"]["scripts"], told["table"]["inventing"]) == (4, 1, 0)
    assert told["table"]["refused"] == {"invalid_input": 2, "no_usable_text": 1}
    [shown] = told["scripts"]
    assert shown["posting"] == "Baker (Oven & Co)"
    assert any("rye bread" in line for line in shown["script"])


def test_a_file_that_is_not_there_is_named() -> None:
    made = command("nowhere.jsonl")
    assert made.returncode == 2
    assert "nowhere.jsonl" in made.stderr
