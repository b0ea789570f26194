"""The demo's progress bar and its JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from services.launcher.show import STAGES, Show, done, stage
from shared.schemas.generation import GenerationJob, Status
from shared.schemas.reels import Progress, Stage

NOW = datetime(2026, 1, 1, tzinfo=UTC)
REEL = {
    "video_id": "v",
    "playback_url": "http://h/[v]/master.m3u8",
    "mp4_url": "http://h/reel.mp4",
    "poster_url": "http://h/poster.jpg",
    "captions_url": "http://h/captions.vtt",
    "seconds": {"setup": 0.0, "render": 2.04, "search_again": 0.1},
}


def job(status: Status, at: Stage | None = None, fraction: float = 0) -> GenerationJob:
    return GenerationJob(
        job_id="j",
        subject_kind="posting",
        subject_key="a:1",
        source_hash="h",
        template_id="poster",
        output_video_id="v",
        status=status,
        created_at=NOW,
        updated_at=NOW,
        progress=Progress(stage=at, fraction=fraction) if at else None,
    )


@pytest.mark.parametrize(
    ("job", "name", "stages"),
    [
        (job("queued"), "queued", 0),
        (job("running"), "running", 0),
        (job("running", "script"), "script", 0),
        (job("running", "render", 0.5), "render", 3.5),
        (job("queued", "render", 0.5), "queued", 3.5),
        (job("uploaded", "index", 0), "index", 6),
        (job("indexed", "ready", 1), "ready", 0),
        (job("ready", "ready", 1), "ready", len(STAGES)),
    ],
)
def test_where_a_job_stands(job: GenerationJob, name: str, stages: float) -> None:
    assert (stage(job), done(job)) == (name, stages)


def test_json_is_one_object_whatever_is_shown_before(capsys: pytest.CaptureFixture[str]) -> None:
    show = Show(as_json=True)
    show.line("importing")
    with show.generation() as update:
        update(job("running", "render"))
    show.reel(REEL, "curl …")
    output = capsys.readouterr()
    assert json.loads(output.out) == REEL
    assert output.err == ""
    show.failure("no space")
    assert json.loads(capsys.readouterr().out) == {"error": "no space"}


def test_people_get_the_link_the_times_and_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    show = Show(as_json=False)
    with show.generation() as update:
        update(job("running", "render", 0.5))
    show.reel(REEL, "curl -s 'http://[::1]:8000'")
    shown = capsys.readouterr().out
    for part in (
        "render",
        "▶ http://h/reel.mp4",
        "http://h/[v]/master.m3u8",
        "render 2.0, search again 0.1",
        "curl -s 'http://[::1]:8000'",
    ):
        assert part in shown
    assert "setup" not in shown
    show.failure("port [8000] taken")
    assert "✗ port [8000] taken" in capsys.readouterr().out
