"""`--script`: who writes the reel of the command line."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from shared.schemas.reels import ReelBrief
from tests.stubs import openai_compatible
from tests.stubs.openai_compatible import OpenAIStub, answer
from text_to_video.posting_file import Order
from text_to_video.script.base import Line, Script

PATIENCE_S = 60
GOOD: dict[str, Any] = {
    "hook": "Could you work high up on a turbine?",
    "duties": ["You'll climb and inspect turbines.", "You'll repair blades with a partner.", "You'll log every fault you find."],
    "requirement": None,
    "cta": "Sounds like you? Tap apply.",
}
KEYS = ("GEMINI_API_KEY", "GEMINI_API_BACKUP_KEY", "OPENROUTER_API_KEY", "OPENAI_API_KEY")


async def command(text: str, folder: Path, *arguments: str, **environ: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, the last line it said, and what it wrote to stderr."""
    whole = [sys.executable, "-m", "text_to_video", "-", "-o", str(folder / "out"), "--progress", "json", *arguments]
    clean = {name: value for name, value in os.environ.items() if name not in KEYS}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*whole, stdin=pipe, stdout=pipe, stderr=pipe, env={**clean, **environ}, cwd=folder,
                                                   )  # fmt: skip
    async with asyncio.timeout(PATIENCE_S):
        said, complaint = await process.communicate(text.encode())
    assert process.returncode is not None
    return process.returncode, json.loads(said.splitlines()[-1]), complaint.decode()


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command runs in an empty folder: no `.env` of whoever tests."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))


pytestmark = pytest.mark.usefixtures("here")


@pytest.mark.parametrize(("mode", "asked"), [("auto", 1), ("llm", 1), ("extractive", 0)])
async def test_with_a_key(brief: ReelBrief, tmp_path: Path, mode: str, asked: int) -> None:
    stub = OpenAIStub(answer(json.dumps(GOOD)))
    async with stub.listening() as url:
        keys = {"OPENAI_API_KEY": openai_compatible.KEY, "OPENAI_BASE_URL": f"{url}/v1"}
        code, said, _ = await command(brief.model_dump_json(), tmp_path, "--script", mode, **keys)
    assert code == 0
    assert len(stub.asked) == asked
    assert (GOOD["hook"] in said["result"]["script"]) == bool(asked)


async def test_a_model_that_fails_is_done_without_unless_it_was_insisted_on(brief: ReelBrief, tmp_path: Path) -> None:
    stub = OpenAIStub(answer("no"))
    async with stub.listening() as url:
        keys = {"OPENAI_API_KEY": openai_compatible.KEY, "OPENAI_BASE_URL": f"{url}/v1"}
        code, said, _ = await command(brief.model_dump_json(), tmp_path, **keys)
        assert code == 0
        assert said["result"]["degraded"][0].startswith("script: ")
        code, said, _ = await command(brief.model_dump_json(), tmp_path, "--script", "llm", **keys)
    assert code == 1
    assert (said["error"]["code"], said["error"]["retryable"], said["error"]["stage"]) == ("llm_unavailable", True, "script")


async def test_without_a_key(brief: ReelBrief, tmp_path: Path) -> None:
    code, said, complaint = await command(brief.model_dump_json(), tmp_path, "--script", "llm")
    assert (code, complaint) == (2, "")
    assert "OPENAI_API_KEY" in said["error"]["message"]


async def test_a_script_that_comes_with_the_order_is_said_as_it_is(brief: ReelBrief, tmp_path: Path) -> None:
    script = Script(
        (Line("hook", "$95k", "95\u00a0thousand\u00a0dollars"), Line("duty", "Climb turbines.", "Climb turbines.")), "en", (), ("why",)
    )
    code, said, _ = await command(Order(brief, script).as_json().decode(), tmp_path, "--script", "extractive")
    assert code == 0
    assert said["result"]["script"] == "$95k\nClimb turbines."
    assert said["result"]["degraded"] == ["why"]
