"""A job's document is read though a newer version wrote more into it."""

from __future__ import annotations

from typing import Any

import pytest

from shared.schemas.generation import GenerationJob
from tests.integration.queue_steps import REEL

NOW = "2026-05-01T12:00:00Z"
OUTPUT: dict[str, Any] = {"prefix": "p", "provider": "local", "url": "u", "source_hash": "s", "reel": REEL.model_dump()}
FAILURE = {"code": "c", "message": "m", "retryable": True}
PROGRESS = {"stage": "render", "fraction": 0.5}


def job(**parts: Any) -> dict[str, Any]:
    return {
        "job_id": "j", "subject_kind": "posting", "subject_key": "k", "source_hash": "s", "template_id": "poster", "output_video_id": "v",
        "status": "uploaded", "created_at": NOW, "updated_at": NOW, "output": OUTPUT, "failure": FAILURE, "progress": PROGRESS, **parts,
    }  # fmt: skip


@pytest.mark.parametrize(
    "newer",
    [
        {"mood": "new"},
        {"output": {**OUTPUT, "mood": "new"}},
        {"output": {**OUTPUT, "reel": {**OUTPUT["reel"], "mood": "new"}}},
        {"failure": {**FAILURE, "mood": "new"}},
        {"progress": {**PROGRESS, "mood": "new"}},
    ],
)
def test_what_a_newer_version_added_does_not_bury_the_job(newer: dict[str, Any]) -> None:
    read = GenerationJob.model_validate(job(**newer))
    assert read == GenerationJob.model_validate(job())
    assert read.output
    assert read.output.reel == REEL
