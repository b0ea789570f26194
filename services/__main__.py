"""Every command of the project: `python -m services --help`."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.backend.postings.importer import Source, Summary, import_postings, read_file
from services.launcher.demo import run_demo
from services.launcher.up import run_up
from shared.embeddings.local import open_local
from shared.errors import ReelwrightError
from shared.logging import configure_logging
from shared.mongo.client import open_mongo, translated
from shared.mongo.embedded import database_uri
from shared.mongo.indexes import create_indexes
from shared.settings import Settings, env_example, load_settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Reelwright: reels for every search.")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")]


@app.command()
def up() -> None:
    """Start the whole stack on this machine and serve until Ctrl-C."""
    raise typer.Exit(run_up(load_settings()))


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Stop when the reel is playable.")] = False,
    as_json: Json = False,
) -> None:
    """Start the stack, import the sample postings, and make a reel that was missing."""
    raise typer.Exit(run_demo(load_settings(), once=once, as_json=as_json))


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A board's JSON, a JSON list of postings, or JSON lines.")],
    as_json: Json = False,
) -> None:
    """Import postings from FILE, into the running stack's database or, when none runs, into its data folder."""
    settings = load_settings()
    configure_logging(
        settings.model_copy(update={"process": settings.process.model_copy(update={"log_level": "WARNING"})}), service="import"
    )
    source = read_file(file)
    with database_uri(settings) as uri:
        mongo = settings.mongo.model_copy(update={"mongodb_uri": SecretStr(uri), "mongodb_timeout_ms": 5000})
        summary = asyncio.run(_import(settings.model_copy(update={"mongo": mongo}), source, quiet=as_json))
    if as_json:
        print(json.dumps(asdict(summary)))
    else:
        _print_summary(summary)


async def _import(settings: Settings, source: Source, *, quiet: bool) -> Summary:
    columns = (TextColumn("importing"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as progress:
        task = progress.add_task("import", total=len(source.rows))
        embedder = await asyncio.to_thread(open_local, threads=2)
        async with open_mongo(settings) as db:
            with translated():
                await create_indexes(db)
                return await import_postings(db, embedder, source, lambda done: progress.advance(task, done))


def _print_summary(summary: Summary) -> None:
    counts = {name: value for name, value in asdict(summary).items() if name != "reasons"}
    print("  ".join(f"{name} {value}" for name, value in counts.items()))
    for reason in summary.reasons:
        print(f"  rejected: {reason}")
    if summary.rejected > len(summary.reasons):
        print(f"  … and {summary.rejected - len(summary.reasons)} more")


@app.command("env-example")
def print_env_example() -> None:
    """Print .env.example: every setting with its default and unit."""
    sys.stdout.write(env_example())


def main() -> None:
    try:
        app()
    except ReelwrightError as error:
        Console(stderr=True).print(f"[red]{error.title}[/red]: ", error.message, highlight=False, soft_wrap=True)
        sys.exit(2 if error.status == 422 else 1)


if __name__ == "__main__":
    main()
