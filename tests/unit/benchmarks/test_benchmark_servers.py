"""The servers a benchmark starts take its options and end with it, even when it is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from redis.asyncio import Redis

from tests.benchmarks.tools import valkey
from tests.waiting import alive, until


async def test_valkey_keeps_in_memory_unless_told_otherwise(tmp_path: Path) -> None:
    for folder, options, appendonly in (("memory", {}, "no"), ("fsync", {"appendonly": "yes", "appendfsync": "always"}, "yes")):
        async with valkey(tmp_path / folder, **options) as url, Redis.from_url(url, decode_responses=True) as client:
            assert await client.config_get("appendonly", "save") == {"appendonly": appendonly, "save": ""}


async def test_valkey_that_does_not_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"ended with 1:[^$]*appendfsync"):
        async with valkey(tmp_path / "bad", appendfsync="perhaps"):
            """Never entered."""


BENCH = """
import asyncio, sys
from pathlib import Path
from tests.benchmarks.tools import valkey

async def main():
    async with valkey(Path(sys.argv[1])):
        print("ready", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def test_valkey_ends_with_a_benchmark_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", BENCH, str(tmp_path / "valkey")], stdout=subprocess.PIPE, text=True) as bench:
        assert bench.stdout
        assert bench.stdout.readline() == "ready\n"
        left = psutil.Process(bench.pid).children(recursive=True)
        assert "valkey-server" in [each.name() for each in left]
        bench.kill()
        until(lambda: not any(alive(each.pid) for each in left), timeout_s=30)
