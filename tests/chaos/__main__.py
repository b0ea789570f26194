"""`make chaos`: prints the table of figures, exits 1 when an invariant is broken."""

from __future__ import annotations

import asyncio
import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from shared.logging import configure_logging
from shared.settings import Process, Settings
from tests.chaos.run import Figures, Plan, chaos


def main(
    jobs: Annotated[int, typer.Option(help="jobs in all")] = 200,
    workers: Annotated[int, typer.Option(help="worker processes")] = 4,
    seconds: Annotated[float, typer.Option(help="how long workers are attacked; then they may finish in peace")] = 60,
    seed: Annotated[int, typer.Option(help="of what is killed when")] = 1,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Kill and freeze workers, cancel jobs, kill the database; then check that nothing was lost, doubled or revived."""
    quiet = Settings(process=Process(log_level="ERROR"))
    configure_logging(quiet, service="chaos")
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="reelwright-chaos-") as folder, console.status("chaos", spinner="dots") as status:
        figures = asyncio.run(chaos(Plan(jobs, workers, seconds, seed), Path(folder), status.update))
    if as_json:
        print(json.dumps(asdict(figures)))
    else:
        Console().print(_table(figures))
    raise typer.Exit(1 if figures.broken else 0)


def _table(figures: Figures) -> Table:
    table = Table("figure", "value", title="chaos", title_justify="left")
    for name, value in asdict(figures).items():
        if name != "broken":
            table.add_row(
                name.replace("_", " "), ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else str(value)
            )
    table.add_row("broken invariants", "\n".join(figures.broken) or "none", style="red" if figures.broken else "green")
    return table


if __name__ == "__main__":
    typer.run(main)
