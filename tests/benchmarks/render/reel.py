"""The reel that is measured, and how: a posting of the samples, as the worker's child makes it, process start included."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import psutil

from services.generator.encoder import child_environment
from shared.schemas.reels import ReelResult, TemplateId

TEMPLATE: TemplateId = "ticket"
POSTING = json.loads((files("services") / "samples/postings.json").read_text(encoding="utf-8"))["jobs"][0]


@dataclass(frozen=True)
class Run:
    """Of one process: seconds on the clock, seconds of all cores, and the last line it said."""

    wall_s: float
    cpu_s: float
    said: str

    @property
    def result(self) -> ReelResult:
        return ReelResult.model_validate(json.loads(self.said)["result"])


def reel_command(out: Path) -> list[str]:
    return [sys.executable, "-m", "text_to_video", "-", "-o", str(out), "--template", TEMPLATE, "--progress", "json"]


def module(name: str, folder: Path) -> list[str]:
    """A module of this package, to run on a folder."""
    return [sys.executable, "-m", f"tests.benchmarks.render.{name}", str(folder)]


def environment(folder: Path) -> dict[str, str]:
    """A worker's child's; and what our command sets for itself, so that every process starts as light."""
    return {**child_environment(folder / "bytecode"), "OPENBLAS_NUM_THREADS": "1", "PYDANTIC_DISABLE_PLUGINS": "1"}


def run(command: Sequence[str], folder: Path, text: str = "") -> Run:
    """Run a command to its end, with `text` on its standard input; its standard error is ours. Raises when it fails."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True, env=environment(folder))
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(wall, cpu, done.stdout.strip().rpartition("\n")[2])


def make(folder: Path) -> Run:
    """A reel in `folder`/out, from the posting to the last file."""
    return run(reel_command(folder / "out"), folder, json.dumps(POSTING))


def peak_rss_mb(folder: Path) -> float:
    """The most memory that the process of a reel and all it started held at once."""
    peak = 0
    command = reel_command(folder / "out")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment(folder)) as child:
        assert child.stdin
        child.stdin.write(json.dumps(POSTING).encode())
        child.stdin.close()
        root = psutil.Process(child.pid)
        while child.poll() is None:
            peak = max(peak, _rss(root))
            time.sleep(0.004)
    assert child.returncode == 0
    return peak / 1e6


def _rss(root: psutil.Process) -> int:
    try:
        return sum(each.memory_info().rss for each in (root, *root.children(recursive=True)))
    except psutil.NoSuchProcess:
        return 0
