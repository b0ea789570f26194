"""The encoder, `python -m text_to_video`, as a child in a process group of its own: heard through JSON lines, killed when unwanted."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from shared.errors import JobError, PartAway, PermanentJobError, RetryableJobError
from shared.schemas.reels import DEFAULT_VOICE_ID, Progress, ReelBrief, ReelResult, TemplateId, VoiceId

_LINE_LIMIT = 1 << 20
_COMPLAINT = 500  # characters of stderr kept


Report = Callable[[Progress], Awaitable[None]]


class EncoderOptions(NamedTuple):
    template_id: TemplateId
    max_seconds: float
    voice_id: VoiceId = DEFAULT_VOICE_ID


async def run_encoder(brief: ReelBrief, out: Path, wanted: EncoderOptions, report: Report) -> ReelResult:
    """Make the reel of `brief` in the folder `out`. Cancelling this ends the child and all it started, at once.

    Raises what the child reports (PermanentJobError, RetryableJobError), or RetryableJobError "encoder_died".
    """
    options = ["--template", wanted.template_id, "--voice", wanted.voice_id, "--max-seconds", str(wanted.max_seconds)]
    command = [sys.executable, "-m", "text_to_video", "-", "-o", str(out), *options, "--progress", "json"]
    child = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE, start_new_session=True, limit=_LINE_LIMIT)
    try:
        return await _converse(child, brief, report)
    finally:
        await _end(child)


async def _converse(child: Process, brief: ReelBrief, report: Report) -> ReelResult:
    assert child.stdin
    assert child.stdout
    assert child.stderr
    complaint = asyncio.create_task(child.stderr.read())
    try:
        child.stdin.write(brief.model_dump_json().encode())
        child.stdin.close()
        async for line in child.stdout:
            said = json.loads(line)
            if "result" in said:
                return ReelResult.model_validate(said["result"])
            if "error" in said:
                raise _as_error(said["error"])
            await report(Progress.model_validate(said))
        code = await child.wait()
        tail = (await complaint).decode(errors="replace")[-_COMPLAINT:].strip()
        raise RetryableJobError(f"the encoder ended with status {code}: {tail}", code="encoder_died")
    finally:
        complaint.cancel()


def _as_error(said: dict[str, object]) -> JobError:
    kind = PartAway if said["code"] == "disk_full" else RetryableJobError if said["retryable"] else PermanentJobError
    error = kind(str(said["message"]), code=str(said["code"]))
    stage = said.get("stage")
    error.stage = str(stage) if stage else None
    return error


async def _end(child: Process) -> None:
    """Kill the whole group: what the child started must not outlive it."""
    if child.returncode is None or child.returncode < 0:
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
    await child.wait()
