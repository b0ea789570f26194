"""An operator of the whole stack, with the key from the file the launcher names: reels ahead of demand, anew, and taken down."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.e2e.conftest import Running

PATIENCE_S = 120


@pytest.fixture
def admin(stack: Running) -> Iterator[httpx2.Client]:
    key = (Path(stack.environment["DATA_DIR"]) / "admin.key").read_text().strip()
    with httpx2.Client(base_url=f"{stack.url}/admin", headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
        yield client


def finished(admin: httpx2.Client, job_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_S
    while (job := admin.get(f"generation-jobs/{job_id}").json())["status"] not in ("ready", "failed"):
        assert time.monotonic() < deadline, job
        time.sleep(0.05)
    assert job["status"] == "ready", job["error"]
    return dict(job)


def test_a_reel_from_order_to_take_down(admin: httpx2.Client, http: httpx2.Client) -> None:
    assert http.get("/admin/queue").status_code == 401
    [ordered] = admin.post("generation-jobs", json={"greenhouse_ids": ["4710001636"]}).json()["results"]
    assert ordered["outcome"] in ("created", "joined", "ready"), "another test may have asked for it"
    [job_id] = [job["job_id"] for job in admin.get("generation-jobs", params={"greenhouse_id": "4710001636", "limit": 1}).json()["jobs"]]
    first = finished(admin, job_id)
    assert set(first["timings"]["stages"]) >= {"script", "speech", "render", "upload"}
    assert first["worker"]["alive"]
    anew = admin.post(f"videos/{first['output_video_id']}/regenerate", params={"template": "ticket"})
    assert anew.status_code == 202
    second = finished(admin, anew.json()["job_id"])
    assert (second["template_id"], second["video_status"]) == ("ticket", "ready")
    assert admin.get(f"generation-jobs/{job_id}").json()["video_status"] == "superseded"
    stats = admin.get("generation-jobs/stats", params={"window": "10m"}).json()
    assert stats["workers"]["alive"] == 1
    assert stats["throughput"]["ready"] >= 2
    assert 0 < stats["queued_to_ready_seconds"]["p50"] <= stats["queued_to_ready_seconds"]["p95"]
    assert admin.get("videos/orphaned").json()["documents"] == []
    assert admin.post(f"videos/{second['output_video_id']}/take-down").json()["status"] == "taken_down"
    [again] = admin.post("generation-jobs", json={"greenhouse_ids": ["4710001636"]}).json()["results"]
    assert again["outcome"] == "blocked"
    assert admin.post(f"videos/{second['output_video_id']}/regenerate").status_code == 202


def test_a_paused_queue_makes_nothing_until_it_is_resumed(admin: httpx2.Client) -> None:
    assert admin.post("queue/pause", json={"reason": "a test"}).json()["paused"]
    try:
        [ordered] = admin.post("generation-jobs", json={"newest": 1}).json()["results"]
        assert ordered["outcome"] in ("created", "ready", "joined")
        assert admin.get("generation-jobs/stats").json()["pause"]["reason"] == "a test"
    finally:
        assert not admin.post("queue/resume").json()["paused"]
    if ordered["job_id"]:
        finished(admin, ordered["job_id"])
