"""The command as a worker starts it: brands and pictures from the environment, exercises from a file, and who is owed what."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

POSTING = {
    "title": "Wind turbine technician",
    "company_name": "Northwind Energy",
    "location": {"name": "Aarhus"},
    "content": "<h3>What you will do</h3><ul><li>Climb and inspect turbines</li><li>Repair blades</li><li>Log every fault</li></ul>",
}
EXERCISE = {
    "name": "Goblet squat",
    "level": "beginner",
    "equipment": "kettlebells",
    "primaryMuscles": ["quadriceps"],
    "instructions": ["Hold the bell against your chest.", "Sit down between your heels.", "Push the floor away and stand up."],
}


def run(given: dict[str, Any], out: Path, *options: str, **environ: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "text_to_video", "-", "-o", str(out), *options, "--progress", "json"]
    env = {"PATH": os.environ["PATH"], "DATA_DIR": str(out.parent), **environ}
    ended = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, timeout=120, env=env, check=False)
    assert ended.stdout, ended.stderr
    return ended.returncode, json.loads(ended.stdout.splitlines()[-1])


def frame(out: Path, second: float) -> np.ndarray[Any, Any]:
    with av.open(str(out / "reel.mp4")) as container:
        return next(each.to_ndarray(format="rgb24").astype(int) for each in container.decode(video=0) if (each.time or 0) >= second)


def test_a_worker_dresses_reels_as_its_settings_say(tmp_path: Path) -> None:
    brands, media = tmp_path / "brands", tmp_path / "media"
    brands.mkdir()
    media.mkdir()
    (brands / "northwind-energy.json").write_text('{"colours": ["#00246b", "#ffcc00"], "logo": "broken.png"}')
    (brands / "broken.png").write_bytes(b"broken")
    (media / "broken.mp4").write_bytes(b"broken")
    Image.new("RGB", (900, 1600), (200, 40, 40)).save(media / "red.jpg")
    out = tmp_path / "reel"
    code, said = run(POSTING, out, "--template", "ticket", BRANDS_DIR=str(brands), MEDIA_DIR=str(media))
    assert code == 0
    reasons = said["result"]["degraded"]
    assert any(reason.startswith("brand: logo broken.png: ") for reason in reasons)
    assert {reason.split(": ")[1] for reason in reasons if reason.startswith("media: ")} <= {"broken.mp4"}
    assert said["result"]["credits"] == []
    picture = frame(out, 3)
    assert np.abs(picture[1275, 10] - (255, 204, 0)).max() < 30, "the bar has the second colour"
    assert picture[1080, 360, 0] > 1.8 * picture[1080, 360, 2], "the picture shows below the words"


def test_an_exercise_becomes_a_clip(tmp_path: Path) -> None:
    code, said = run(EXERCISE, tmp_path / "reel")
    assert code == 0
    assert said["result"]["template_id"] == "coach"
    assert "Sit down between your heels." in said["result"]["script"]
    assert {path.name for path in (tmp_path / "reel").iterdir()} >= {"master.m3u8", "reel.mp4", "captions.vtt", "poster.jpg"}


@pytest.mark.parametrize(
    ("options", "field"),
    [(("--brand", "gone.json"), "brand"), (("--media", "gone"), "media"), (("--template", "ticket"), "template")],
)
def test_what_is_asked_for_must_be_there(tmp_path: Path, options: tuple[str, ...], field: str) -> None:
    code, said = run(EXERCISE, tmp_path / "reel", *options)
    assert code == 2
    assert field in said["error"]["message"] or "gone" in said["error"]["message"]
    assert not (tmp_path / "reel").exists()


def test_an_unknown_choice_is_told_in_plain_words(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "text_to_video", "-", "-o", str(tmp_path / "reel"), "--template", "nope"]
    ended = subprocess.run(command, input="", capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert "Invalid value for '--template': 'nope' is not one of 'poster'" in ended.stderr
