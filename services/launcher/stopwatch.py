"""How long each step took, from a clean clone on."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from shared.schemas.generation import GenerationJob

STEPS = (
    *("setup", "start", "import", "search"),
    *("script", "speech", "captions", "render", "package", "upload", "index"),
    *("search_again", "total"),
)
SETUP_STAMP = "reelwright-setup"
"""In the environment's folder, written by tools/setup.sh: checksum of what it installed, seconds it took, when it ended (Unix time)."""
BEGAN = "MAKE_STARTED_AT"
"""Unix time at which make began, whole seconds."""


class Stopwatch:
    """`total` runs from make's start, so that it includes a set-up that this make ran; without make, from now."""

    def __init__(self, environ: Mapping[str, str] = os.environ, stamp: Path = Path(sys.prefix) / SETUP_STAMP) -> None:
        self._began = float(environ.get(BEGAN) or time.time())
        self._seconds = {"setup": setup_seconds(stamp, self._began)}

    @contextlib.contextmanager
    def lap(self, step: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self._seconds[step] = time.monotonic() - began

    def stages_of(self, job: GenerationJob) -> None:
        """Take over what the worker measured."""
        self._seconds |= stage_seconds(job)

    def stop(self) -> dict[str, float]:
        """Seconds of each step, 0 for what there was no need to do, and the total until now."""
        seconds = self._seconds | {"total": time.time() - self._began}
        return {step: round(seconds.get(step, 0.0), 3) for step in STEPS}


def setup_seconds(stamp: Path, since: float) -> float:
    """What the set-up took, if it ended after `since`; else 0."""
    try:
        _, seconds, ended = stamp.read_text().split()
    except (OSError, ValueError):
        return 0.0
    return float(seconds) if float(ended) >= since else 0.0


def stage_seconds(job: GenerationJob) -> dict[str, float]:
    """The stages of a job that is ready; indexing is what lies between its upload and its end."""
    assert job.output is not None, "a ready job has its output"
    at = {entry["event"]: entry["at"] for entry in job.history}
    return {**job.output.reel.stage_seconds, "index": (at["ready"] - at["uploaded"]).total_seconds()}
