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
from shared.schemas.reels import (
    Progress,
    ReelResult,
    RenderOptions,
    TemplateId,
    VoiceId,
)
from text_to_video.posting_file import Order

_LINE_LIMIT = 1 << 20
_COMPLAINT = 500  # characters of stderr kept


Report = Callable[[Progress], Awaitable[None]]


class EncoderOptions(NamedTuple):
    template_id: TemplateId
    max_seconds: float
    voice_id: VoiceId | None = None
    paid_voices: bool = True
    render: RenderOptions = RenderOptions()

    @property
    def arguments(self) -> list[str]:
        render = self.render
        looks = ["--template", self.template_id, "--max-seconds", str(self.max_seconds), "--script", "extractive"]
        sounds = ["--voice", self.voice_id] if self.voice_id else []
        sounds += [] if self.paid_voices else ["--no-paid-voices"]
        return [*looks, *sounds, "--profile", render.profile, "--segments", render.segments, "--renditions", render.renditions]


async def run_encoder(order: Order, out: Path, wanted: EncoderOptions, report: Report, *, bytecode: Path) -> ReelResult:
    """Make the reel of `order` in the folder `out`. Cancelling this ends the child and all it started, at once.

    `bytecode` is where the child may keep its own. Raises what the child reports (PermanentJobError, RetryableJobError), or
    RetryableJobError "encoder_died".
    """
    command = [sys.executable, "-m", "text_to_video", "-", "-o", str(out), *wanted.arguments, "--progress", "json"]
    child = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, start_new_session=True, limit=_LINE_LIMIT, env=child_environment(bytecode)
    )
    try:
        return await _converse(child, order, report)
    finally:
        await _end(child)


def child_environment(bytecode: Path) -> dict[str, str]:
    """Our own; but where Python may not write bytecode beside modules it does so in a folder of ours.

    A child that compiles numpy anew for every reel takes twice as long to start.
    """
    if sys.dont_write_bytecode and not sys.pycache_prefix:
        return {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(bytecode)}
    return dict(os.environ)


async def _converse(child: Process, order: Order, report: Report) -> ReelResult:
    assert child.stdin
    assert child.stdout
    assert child.stderr
    complaint = asyncio.create_task(child.stderr.read())
    try:
        child.stdin.write(order.as_json())
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
