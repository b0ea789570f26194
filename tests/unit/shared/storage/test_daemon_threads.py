"""Threads a process may leave behind: they do what an executor's do, and the interpreter does not wait for them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from shared.storage.daemon_threads import DaemonThreads

PATIENCE_S = 30


@dataclass
class Gate:
    """`enter` blocks until it is opened; `came` names the threads that came to it."""

    opened: threading.Event = field(default_factory=threading.Event)
    came: list[str] = field(default_factory=list)

    def enter(self) -> str:
        self.came.append(threading.current_thread().name)
        self.opened.wait(PATIENCE_S)
        return "through"

    async def until_came(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while len(self.came) < count:
                await asyncio.sleep(0.005)


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.opened.set()


@pytest.fixture
def threads() -> Iterator[DaemonThreads]:
    threads = DaemonThreads(2, "test")
    yield threads
    threads.close()


async def test_results_and_errors_are_the_calls_own(threads: DaemonThreads) -> None:
    assert await threads.run(lambda: 6 * 7) == 42
    with pytest.raises(ValueError, match="invalid literal"):
        await threads.run(lambda: int("x"))


async def test_no_more_run_at_once_than_there_are_threads(threads: DaemonThreads, gate: Gate) -> None:
    calls = [asyncio.create_task(threads.run(gate.enter)) for _ in range(6)]
    await gate.until_came(2)
    assert sorted(gate.came) == ["test_1", "test_2"]
    gate.opened.set()
    assert await asyncio.gather(*calls) == ["through"] * 6
    assert set(gate.came) == {"test_1", "test_2"}


async def test_a_cancelled_call_frees_its_caller_at_once_and_is_dropped_if_no_thread_has_begun_it(
    threads: DaemonThreads, gate: Gate
) -> None:
    calls = [asyncio.create_task(threads.run(gate.enter)) for _ in range(3)]
    await gate.until_came(2)
    for call in calls:
        call.cancel()
    assert all(isinstance(each, asyncio.CancelledError) for each in await asyncio.gather(*calls, return_exceptions=True))
    gate.opened.set()
    assert await threads.run(lambda: "next") == "next", "the threads live on"
    assert len(gate.came) == 2


async def test_closing_cancels_what_waits_and_lets_finish_what_runs(gate: Gate) -> None:
    threads = DaemonThreads(1, "test")
    running, waiting = (asyncio.create_task(threads.run(gate.enter)) for _ in range(2))
    await gate.until_came(1)
    threads.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    gate.opened.set()
    assert await running == "through"
    with pytest.raises(RuntimeError, match="closed"):
        await threads.run(gate.enter)


async def test_a_closed_pools_threads_end() -> None:
    threads = DaemonThreads(1, "test")
    thread = await threads.run(threading.current_thread)
    threads.close()
    await asyncio.to_thread(thread.join, PATIENCE_S)
    assert not thread.is_alive()


STUCK = """
import asyncio, contextlib, threading
from shared.storage.daemon_threads import DaemonThreads

async def main():
    threads, begun = DaemonThreads(1, "test"), threading.Event()
    stuck = asyncio.create_task(threads.run(lambda: (begun.set(), threading.Event().wait())))
    await asyncio.to_thread(begun.wait)
    stuck.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await stuck
    threads.close()

asyncio.run(main())
print("settled")
"""


def test_a_stuck_call_does_not_keep_the_process_from_ending() -> None:
    ended = subprocess.run([sys.executable, "-c", STUCK], capture_output=True, text=True, timeout=PATIENCE_S)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "settled\n", "")
