"""A reel's segments into a bucket: through our S3 adapter beside obstore, on one server at one distance; and what `Expect` costs.

Both send 40 files of 400 kB, 8 at a time, each as one signed PUT with the digest of its bytes, to the same rclone behind the same
delay of 20 ms each way, by turns. obstore is Rust over the object_store crate, with its own defaults.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from itertools import count
from pathlib import Path

from obstore import put_async
from obstore.store import S3Store as Obstore

from shared.leash import Leash
from shared.settings import load_settings
from shared.storage import s3
from shared.storage.s3 import S3Store
from shared.storage.s3_config import S3Config, s3_config
from tests.benchmarks.row import Goal, Row, beside
from tests.benchmarks.tools import Tools, in_pairs
from tests.faults.s3_server import s3_server

NAME = "storage"
GOAL = Goal("ratio", "≤", 1.3)
SEGMENTS, BYTES, AT_ONCE, DELAY_MS = 40, 400_000, 8, 20
NOTE = f"storage: {SEGMENTS} files of {BYTES // 1000} kB, {AT_ONCE} at a time, to a server {DELAY_MS} ms away."

Put = Callable[[str, Path], Awaitable[object]]


async def rows(tools: Tools) -> AsyncGenerator[Row, None]:
    folder, rounds = tools.folder / "storage", 3 if tools.quick else 9
    segments = [_segment(folder / "reel", number) for number in range(SEGMENTS)]
    with s3_server(folder / "rclone") as server, _far(server.port) as port:
        config = s3_config(load_settings(server.environment(port), None).storage)
        async with aclosing(S3Store(config)) as ours, aclosing(_with_expect(config)) as polite:
            tools.tell("storage.upload")
            ratios = beside(await in_pairs(_uploading(ours.put_file, segments), _uploading(_put_by(_obstore(config)), segments), rounds))
            yield _row("storage.upload", "obstore", ratios, GOAL)
            tools.tell("storage.upload_expect")
            ratios = beside(await in_pairs(_uploading(polite.put_file, segments), _uploading(ours.put_file, segments), rounds))
            yield _row("storage.upload_expect", "without Expect: 100-continue", ratios)


def _row(name: str, against: str, figures: tuple[float, float, float], goal: Goal | None = None) -> Row:
    ours, theirs, ratio = figures
    return Row(name, ours, "ms", against, theirs, ratio, goal, NOTE)


@contextmanager
def _far(to: int) -> Iterator[int]:
    """The port at which the server at `to` is DELAY_MS away: the work of a process of its own, for which no side pays."""
    command = [sys.executable, str(Path(__file__).with_name("distance.py")), str(to), str(DELAY_MS)]
    with Leash() as leash:
        process = subprocess.Popen(leash.guarded(command), pass_fds=leash.fds, stdout=subprocess.PIPE, start_new_session=True)
        leash.attached()
        assert process.stdout
        try:
            yield int(process.stdout.readline())
        finally:
            leash.kill()
            process.wait()
            process.stdout.close()


def _segment(folder: Path, number: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"segment_{number:03}.ts"
    path.write_bytes(os.urandom(BYTES))
    return path


def _with_expect(config: S3Config) -> S3Store:
    """Our store as boto3 would have it."""
    store = S3Store(config)
    store._client.meta.events.unregister("before-sign.s3.PutObject", s3._without_expect)
    return store


def _obstore(config: S3Config) -> Obstore:
    assert config.access_key
    assert config.secret_key
    return Obstore(
        config.bucket,
        endpoint=config.endpoint,
        region=config.region,
        access_key_id=config.access_key.get_secret_value(),
        secret_access_key=config.secret_key.get_secret_value(),
        virtual_hosted_style_request=False,
        client_options={"allow_http": True},
    )


def _put_by(store: Obstore) -> Put:
    return lambda key, path: put_async(store, key, path)


_uploads = count()


def _uploading(put: Put, segments: Sequence[Path]) -> Callable[[], Awaitable[float]]:
    """How long one reel takes, in ms, to a place of its own."""

    async def upload() -> float:
        prefix, turns = f"hls/{next(_uploads)}", asyncio.Semaphore(AT_ONCE)

        async def one(path: Path) -> None:
            async with turns:
                await put(f"{prefix}/{path.name}", path)

        started = time.perf_counter()
        await asyncio.gather(*(one(path) for path in segments))
        return (time.perf_counter() - started) * 1000

    return upload
