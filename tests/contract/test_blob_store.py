"""What every blob store does alike: local disk, S3 on moto (semantics) and S3 on rclone (signatures and real bytes)."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import httpx2
import pytest
from pydantic import SecretStr

from shared.errors import InvalidInput, Unavailable
from shared.leash import Leash
from shared.storage.base import BlobStore
from shared.storage.local import LocalStore
from shared.storage.s3 import S3Store
from shared.storage.s3_config import S3Config
from tests.faults.s3_server import free_port

KEY, SECRET, BUCKET = "reelwright", "a-long-enough-secret", "reels"


@dataclass(frozen=True)
class Adapter:
    """A store under test, and a way to read its bytes that does not go through it."""

    store: BlobStore
    read: Callable[[str], bytes]


def config(port: int, **changes: object) -> S3Config:
    base = S3Config(
        provider="s3",
        endpoint=f"http://127.0.0.1:{port}",
        region="us-east-1",
        bucket=BUCKET,
        public_url="https://cdn.example.com/reels/",
        access_key=SecretStr(KEY),
        secret_key=SecretStr(SECRET),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def anonymous(port: int, key: str) -> httpx2.Response:
    return httpx2.get(f"http://127.0.0.1:{port}/{BUCKET}/{quote(key)}")


@contextmanager
def server(*command: str, port: int) -> Iterator[None]:
    with Leash() as leash:
        process = subprocess.Popen(
            leash.guarded(command), pass_fds=leash.fds, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        leash.attached()
        try:
            until_listening(port, process)
            yield
        finally:
            leash.kill()
            process.wait()


def until_listening(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert process.poll() is None, f"{process.args!r} ended with {process.returncode}"
            assert time.monotonic() < deadline, f"{process.args!r} does not listen"
            time.sleep(0.02)
        else:
            return


@pytest.fixture(scope="session")
def moto_port() -> Iterator[int]:
    port = free_port()
    with server(sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port), port=port):
        httpx2.put(f"http://127.0.0.1:{port}/{BUCKET}").raise_for_status()
        yield port


@pytest.fixture(scope="session")
def rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """Port and folder of an S3 server that checks signatures."""
    port, folder = free_port(), tmp_path_factory.mktemp("rclone")
    (folder / BUCKET).mkdir()
    binary = str(Path(sys.executable).with_name("rclone"))
    options = ("--config", "/dev/null", "--addr", f"127.0.0.1:{port}", "--auth-key", f"{KEY},{SECRET}")
    with server(binary, "serve", "s3", *options, str(folder), port=port):
        yield port, folder / BUCKET


@pytest.fixture(params=["local", "moto", "rclone"])
async def adapter(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Adapter]:
    if request.param == "local":
        local = LocalStore(tmp_path / "media", "http://127.0.0.1:8002/media")
        made = Adapter(local, lambda key: local.path(key).read_bytes())
    elif request.param == "moto":
        port = request.getfixturevalue("moto_port")
        made = Adapter(S3Store(config(port, acl="public-read")), lambda key: anonymous(port, key).raise_for_status().content)
    else:
        port, folder = request.getfixturevalue("rclone")
        made = Adapter(S3Store(config(port)), lambda key: (folder / key).read_bytes())
    async with aclosing(made.store):
        yield made


@pytest.fixture
def prefix() -> str:
    return f"hls/{uuid4()}"


CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return filled(tmp_path / "segment.ts", CONTENT)


def filled(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


async def keys(store: BlobStore, prefix: str) -> list[str]:
    return sorted([blob.key async for blob in store.list(prefix)])


async def test_a_put_object_exists_with_its_bytes(adapter: Adapter, prefix: str, file: Path) -> None:
    key = f"{prefix}/720p/segment_000.ts"
    assert not await adapter.store.exists(key)
    await adapter.store.put_file(key, file)
    assert await adapter.store.exists(key)
    assert adapter.read(key) == CONTENT


async def test_a_small_object_is_read_and_a_large_one_refused(adapter: Adapter, prefix: str, file: Path) -> None:
    await adapter.store.put_file(f"{prefix}/720p/playlist.m3u8", file)
    assert await adapter.store.read(f"{prefix}/720p/playlist.m3u8") == CONTENT
    for nothing in (f"{prefix}/never.m3u8", f"{prefix}/720p", f"{prefix}/720p/playlist.m3u8/below"):
        assert await adapter.store.read(nothing) is None
    await adapter.store.put_file(f"{prefix}/reel.mp4", filled(file, bytes(2**20 + 1)))
    with pytest.raises(Unavailable) as caught:
        await adapter.store.read(f"{prefix}/reel.mp4")
    assert caught.value.code == "storage_too_large"
    with pytest.raises(InvalidInput):
        await adapter.store.read("../x")


async def test_a_second_put_replaces_the_first(adapter: Adapter, prefix: str, file: Path) -> None:
    key = f"{prefix}/reel.mp4"
    await adapter.store.put_file(key, file)
    await adapter.store.put_file(key, filled(file, b"shorter"))
    assert adapter.read(key) == b"shorter"


async def test_an_empty_file_is_an_object(adapter: Adapter, prefix: str, file: Path) -> None:
    await adapter.store.put_file(f"{prefix}/captions.vtt", filled(file, b""))
    assert adapter.read(f"{prefix}/captions.vtt") == b""


async def test_a_missing_source_file_is_the_callers_mistake(adapter: Adapter, prefix: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await adapter.store.put_file(f"{prefix}/reel.mp4", tmp_path / "nothing.mp4")
    assert not await adapter.store.exists(f"{prefix}/reel.mp4")


async def test_keys_keep_spaces_and_letters_of_any_script(adapter: Adapter, prefix: str, file: Path) -> None:
    key = f"{prefix}/отжимания & сидя +1%20.mp4"
    await adapter.store.put_file(key, file)
    assert await adapter.store.exists(key)
    assert await keys(adapter.store, prefix) == [key]
    assert adapter.store.url(key).endswith("%20%26%20%D1%81%D0%B8%D0%B4%D1%8F%20%2B1%2520.mp4")


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../x", "hls/../../x", "hls//x", "a/.", ".partial/x", "a\x00b", "a\nb", "a\\..\\b", "\ud800"]
)
async def test_adversarial_keys_are_refused(adapter: Adapter, file: Path, key: str) -> None:
    for call in (adapter.store.put_file(key, file), adapter.store.exists(key), adapter.store.delete([key])):
        with pytest.raises(InvalidInput) as caught:
            await call
        assert caught.value.field == "key"
    with pytest.raises(InvalidInput):
        adapter.store.url(key)


async def test_listing_gives_size_and_time_of_what_the_prefix_names(adapter: Adapter, prefix: str, file: Path) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    for name in ("master.m3u8", "720p/segment_000.ts", "720p/segment_001.ts"):
        await adapter.store.put_file(f"{prefix}/{name}", file)
    await adapter.store.put_file(f"{prefix}-sibling/master.m3u8", file)
    assert await keys(adapter.store, f"{prefix}/") == [
        f"{prefix}/720p/segment_000.ts",
        f"{prefix}/720p/segment_001.ts",
        f"{prefix}/master.m3u8",
    ]
    assert await keys(adapter.store, f"{prefix}/720p/segment_00") == [f"{prefix}/720p/segment_000.ts", f"{prefix}/720p/segment_001.ts"]
    [blob] = [blob async for blob in adapter.store.list(f"{prefix}/master")]
    assert blob.size == 256_000
    assert before <= blob.modified <= datetime.now(UTC) + timedelta(seconds=2)
    assert await keys(adapter.store, "nothing/here") == []


async def test_listing_is_in_order_and_can_start_after_a_key(adapter: Adapter, prefix: str, file: Path) -> None:
    filled(file, b"x")
    names = ["a-b/reel.mp4", "a.txt", "a/720p/0.ts", "a/720p/1.ts", "a/master.m3u8", "a/z", "a0/reel.mp4", "b/é.ts", "b/日.ts"]
    ordered = [f"{prefix}/{name}" for name in names]
    for key in reversed(ordered):
        await adapter.store.put_file(key, file)
    assert [blob.key async for blob in adapter.store.list(prefix)] == ordered
    for position, key in enumerate(ordered):
        assert [blob.key async for blob in adapter.store.list(prefix, key)] == ordered[position + 1 :]
    between = f"{prefix}/a/720p/0.ts.never"
    assert [blob.key async for blob in adapter.store.list(f"{prefix}/a/", between)] == ordered[3:6]
    with pytest.raises(InvalidInput):
        await anext(aiter(adapter.store.list(prefix, "../x")))


async def test_listing_and_deleting_more_than_one_page(adapter: Adapter, prefix: str, file: Path) -> None:
    filled(file, b"x")
    expected = [f"{prefix}/{n:04}.ts" for n in range(1003)]
    await asyncio.gather(*(adapter.store.put_file(key, file) for key in expected))
    assert await keys(adapter.store, prefix) == expected
    await adapter.store.delete(expected[1:])
    assert await keys(adapter.store, prefix) == expected[:1]


async def test_deleting_what_is_not_there_is_fine(adapter: Adapter, prefix: str, file: Path) -> None:
    await adapter.store.put_file(f"{prefix}/poster.jpg", file)
    await adapter.store.delete([f"{prefix}/never.ts", f"{prefix}/poster.jpg", f"{prefix}/poster.jpg/below"])
    assert not await adapter.store.exists(f"{prefix}/poster.jpg")
    await adapter.store.delete([])


async def test_a_folder_is_no_object(adapter: Adapter, prefix: str, file: Path) -> None:
    await adapter.store.put_file(f"{prefix}/720p/playlist.m3u8", file)
    assert not await adapter.store.exists(f"{prefix}/720p")


async def test_concurrent_puts_of_one_key_leave_one_whole_object(adapter: Adapter, prefix: str, tmp_path: Path) -> None:
    files = [filled(tmp_path / f"{n}.ts", bytes([n]) * 300_000) for n in range(12)]
    await asyncio.gather(*(adapter.store.put_file(f"{prefix}/reel.mp4", path) for path in files))
    stored = adapter.read(f"{prefix}/reel.mp4")
    assert len(stored) == 300_000
    assert len(set(stored)) == 1


@pytest.mark.parametrize("adapter", ["local", "moto"], indirect=True)
async def test_puts_survive_deletes_beside_them(adapter: Adapter, prefix: str, file: Path) -> None:
    """Not asked of rclone: its deletes prune empty folders, and may take one out of its cache of names under a put that is acknowledged;
    the file lies on its disk and no request finds it."""
    filled(file, b"x")
    for round_ in range(20):
        gone, kept = f"{prefix}/{round_}/gone.ts", f"{prefix}/{round_}/kept.ts"
        await adapter.store.put_file(gone, file)
        await asyncio.gather(adapter.store.delete([gone]), adapter.store.put_file(kept, file))
        assert await adapter.store.exists(kept)


async def test_ping_returns(adapter: Adapter) -> None:
    await adapter.store.ping()


async def test_s3_objects_carry_type_and_caching_and_are_public_where_the_acl_says_so(moto_port: int, prefix: str, file: Path) -> None:
    async with aclosing(S3Store(config(moto_port, acl="public-read"))) as store:
        await store.put_file(f"{prefix}/master.m3u8", file)
    answer = anonymous(moto_port, f"{prefix}/master.m3u8").raise_for_status()
    assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_s3_objects_are_private_without_an_acl(moto_port: int, prefix: str, file: Path) -> None:
    async with aclosing(S3Store(config(moto_port))) as store:
        await store.put_file(f"{prefix}/master.m3u8", file)
    assert anonymous(moto_port, f"{prefix}/master.m3u8").status_code == 403


async def test_s3_with_a_wrong_secret_is_denied_and_stores_nothing(rclone: tuple[int, Path], prefix: str, file: Path) -> None:
    port, folder = rclone
    async with aclosing(S3Store(config(port, secret_key=SecretStr("not-the-secret")))) as store:
        for call in (store.put_file(f"{prefix}/reel.mp4", file), store.exists(f"{prefix}/reel.mp4"), keys(store, ""), store.ping()):
            with pytest.raises(Unavailable) as caught:
                await call
            assert caught.value.code == "storage_denied"
            assert "not-the-secret" not in str(caught.value)
    assert not (folder / prefix).exists()


async def test_s3_names_what_a_bulk_delete_left(rclone: tuple[int, Path], prefix: str, file: Path) -> None:
    """Rclone refuses to delete a folder that is not empty, where others see no object."""
    async with aclosing(S3Store(config(rclone[0]))) as store:
        await store.put_file(f"{prefix}/720p/playlist.m3u8", file)
        with pytest.raises(Unavailable, match=f"1 of 1 objects stay, {prefix}/720p"):
            await store.delete([f"{prefix}/720p"])


async def test_s3_with_a_missing_bucket_says_so(moto_port: int, prefix: str, file: Path) -> None:
    async with aclosing(S3Store(config(moto_port, bucket="absent"))) as store:
        for call in (store.put_file(f"{prefix}/reel.mp4", file), keys(store, ""), store.delete([f"{prefix}/reel.mp4"]), store.ping()):
            with pytest.raises(Unavailable, match="no such bucket"):
                await call


async def test_s3_gone_is_unavailable_within_bounded_time(prefix: str, file: Path) -> None:
    started = time.monotonic()
    async with aclosing(S3Store(config(free_port()))) as store:
        with pytest.raises(Unavailable) as caught:
            await store.put_file(f"{prefix}/reel.mp4", file)
    assert caught.value.code == "storage_unavailable"
    assert time.monotonic() - started < 30


async def test_s3_that_never_answers_is_unavailable_within_bounded_time(prefix: str, file: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        started = time.monotonic()
        async with aclosing(S3Store(config(silent.getsockname()[1], read_timeout_s=0.3, attempts=2))) as store:
            with pytest.raises(Unavailable):
                await store.put_file(f"{prefix}/reel.mp4", file)
        assert time.monotonic() - started < 30
