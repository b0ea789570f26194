"""Whoever wants to know is told before the server begins to wait, and the server still gets its signal."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from types import FrameType

import pytest

from services.web.shutdown import when_asked_to_stop


@pytest.fixture
def server() -> Iterator[list[int]]:
    """Signals that the server got."""
    got: list[int] = []

    def handle(signum: int, frame: FrameType | None) -> None:
        got.append(signum)

    before = signal.signal(signal.SIGTERM, handle)
    yield got
    signal.signal(signal.SIGTERM, before)


async def test_both_are_told(server: list[int]) -> None:
    told = asyncio.Event()
    with when_asked_to_stop(told.set):
        signal.raise_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            await told.wait()
    assert server == [signal.SIGTERM]


async def test_afterwards_the_server_is_alone_again(server: list[int]) -> None:
    handler, told = signal.getsignal(signal.SIGTERM), asyncio.Event()
    with when_asked_to_stop(told.set):
        assert signal.getsignal(signal.SIGTERM) is not handler
    assert signal.getsignal(signal.SIGTERM) is handler


async def test_where_nobody_handles_signals_they_do_what_they_always_did() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        with when_asked_to_stop(asyncio.Event().set):
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGTERM, before)


async def test_outside_the_main_thread_nothing_changes(server: list[int]) -> None:
    handler = signal.getsignal(signal.SIGTERM)

    def elsewhere() -> object:
        with when_asked_to_stop(lambda: None):
            return signal.getsignal(signal.SIGTERM)

    assert await asyncio.to_thread(elsewhere) is handler
