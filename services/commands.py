"""The commands of the project, as `python -m services --help` lists them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from services.launcher.demo import run_demo
from services.launcher.up import run_up
from shared.errors import InvalidInput, ReelwrightError
from shared.settings import env_example, load_settings

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
    file: Annotated[Path, typer.Argument(help="A board's JSON, a JSON list of postings, or JSON lines; - reads standard input.")],
    as_json: Json = False,
) -> None:
    """Import postings from FILE, into the running stack's database or, when none runs, into its data folder."""
    try:
        from services.backend.postings.command import run_import  # the embedder takes 60 MB, which `up` need not carry

        raise typer.Exit(run_import(load_settings(), file, as_json=as_json))
    except KeyboardInterrupt:  # typer makes a plain exit of it
        _tell_program("interrupted")
        raise


@app.command("env-example")
def print_env_example() -> None:
    """Print .env.example: every setting with its default and unit."""
    sys.stdout.write(env_example())


def main() -> None:
    """Exit codes: 2 for a use that cannot be, 1 for a failure; with --json the failure is one object on stdout, too."""
    try:
        app()
    except ReelwrightError as error:
        _tell_program(error.message)
        Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(f"{error.title}: {error.message}")
        sys.exit(2 if isinstance(error, InvalidInput) else 1)
    except Exception as error:  # its traceback follows; a program still gets its one object
        _tell_program(f"{type(error).__name__}: {error}")
        raise


def _tell_program(problem: str) -> None:
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps({"error": problem}) + "\n")
        sys.stdout.flush()
