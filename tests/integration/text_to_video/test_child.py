"""The command as a worker runs it: a child that talks in JSON lines, fails in words and dies when told to."""

import json
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from shared.schemas.reels import ReelBrief, ReelResult

COMMAND = [sys.executable, "-m", "text_to_video", "-", "--progress", "json"]
PATIENCE_S = 60


@contextmanager
def child(text: str, out: Path, *, file_limit: int | None = None) -> Iterator[subprocess.Popen[str]]:
    def limit() -> None:
        if file_limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))

    pipe = subprocess.PIPE
    command = [*COMMAND, "-o", str(out), "--template", "poster"]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, preexec_fn=limit) as process:
        assert process.stdin
        process.stdin.write(text)
        process.stdin.close()
        process.stdin = None
        try:
            yield process
        finally:
            process.kill()


def run(text: str, out: Path, *, file_limit: int | None = None) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, the lines it said, and what it wrote to stderr."""
    with child(text, out, file_limit=file_limit) as process:
        said, complaint = process.communicate(timeout=PATIENCE_S)
        return process.returncode, [json.loads(line) for line in said.splitlines()], complaint


def wait_for_render(process: subprocess.Popen[str]) -> None:
    assert process.stdout
    for line in process.stdout:
        said = json.loads(line)
        if said.get("stage") == "render" and said["fraction"] > 0:
            return
    pytest.fail("it ended before it rendered")


def test_it_tells_of_every_stage_and_ends_with_the_result(brief: ReelBrief, tmp_path: Path) -> None:
    code, said, complaint = run(brief.model_dump_json(), tmp_path / "out")
    assert (code, complaint) == (0, "")
    assert said[0] == {"stage": "script", "fraction": 0.0}
    assert said[-2] == {"stage": "package", "fraction": 1.0}
    result = ReelResult.model_validate(said[-1]["result"])
    assert result.template_id == "poster"
    assert (tmp_path / "out/master.m3u8").exists()


def test_a_posting_that_cannot_be_used_is_an_error_in_words(brief: ReelBrief, tmp_path: Path) -> None:
    code, said, complaint = run(brief.model_copy(update={"description": ""}).model_dump_json(), tmp_path / "out")
    assert (code, complaint) == (1, "")
    error = said[-1]["error"]
    assert (error["code"], error["retryable"], error["stage"]) == ("no_usable_text", False, "script")
    assert error["message"]


def test_a_whole_board_is_refused(tmp_path: Path) -> None:
    code, said, complaint = run('{"jobs": []}', tmp_path / "out")
    assert (code, complaint) == (2, "")
    assert said == [{"error": {"code": "invalid_input", "message": said[0]["error"]["message"], "retryable": False, "stage": None}}]


@pytest.mark.parametrize("file_limit", [20_000, 80_000, 400_000])
def test_a_full_disk_is_retryable_names_the_folder_and_leaves_nothing(brief: ReelBrief, tmp_path: Path, file_limit: int) -> None:
    """20 kB is too little for the poster, 80 kB for a segment, 400 kB for the MP4."""
    code, said, complaint = run(brief.model_dump_json(), tmp_path / "out", file_limit=file_limit)
    assert (code, complaint) == (1, "")
    error = said[-1]["error"]
    assert (error["code"], error["retryable"], error["stage"]) == ("disk_full", True, "render")
    assert str(tmp_path) in error["message"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_dies_when_told_and_leaves_nothing(brief: ReelBrief, tmp_path: Path, number: signal.Signals) -> None:
    with child(brief.model_dump_json(), tmp_path / "out") as process:
        wait_for_render(process)
        assert list(tmp_path.iterdir()), "it had not begun"
        process.send_signal(number)
        process.communicate(timeout=5)
        assert process.returncode == 128 + number
    assert list(tmp_path.iterdir()) == []


def test_it_ends_when_nobody_listens(brief: ReelBrief, tmp_path: Path) -> None:
    with child(brief.model_dump_json(), tmp_path / "out") as process:
        wait_for_render(process)
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.wait(timeout=PATIENCE_S) == 141
        assert process.stderr.read() == ""
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_no_fault_of_the_posting(brief: ReelBrief) -> None:
    code, said, complaint = run(brief.model_dump_json(), Path("/proc/x"))
    assert (code, complaint) == (2, "")
    assert said[-1]["error"]["retryable"]


@pytest.mark.parametrize("from_file", [True, False])
def test_a_byte_order_mark_is_no_text(tmp_path: Path, *, from_file: bool) -> None:
    posting = tmp_path / "posting.json"
    posting.write_text("[]", encoding="utf-8-sig")
    command = [sys.executable, "-m", "text_to_video", str(posting) if from_file else "-", "-o", str(tmp_path / "out")]
    made = subprocess.run(command, input=posting.read_bytes(), capture_output=True, timeout=PATIENCE_S, check=False)
    assert b"list of postings" in made.stderr


def test_a_person_gets_sentences(brief: ReelBrief, tmp_path: Path) -> None:
    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        whole = [sys.executable, "-m", "text_to_video", *arguments]
        return subprocess.run(whole, capture_output=True, text=True, timeout=PATIENCE_S, check=False)

    posting = tmp_path / "posting.json"
    posting.write_text(brief.model_dump_json())
    made = command(str(posting), "-o", str(tmp_path / "out"), "--progress", "bar")
    assert made.returncode == 0, made.stderr
    assert "720×1280" in made.stdout
    assert "100 %" in made.stderr
    missing = command("nowhere.json", "-o", str(tmp_path / "other"))
    assert missing.returncode == 2
    assert "nowhere.json" in missing.stderr
    assert command(str(posting)).returncode == 2
    nowhere = command(str(posting), "-o", "/proc/x")
    assert nowhere.returncode == 2
    assert "(out): /proc/x cannot be made" in nowhere.stderr
    for help_me in (["-h"], ["reel", "-h"]):
        shown = command(*help_me)
        assert (shown.returncode, "Usage" in shown.stdout) == (0, True)
    assert command(str(posting), "-o", str(tmp_path / "other"), "--template", "baroque").returncode == 2
