"""The local store: atomic, durable, and clear when the disk is full."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shared.errors import Unavailable
from shared.storage.local import LocalStore

FILL_THE_DISK = """
import asyncio, pathlib, sys
from shared.errors import Unavailable
from shared.storage.local import LocalStore
store = LocalStore(pathlib.Path(sys.argv[1]), "http://unused")
try:
    asyncio.run(store.put_file("hls/v/reel.mp4", pathlib.Path(sys.argv[2])))
except Unavailable as error:
    print(error.code, asyncio.run(store.exists("hls/v/reel.mp4")), [p.name for p in store.root.rglob("*") if p.is_file()])
"""


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "media", "http://127.0.0.1:8002/media/")


def test_a_full_disk_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    """On a real file system of 64 kB, in a mount namespace of its own."""
    source, mount = tmp_path / "reel.mp4", tmp_path / "small"
    source.write_bytes(b"x" * 200_000)
    mount.mkdir()
    in_namespace = ["unshare", "-Urm", "sh", "-c", 'mount -t tmpfs -o size=64k none "$1" && exec "$2" -c "$3" "$1" "$4"', "sh"]
    if subprocess.run(["unshare", "-Urm", "mount", "-t", "tmpfs", "none", mount], capture_output=True, check=False).returncode:
        pytest.skip("this machine allows no mount namespaces")
    done = subprocess.run([*in_namespace, mount, sys.executable, FILL_THE_DISK, source], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "disk_full False []"


async def test_a_half_written_object_is_not_visible(store: LocalStore, tmp_path: Path) -> None:
    source = tmp_path / "slow.ts"
    os.mkfifo(source)
    putting = asyncio.create_task(store.put_file("hls/v/segment_000.ts", source))
    writer = await asyncio.to_thread(os.open, source, os.O_WRONLY)  # returns once the store has opened the other end
    os.write(writer, b"first half")
    assert not await store.exists("hls/v/segment_000.ts")
    assert [blob async for blob in store.list()] == []
    os.close(writer)
    await putting
    assert [blob.key async for blob in store.list()] == ["hls/v/segment_000.ts"]


def test_leftovers_of_killed_writers_go_but_young_ones_may_still_be_written(store: LocalStore) -> None:
    partial = store.root / ".partial"
    partial.mkdir(parents=True)
    for name, age_s in (("old", 100_000), ("young", 60)):
        (partial / name).touch()
        os.utime(partial / name, (time.time() - age_s,) * 2)
    store.clear_leftovers()
    assert [file.name for file in partial.iterdir()] == ["young"]


async def test_deleting_the_last_object_of_a_reel_removes_its_folder(store: LocalStore, tmp_path: Path) -> None:
    source = tmp_path / "a.ts"
    source.touch()
    for key in ("hls/a/720p/0.ts", "hls/b/0.ts"):
        await store.put_file(key, source)
    await store.delete(["hls/a/720p/0.ts"])
    assert sorted(path.name for path in (store.root / "hls").iterdir()) == ["b"]


DELETE_FOR_EVER = """
import asyncio, pathlib, sys
from shared.storage.local import LocalStore
async def main():
    store = LocalStore(pathlib.Path(sys.argv[1]), "http://unused")
    print("deleting", flush=True)
    while True:
        await store.delete(["hls/a/720p/never.ts"])
asyncio.run(main())
"""


async def test_puts_survive_deletes_that_prune_their_folders(store: LocalStore, tmp_path: Path) -> None:
    source = tmp_path / "a.ts"
    source.touch()
    deleter = await asyncio.create_subprocess_exec(sys.executable, "-c", DELETE_FOR_EVER, store.root, stdout=subprocess.PIPE)
    try:
        assert deleter.stdout
        assert await deleter.stdout.readline() == b"deleting\n"
        for _ in range(100):
            await store.put_file("hls/a/720p/0.ts", source)
            assert await store.exists("hls/a/720p/0.ts")
            await store.delete(["hls/a/720p/0.ts"])
    finally:
        deleter.kill()
        await deleter.wait()


async def test_deleting_a_folder_deletes_nothing(store: LocalStore, tmp_path: Path) -> None:
    source = tmp_path / "a.ts"
    source.touch()
    await store.put_file("hls/a/0.ts", source)
    await store.delete(["hls/a"])
    assert await store.exists("hls/a/0.ts")


async def test_a_root_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable):
        await LocalStore(tmp_path / "file" / "media", "http://unused").ping()


def test_urls_are_quoted_and_below_the_base(store: LocalStore) -> None:
    assert store.url("hls/v/a b#1.mp4") == "http://127.0.0.1:8002/media/hls/v/a%20b%231.mp4"
