"""Work done together for those who ask at the same time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from shared.vectors.batching import Batching


class Work:
    """Doubles numbers, one batch whenever it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.let_go = threading.Semaphore(0)

    def __call__(self, asked: Sequence[int]) -> list[int]:
        self.batches.append(list(asked))
        assert self.let_go.acquire(timeout=30)
        if -1 in asked:
            raise ValueError("not this one")
        return [2 * number for number in asked]


async def asking(batching: Batching[int, int], work: Work, *numbers: int) -> list[asyncio.Task[int]]:
    """The tasks of callers whose batch, if nobody was before them, is at work."""
    tasks = [asyncio.create_task(batching.ask(number)) for number in numbers]
    await asyncio.sleep(0)
    return tasks


async def until_at_work(work: Work, batches: int) -> None:
    async with asyncio.timeout(30):
        while len(work.batches) < batches:
            await asyncio.sleep(0.001)


async def test_those_who_come_meanwhile_go_together_into_the_next() -> None:
    work = Work()
    batching = Batching(work, 3)
    first = await asking(batching, work, 1)
    await until_at_work(work, 1)
    others = await asking(batching, work, 2, 3, 4, 5)
    work.let_go.release(3)
    assert await asyncio.gather(*first, *others) == [2, 4, 6, 8, 10]
    assert work.batches == [[1], [2, 3, 4], [5]]


async def test_one_who_goes_away_leaves_the_others_their_answers() -> None:
    work = Work()
    batching = Batching(work, 3)
    one, other = await asking(batching, work, 1, 2)
    await until_at_work(work, 1)
    one.cancel()
    work.let_go.release()
    assert await other == 4
    with pytest.raises(asyncio.CancelledError):
        await one


async def test_a_batch_that_fails_fails_for_all_of_it_and_for_nobody_else() -> None:
    work = Work()
    batching = Batching(work, 2)
    tasks = await asking(batching, work, 1, -1, 3)
    work.let_go.release(2)
    failed = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in failed] == [ValueError, ValueError, int]
