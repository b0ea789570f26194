"""What the demo shows: steps and a progress bar for people, or one JSON object."""

from __future__ import annotations

import contextlib
import json
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from shared.schemas import reels
from shared.schemas.generation import GenerationJob

STAGES = reels.STAGES[:-1]
"""Those that take time; "ready" is the end."""


class Show:
    """With `as_json` nothing but `reel` or `failure` writes, one object on stdout."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._console = Console(quiet=as_json, highlight=False, soft_wrap=True)

    def line(self, text: str) -> None:
        self._console.print(text, markup=False)

    @contextlib.contextmanager
    def generation(self) -> Iterator[Callable[[GenerationJob], None]]:
        """A bar over all stages; call what it gives with the job as it is now."""
        columns = SpinnerColumn(), TextColumn("{task.description:10}"), BarColumn(), TimeElapsedColumn()
        with Progress(*columns, console=self._console) as progress:
            bar = progress.add_task("queued", total=len(STAGES))
            yield lambda job: progress.update(bar, completed=done(job), description=stage(job))

    def reel(self, reel: Mapping[str, Any], curl: str) -> None:
        if self._as_json:
            self._json(reel)
            return
        took = ", ".join(f"{name.replace('_', ' ')} {seconds:.1f}" for name, seconds in reel["seconds"].items() if seconds >= 0.05)
        self._console.print(f"\n[bold green]▶ {reel['mp4_url']}[/]\n")
        self.line(f"  HLS      {reel['playback_url']}\n  poster   {reel['poster_url']}\n  captions {reel['captions_url']}")
        self.line(f"  seconds  {took}\n\nSearch yourself:\n\n  {curl}\n")

    def failure(self, problem: str) -> None:
        if self._as_json:
            self._json({"error": problem})
        else:
            self._console.print("\n[bold red]✗[/] ", end="")
            self.line(problem)

    def _json(self, value: Mapping[str, Any]) -> None:
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()


def curl(url: str, body: Mapping[str, Any]) -> str:
    """The command that posts it."""
    return f"curl -s {url} -H 'Content-Type: application/json' -d {shlex.quote(json.dumps(body))}"


def stage(job: GenerationJob) -> str:
    return job.progress.stage if job.progress and job.status != "queued" else job.status


def done(job: GenerationJob) -> float:
    """Stages done, with the fraction of the present one."""
    if job.status == "ready":
        return len(STAGES)
    if job.progress is None or job.progress.stage not in STAGES:
        return 0
    return STAGES.index(job.progress.stage) + job.progress.fraction
