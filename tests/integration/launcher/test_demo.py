"""The demo's last check: a reel is playable when its playlists and its first segment are answered."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from services.launcher.demo import DemoFailed, check_playable
from services.launcher.ports import reserve


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture
def reel(tmp_path: Path) -> Path:
    (tmp_path / "720p").mkdir()
    (tmp_path / "master.m3u8").write_text("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n720p/playlist.m3u8\n")
    (tmp_path / "720p" / "playlist.m3u8").write_text("#EXTM3U\n#EXTINF:2,\nsegment_000.ts\n#EXT-X-ENDLIST\n")
    (tmp_path / "720p" / "segment_000.ts").write_bytes(b"G" * 188)
    return tmp_path


@pytest.fixture
def url(reel: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(reel)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/master.m3u8"
    server.shutdown()
    thread.join()
    server.server_close()


async def test_a_whole_reel_is_playable(url: str) -> None:
    await check_playable(url)


async def test_a_missing_segment_is_named(url: str, reel: Path) -> None:
    (reel / "720p" / "segment_000.ts").unlink()
    with pytest.raises(DemoFailed, match=r"/720p/segment_000\.ts answered 404"):
        await check_playable(url)


async def test_an_empty_segment_is_not_playable(url: str, reel: Path) -> None:
    (reel / "720p" / "segment_000.ts").write_bytes(b"")
    with pytest.raises(DemoFailed, match=r"segment_000\.ts"):
        await check_playable(url)


async def test_an_empty_playlist_is_not_playable(url: str, reel: Path) -> None:
    (reel / "master.m3u8").write_text("#EXTM3U\n")
    with pytest.raises(DemoFailed, match="playlist"):
        await check_playable(url)


async def test_nobody_there_is_named() -> None:
    port = reserve("127.0.0.1", {"A": 0})["A"]
    with pytest.raises(DemoFailed, match=f"http://127.0.0.1:{port}/x answered .*refused"):
        await check_playable(f"http://127.0.0.1:{port}/x")
