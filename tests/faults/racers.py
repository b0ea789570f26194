"""Real processes that do something to the queue at the same moment, round after round."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Protocol

from pymongo import AsyncMongoClient

from shared.errors import JobError
from shared.mongo import generation_attempts as attempts
from shared.mongo import generation_queue as queue
from shared.mongo.client import Client, Database
from shared.mongo.generation_queue import Enqueued
from shared.schemas.generation import GenerationJob, GenerationRequest
from shared.schemas.videos import Video
from shared.settings import Queue

_PATIENCE_S = 60.0
_BARRIER_S = 30.0


class Task(Protocol):
    """What one process does in a round. It travels to the process, its answers travel back."""

    async def __call__(self, db: Database) -> list[Enqueued]: ...


@dataclass(frozen=True)
class Enqueue:
    """Ask once."""

    request: GenerationRequest
    settings: Queue

    async def __call__(self, db: Database) -> list[Enqueued]:
        return [await queue.enqueue(db, self.request, self.settings)]


@dataclass(frozen=True)
class EnqueueUntilSettled:
    """Ask again and again for as long as the answer is the job that is ending, so that every moment of its end is met."""

    request: GenerationRequest
    ending: str
    settings: Queue

    async def __call__(self, db: Database) -> list[Enqueued]:
        answers = [await queue.enqueue(db, self.request, self.settings)]
        while answers[-1].job_id == self.ending:
            answers.append(await queue.enqueue(db, self.request, self.settings))
        return answers


@dataclass(frozen=True)
class Finish:
    """Take an uploaded job to ready, as its worker does."""

    job: GenerationJob
    video: Video
    settings: Queue

    async def __call__(self, db: Database) -> list[Enqueued]:
        await attempts.mark_ready(db, await attempts.index(db, self.job, self.video), self.settings)
        return []


@dataclass(frozen=True)
class Fail:
    """End a job with an error, as its worker does."""

    job: GenerationJob
    error: JobError
    settings: Queue

    async def __call__(self, db: Database) -> list[Enqueued]:
        await attempts.fail(db, self.job, self.error, self.settings)
        return []


@dataclass(frozen=True)
class SitOut:
    """A round without this process."""

    async def __call__(self, db: Database) -> list[Enqueued]:
        return []


@dataclass(frozen=True)
class Racers:
    """Processes that wait for a task each and begin together."""

    pipes: Sequence[Connection]

    def run(self, database: str, tasks: Sequence[Task]) -> list[list[Enqueued]]:
        """One round, a process for each task; their answers in that order. Blocking. EOFError: a task raised, see stderr."""
        sitting_out = [SitOut()] * (len(self.pipes) - len(tasks))  # a process without a task would hold up the barrier
        for pipe, task in zip(self.pipes, [*tasks, *sitting_out], strict=True):
            pipe.send((database, task))
        return [self._answer(pipe) for pipe in self.pipes][: len(tasks)]

    @staticmethod
    def _answer(pipe: Connection) -> list[Enqueued]:
        assert pipe.poll(_PATIENCE_S), "a racer does not answer"
        answer: list[Enqueued] = pipe.recv()
        return answer


@contextmanager
def racing(uri: str, count: int) -> Iterator[Racers]:
    """`count` processes with a client of their own each."""
    context = multiprocessing.get_context("spawn")  # a fork would share the parent's sockets
    barrier = context.Barrier(count)
    ends = [context.Pipe() for _ in range(count)]
    processes = [context.Process(target=_main, args=(uri, barrier, theirs), daemon=True) for _, theirs in ends]
    for process in processes:
        process.start()
    for _, theirs in ends:
        theirs.close()
    try:
        yield Racers([ours for ours, _ in ends])
    finally:
        for ours, _ in ends:
            ours.close()
        for process in processes:
            process.join(5)
            process.kill()
            process.join()


def _main(uri: str, barrier: Barrier, pipe: Connection) -> None:
    asyncio.run(_race(uri, barrier, pipe))


async def _race(uri: str, barrier: Barrier, pipe: Connection) -> None:
    client: Client = AsyncMongoClient(uri, tz_aware=True)
    async with client:
        await client.admin.command("ping")  # nobody starts late because it has to connect
        while True:
            try:
                database, task = pipe.recv()
            except EOFError:
                return
            barrier.wait(_BARRIER_S)
            pipe.send(await task(client[database]))
