"""How the command tells of its progress: JSON lines for a program, a bar for a person, nothing for the rest."""

from __future__ import annotations

import json
import os
import sys
from types import TracebackType
from typing import Literal, Protocol

import typer

from shared.errors import InvalidInput, JobError
from shared.schemas.reels import Progress, ReelResult, Stage

Mode = Literal["auto", "bar", "json", "none"]

_SHARES: dict[Stage, float] = {"script": 0.02, "speech": 0.15, "captions": 0.03, "render": 0.78, "package": 0.02}
"""Of a reel's time, as measured."""


class Report(Protocol):
    def __enter__(self) -> Report: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...
    def progress(self, progress: Progress) -> None: ...
    def result(self, result: ReelResult, folder: str) -> None: ...
    def failure(self, error: JobError | InvalidInput) -> None: ...


def open_report(mode: Mode) -> Report:
    """What was asked for; "auto" is a bar on a terminal and nothing elsewhere."""
    if mode == "json":
        return JsonReport()
    return BarReport() if mode == "bar" or (mode == "auto" and sys.stderr.isatty()) else PlainReport()


class PlainReport:
    """One line at the end."""

    def __enter__(self) -> PlainReport:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        pass

    def progress(self, progress: Progress) -> None:
        pass

    def result(self, result: ReelResult, folder: str) -> None:
        megabytes, seconds = result.size_bytes / 1e6, sum(result.stage_seconds.values())
        made = f"{result.duration_seconds:.1f} s, {result.width}×{result.height}, {megabytes:.1f} MB, template {result.template_id}"
        typer.echo(f"{folder}: {made}, made in {seconds:.1f} s")
        for reason in result.degraded:
            typer.echo(f"done without: {reason}", err=True)
        for credit in result.credits:
            typer.echo(f"to be named: {credit}", err=True)

    def failure(self, error: JobError | InvalidInput) -> None:
        where = error.field if isinstance(error, InvalidInput) else error.stage
        typer.echo(f"{error.title} ({where}): {error.message}", err=True)


class BarReport(PlainReport):
    """A progress bar on stderr."""

    def __enter__(self) -> BarReport:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description:>8}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn())
        self._bar = Bar(*columns, console=Console(stderr=True))
        self._task = self._bar.add_task("script", total=1.0)
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.stop()

    def progress(self, progress: Progress) -> None:
        order = list(_SHARES)
        before = sum(_SHARES[stage] for stage in order[: order.index(progress.stage)])
        done = before + _SHARES[progress.stage] * progress.fraction
        self._bar.update(self._task, description=progress.stage, completed=done)

    def result(self, result: ReelResult, folder: str) -> None:
        self._bar.stop()  # or it would be drawn into the line
        super().result(result, folder)

    def failure(self, error: JobError | InvalidInput) -> None:
        self._bar.stop()
        super().failure(error)


class JsonReport(PlainReport):
    """A JSON object a line on stdout: every progress, then {"result": …} or {"error": …}."""

    def progress(self, progress: Progress) -> None:
        self._say({"stage": progress.stage, "fraction": round(progress.fraction, 3)})

    def result(self, result: ReelResult, folder: str) -> None:
        self._say({"result": result.model_dump(mode="json")})

    def failure(self, error: JobError | InvalidInput) -> None:
        job_error = error if isinstance(error, JobError) else None
        # The folder is the caller's affair: nothing is wrong with the posting, so a worker may try it in another.
        elsewhere = isinstance(error, InvalidInput) and error.field == "out"
        self._say(
            {
                "error": {
                    "code": error.code,
                    "message": error.message,
                    "retryable": elsewhere or (job_error is not None and job_error.retryable),
                    "stage": job_error.stage if job_error else None,
                }
            }
        )

    def _say(self, line: dict[str, object]) -> None:
        try:
            typer.echo(json.dumps(line, ensure_ascii=False))
        except BrokenPipeError:
            # Nobody waits for this reel any more. What is buffered must not be flushed again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(141) from None
