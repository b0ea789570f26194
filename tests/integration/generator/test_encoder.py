"""The encoder as a child: killed, it is worth another try; where Python keeps no bytecode, it keeps its own; options reach the reel."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil
import pytest

from services.generator.encoder import EncoderOptions, child_environment, run_encoder
from shared.errors import RetryableJobError
from shared.schemas.reels import Progress, ReelBrief, RenderOptions
from text_to_video.posting_file import Order

BRIEF = ReelBrief(
    title="Baker",
    company="Oven & Co",
    description="What you will do\n\n• Knead sourdough by hand\n• Teach two apprentices to shape loaves\n• Run the ovens",
)


async def ignore(_: Progress) -> None:
    pass


async def test_an_encoder_that_is_killed_is_worth_another_try(tmp_path: Path) -> None:
    killed: list[psutil.Process] = []

    async def kill(progress: Progress) -> None:
        if progress.stage == "render" and not killed:
            killed.extend(each for each in psutil.Process().children() if "text_to_video" in each.cmdline())
            for child in killed:
                child.kill()

    with pytest.raises(RetryableJobError, match="status -9") as failed:
        await run_encoder(Order(BRIEF), tmp_path / "out", EncoderOptions("poster", 60), kill, bytecode=tmp_path / "bytecode")
    assert failed.value.code == "encoder_died"
    assert not (tmp_path / "out").exists()
    assert len(killed) == 1
    assert not killed[0].is_running()


async def test_it_keeps_bytecode_of_its_own_where_python_may_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    options = RenderOptions(profile="balanced", segments="fmp4", renditions="720p,480p")
    wanted = EncoderOptions("poster", 2, render=options)
    reel = await run_encoder(Order(BRIEF), tmp_path / "out", wanted, ignore, bytecode=tmp_path / "bytecode")
    assert {path.name.partition(".")[0] for path in (tmp_path / "bytecode").rglob("*.pyc")} >= {"encode", "numeric"}
    assert reel.renditions == ("720p", "480p")
    assert (tmp_path / "out/480p/init.mp4").exists()


def test_where_python_keeps_bytecode_nothing_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    assert child_environment(tmp_path) == os.environ
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(sys, "pycache_prefix", "/somewhere")
    assert child_environment(tmp_path) == os.environ
