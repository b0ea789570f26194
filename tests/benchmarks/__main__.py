"""`python -m tests.benchmarks [--json] [--quick] [--only NAME …] [--list]`: goals not reached are shown; only a crash is a failure."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from shared.logging import configure_logging
from shared.settings import Process, Settings
from tests.benchmarks import playlists, queue, recommendation, render, routines, search, search_quality, storage
from tests.benchmarks.row import Row
from tests.benchmarks.table import table
from tests.benchmarks.tools import Benchmark, Tools

BENCHMARKS: tuple[Benchmark, ...] = (queue, render, search, search_quality, playlists, routines, storage, recommendation)


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    names = [benchmark.NAME for benchmark in BENCHMARKS]
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object a row instead of a table")
    parser.add_argument("--quick", action="store_true", help="less of everything: a first look, not a figure to quote")
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME", help=f"some of: {', '.join(names)}")
    parser.add_argument("--list", action="store_true", help="print the names and do nothing")
    return parser.parse_args(argv)


async def measure(chosen: Sequence[Benchmark], tools: Tools, show: Callable[[Row], None]) -> None:
    """Run the benchmarks one after another and show each row as soon as it is known."""
    for benchmark in chosen:
        async with contextlib.aclosing(benchmark.rows(tools)) as rows:
            async for row in rows:
                show(row)


def main(argv: Sequence[str]) -> int:
    args = arguments(argv)
    chosen = [benchmark for benchmark in BENCHMARKS if benchmark.NAME in args.only]
    if args.list:
        print("\n".join(benchmark.NAME for benchmark in chosen))
        return 0
    rows: list[Row] = []
    load = os.getloadavg()[0]
    progress = Console(stderr=True, style="dim", highlight=False)
    with TemporaryDirectory(prefix="bench-") as folder, open(Path(folder) / "log", "w") as log:
        with contextlib.redirect_stderr(log):  # logs are written as in production, but not between the rows
            configure_logging(Settings(process=Process(log_format="json")), service="benchmark")
        tools = Tools(Path(folder), args.quick, lambda doing: progress.print(f"{doing} …"))
        try:
            asyncio.run(measure(chosen, tools, _print_json if args.json else rows.append))
        finally:
            if rows:
                machine = f"{os.cpu_count()} CPUs, load {load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end"
                Console(width=None if sys.stdout.isatty() else 160).print(table(rows, machine))
    return 0


def _print_json(row: Row) -> None:
    print(json.dumps(row.as_json()), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
