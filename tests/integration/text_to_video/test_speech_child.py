"""Vendors and music in a reel's own process: keys by the environment, an end when told, and a reel whatever the vendor does."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import av
import numpy as np
import psutil
import pytest

from shared.schemas.reels import ReelBrief, ReelResult
from tests.stubs import fish_audio
from tests.stubs.vendor import Says
from tests.tiny_voices import piper_voice
from tests.unit.text_to_video.test_music import tune, write

PATIENCE_S = 120


def environment(**settings: str) -> dict[str, str]:
    return {**os.environ, **settings}


def asking(url: str, **settings: str) -> dict[str, str]:
    return environment(FISH_AUDIO_API_KEY=fish_audio.KEY, FISH_AUDIO_BASE_URL=url, **settings)


@asynccontextmanager
async def child(brief: ReelBrief, out: Path, env: dict[str, str], *options: str) -> AsyncIterator[Process]:
    command = [sys.executable, "-m", "text_to_video", "-", "--progress", "json", "-o", str(out), "--template", "poster", *options]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=env)
    try:
        assert process.stdin
        process.stdin.write(brief.model_dump_json().encode())
        process.stdin.close()
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def made(brief: ReelBrief, out: Path, env: dict[str, str], *options: str) -> ReelResult:
    async with asyncio.timeout(PATIENCE_S), child(brief, out, env, *options) as process:
        said, complaint = await process.communicate()
        assert (process.returncode, complaint) == (0, b""), said
        return ReelResult.model_validate(json.loads(said.splitlines()[-1])["result"])


async def test_the_vendor_of_whom_there_is_a_key_speaks_the_reel(brief: ReelBrief, tmp_path: Path) -> None:
    stub = fish_audio.FishAudioStub()
    async with stub.listening() as url:
        reel = await made(brief, tmp_path / "out", asking(url))
    assert (reel.voice_id, reel.timing, reel.degraded) == ("fish_audio", "vendor", ())
    assert len(stub.texts) == len(set(stub.texts)) >= len(reel.script.splitlines()), "no line is paid for twice"
    assert "WEBVTT" in (tmp_path / "out/captions.vtt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        (fish_audio.error(402, "Insufficient credits"), "speech: fish_audio: quota_used_up: HTTP 402: no credit left"),
        (fish_audio.error(401, f"Invalid Token {fish_audio.KEY}"), "speech: fish_audio: misconfigured: HTTP 401"),
        (Says(b"<html>", 200), "speech: fish_audio: away: the answer's audio: it cannot be read (InvalidDataError)"),
    ],
)
async def test_a_vendor_that_fails_costs_the_voice_and_not_the_reel(brief: ReelBrief, tmp_path: Path, says: Says, reason: str) -> None:
    stub = fish_audio.FishAudioStub(says)
    async with stub.listening() as url:
        reel = await made(brief, tmp_path / "out", asking(url))
    assert (reel.voice_id, reel.timing) == ("espeak", "events")
    assert reel.degraded == (reason,)
    assert fish_audio.KEY not in json.dumps(reel.model_dump(mode="json"))


async def test_without_leave_to_pay_the_vendor_hears_nothing(brief: ReelBrief, tmp_path: Path) -> None:
    stub = fish_audio.FishAudioStub()
    async with stub.listening() as url:
        reel = await made(brief, tmp_path / "out", asking(url), "--no-paid-voices")
    assert (reel.voice_id, stub.asked) == ("espeak", [])
    assert "budget" in reel.degraded[0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
async def test_it_dies_while_a_vendor_keeps_it_waiting(brief: ReelBrief, tmp_path: Path, number: signal.Signals) -> None:
    stub = fish_audio.FishAudioStub(Says(hangs=True))
    async with asyncio.timeout(PATIENCE_S), stub.listening() as url, child(brief, tmp_path / "out", asking(url)) as process:
        while not stub.asked:
            await asyncio.sleep(0.01)
        process.send_signal(number)
        _, complaint = await process.communicate()
        await stub.hung_up.wait()
    assert (process.returncode, complaint) == (-9 if number == signal.SIGKILL else 128 + number, b"")
    if number != signal.SIGKILL:
        assert os.listdir(tmp_path) == []


async def test_the_key_is_in_no_argument(brief: ReelBrief, tmp_path: Path) -> None:
    """Arguments are for everybody to read."""
    stub = fish_audio.FishAudioStub(Says(hangs=True))
    async with asyncio.timeout(PATIENCE_S), stub.listening() as url, child(brief, tmp_path / "out", asking(url)) as process:
        while not stub.asked:
            await asyncio.sleep(0.01)
        assert fish_audio.KEY not in " ".join(psutil.Process(process.pid).cmdline())


async def test_an_installed_voice_speaks(brief: ReelBrief, tmp_path: Path) -> None:
    piper_voice(tmp_path / "voices" / "piper")
    reel = await made(brief, tmp_path / "out", environment(VOICES_DIR=str(tmp_path / "voices")))
    assert (reel.voice_id, reel.timing, reel.degraded) == ("piper", "aligned", ())


async def test_music_of_the_folder_is_heard_in_the_reel(brief: ReelBrief, tmp_path: Path) -> None:
    (tmp_path / "music").mkdir()
    write(tmp_path / "music" / "tune.wav", tune(9))
    with_music = await made(brief, tmp_path / "with", environment(MUSIC_DIR=str(tmp_path / "music")))
    without = await made(brief, tmp_path / "without", environment())
    assert with_music.degraded == without.degraded == ()
    ends = [heard(tmp_path / name / "reel.mp4")[:, -48_000 // 2 : -48_000 // 4] for name in ("with", "without")]
    assert np.abs(ends[0]).max() > 10 * np.abs(ends[1]).max(), "after the last word the music is alone"


def heard(reel: Path) -> np.ndarray[Any, Any]:
    with av.open(str(reel)) as container:
        return np.concatenate([frame.to_ndarray() for frame in container.decode(container.streams.audio[0])], axis=1)


async def test_broken_music_costs_the_music_and_a_file_that_is_not_there_is_an_error(brief: ReelBrief, tmp_path: Path) -> None:
    (tmp_path / "music").mkdir()
    reel = await made(brief, tmp_path / "out", environment(MUSIC_DIR=str(tmp_path / "music")))
    assert reel.degraded == (f"music: {tmp_path / 'music'} holds no music",)
    async with asyncio.timeout(PATIENCE_S), child(brief, tmp_path / "other", environment(), "--music", "nowhere.mp3") as process:
        said, _ = await process.communicate()
    assert process.returncode == 2
    assert "nowhere.mp3 is not there" in json.loads(said)["error"]["message"]


async def test_wrong_settings_are_named(brief: ReelBrief, tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE_S), child(brief, tmp_path / "out", environment(SPEECH="hal")) as process:
        _, complaint = await process.communicate()
    assert process.returncode == 2
    assert complaint.decode().startswith("settings: SPEECH: ")
