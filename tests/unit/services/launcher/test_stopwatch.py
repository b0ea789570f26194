"""The seconds the demo reports."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.launcher.stopwatch import BEGAN, STEPS, Stopwatch, setup_seconds, stage_seconds
from shared.schemas.generation import GenerationJob, Output
from shared.schemas.reels import ReelResult

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def ready_job() -> GenerationJob:
    stages = {"script": 0.1, "speech": 0.2, "captions": 0.01, "render": 3.0, "package": 0.5, "upload": 0.3}
    reel = ReelResult(duration_seconds=30, width=720, height=1280, size_bytes=1, template_id="poster", script="words", stage_seconds=stages)
    events = [("claimed", 0.0), ("uploaded", 5.0), ("indexed", 5.25), ("ready", 5.5)]
    return GenerationJob(
        job_id="j",
        subject_kind="posting",
        subject_key="a:1",
        source_hash="h",
        template_id="poster",
        output_video_id="v",
        status="ready",
        created_at=NOW,
        updated_at=NOW,
        output=Output(prefix="hls/v", provider="local", url="u", source_hash="h", reel=reel),
        history=tuple({"event": event, "at": NOW + timedelta(seconds=seconds)} for event, seconds in events),
    )


@pytest.mark.parametrize(
    ("stamp", "seconds"),
    [("12345 21.5 1000", 21.5), ("12345 21.5 1001", 21.5), ("12345 21.5 999", 0), ("garbage", 0), ("", 0), (None, 0)],
)
def test_a_set_up_counts_only_when_it_ran_for_this_demo(stamp: str | None, seconds: float, tmp_path: Path) -> None:
    file = tmp_path / "stamp"
    if stamp is not None:
        file.write_text(stamp)
    assert setup_seconds(file, since=1000) == seconds


def test_stages_are_the_workers_and_indexing_lies_between_upload_and_end() -> None:
    assert stage_seconds(ready_job()) == {
        "script": 0.1,
        "speech": 0.2,
        "captions": 0.01,
        "render": 3.0,
        "package": 0.5,
        "upload": 0.3,
        "index": 0.5,
    }


def test_every_step_is_reported_and_the_total_runs_from_makes_start(tmp_path: Path) -> None:
    watch = Stopwatch({BEGAN: str(int(time.time()) - 60)}, tmp_path / "none")
    with watch.lap("import"):
        pass
    watch.stages_of(ready_job())
    seconds = watch.stop()
    assert tuple(seconds) == STEPS
    assert 60 <= seconds["total"] < 90
    assert seconds["render"] == 3.0
    assert 0 <= seconds["import"] < 1
    assert seconds["setup"] == seconds["start"] == 0
