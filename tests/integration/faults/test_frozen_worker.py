"""A worker that was frozen past its lease wakes up, ends its encoder, changes nothing of what others did, and goes on."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

from shared.mongo.client import Database
from tests.faults.postings import ask, eventually, posting, until, until_encoding
from tests.faults.workers import WorkerProcess, group_of, worker_process

LONG = {"REEL_MAX_SECONDS": "60"}
AT_ONCE_S = 1.0


async def frozen(worker: WorkerProcess, db: Database, job_id: str) -> int:
    """Stop the worker and its encoder while it renders this job, as a machine that sleeps does. Returns the encoder's process group."""
    await until_encoding(db, job_id)

    async def at_it() -> bool:
        return bool(worker.encoders())

    await eventually(at_it)  # the progress may still be that of the worker before
    [encoder] = worker.encoders()
    worker.signal(signal.SIGSTOP)
    encoder.suspend()
    return encoder.pid


async def everything(db: Database) -> list[dict[str, Any]]:
    found = [await db[name].find().sort("_id").to_list() for name in ("generation_jobs", "videos", "subject_blocks")]
    return [doc for docs in found for doc in docs]


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("finishes", [True, False], ids=["other has finished", "other is at it"])
async def test_a_thawed_worker_writes_nothing_ends_its_encoder_and_goes_on(
    jobs: Database, environment: dict[str, str], tmp_path: Path, finishes: bool
) -> None:
    with (
        worker_process(environment, WORKER_ID="sleeper", LEASE_S="1", **LONG) as sleeper,
        worker_process(environment, WORKER_ID="other", LEASE_S="60", **({} if finishes else LONG)) as other,
    ):
        other.signal(signal.SIGSTOP)
        job_id = await ask(jobs, posting("baker"))
        group = await frozen(sleeper, jobs, job_id)
        other.signal(signal.SIGCONT)
        if finishes:
            await until(jobs, job_id, "ready")
            other.signal(signal.SIGKILL)
        else:
            await taken_over(jobs, job_id, "other")
            await frozen(other, jobs, job_id)  # so that whatever changes now is the sleeper's doing
        before, media = await everything(jobs), files(tmp_path / "media")
        assert (before[0]["worker_id"], before[0]["retry_count"]) == ("other", 1)
        assert group_of(group) == [group]
        sleeper.signal(signal.SIGCONT)  # not its encoder: that can only end by being killed

        async def ended() -> bool:
            return not group_of(group)

        await eventually(ended, within_s=AT_ONCE_S)
        next_id = await ask(jobs, posting("nurse"))
        await until_encoding(jobs, next_id)
        assert sleeper.running()
        after = [doc for doc in await everything(jobs) if doc.get("job_id") != next_id]
        assert (after, files(tmp_path / "media")) == (before, media)


async def taken_over(db: Database, job_id: str, worker_id: str) -> None:
    """Return once this worker has claimed the job."""

    async def look() -> bool:
        return await db.generation_jobs.count_documents({"job_id": job_id, "worker_id": worker_id}) == 1

    await eventually(look)
