"""Work in the background outlives what it stumbles over."""

import asyncio

import pytest
from structlog.testing import CapturingLogger

from shared.tasks import end, lasting


async def test_it_begins_again_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    told, begun = CapturingLogger(), 0
    monkeypatch.setattr("shared.tasks.log", told)
    again = asyncio.Event()

    async def work() -> None:
        nonlocal begun
        begun += 1
        if begun == 1:
            raise KeyError("subject_key")
        again.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(lasting("indexes", work, after_s=0))
    async with asyncio.timeout(30):
        await again.wait()
    await end(task)
    assert begun == 2
    assert task.cancelled()
    assert [(call.method_name, call.args, call.kwargs) for call in told.calls] == [
        ("exception", ("background_work_crashed",), {"work": "indexes"})
    ]


async def test_what_is_done_is_done() -> None:
    begun = 0

    async def work() -> None:
        nonlocal begun
        begun += 1

    await lasting("migrations", work)
    assert begun == 1
