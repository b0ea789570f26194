"""`voices`: what speaks here and what could, as a person sees it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.faults.s3_server import free_port
from tests.tiny_voices import kokoro_voice, piper_voice
from text_to_video.speech.catalogue import CATALOGUE

PATIENCE_S = 60


def command(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    whole = [sys.executable, "-m", "text_to_video", "voices", *arguments]
    return subprocess.run(whole, capture_output=True, text=True, timeout=PATIENCE_S, check=False, env={**os.environ, **settings})


def rows(shown: subprocess.CompletedProcess[str]) -> dict[str, str]:
    assert (shown.returncode, shown.stderr) == (0, "")
    return {line.split()[0]: line for line in shown.stdout.splitlines()[1:]}


def test_an_empty_machine_speaks_by_espeak_and_could_do_more(tmp_path: Path) -> None:
    shown = rows(command(VOICES_DIR=str(tmp_path)))
    assert shown["espeak"].endswith("here, speaks English")
    for voice in CATALOGUE:
        assert all(told in shown[voice.name] for told in (voice.licence, voice.languages[0], "MB", "can be installed"))
    assert shown["fish_audio"].endswith("needs a key")


def test_what_is_installed_is_here_and_the_best_of_it_speaks(tmp_path: Path) -> None:
    piper_voice(tmp_path / "piper", "en_US-joe-medium")
    piper_voice(tmp_path / "piper", "grandpa", espeak="nl")
    shown = rows(command(VOICES_DIR=str(tmp_path)))
    assert shown["en_US-joe-medium"].endswith("here, speaks English")
    assert (shown["grandpa"].split()[1:3], shown["grandpa"].endswith("here")) == (["grandpa", "unknown"], True)
    kokoro_voice(tmp_path / "kokoro")
    shown = rows(command(VOICES_DIR=str(tmp_path), FISH_AUDIO_API_KEY="k"))
    assert [name for name, row in shown.items() if row.endswith("speaks English")] == ["fish_audio"]
    assert shown["kokoro"].endswith("here")


def test_no_voice_of_that_name_is_told_with_those_there_are(tmp_path: Path) -> None:
    refused = command("install", "hal", VOICES_DIR=str(tmp_path))
    assert refused.returncode == 2
    assert "there is no voice 'hal'" in refused.stderr
    assert "kokoro" in refused.stderr


def test_no_way_to_the_store_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    """A proxy that is not there stands for a network that is not."""
    failed = command("install", "kokoro", VOICES_DIR=str(tmp_path), HTTPS_PROXY=f"http://127.0.0.1:{free_port()}", NO_PROXY="")
    assert failed.returncode == 1
    assert "github.com: no answer" in failed.stderr
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_wrong_settings_are_named() -> None:
    refused = command(SPEECH="hal")
    assert refused.returncode == 2
    assert refused.stderr.startswith("settings: SPEECH")
