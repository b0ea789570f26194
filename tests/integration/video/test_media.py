"""GET /media: bytes of reels with types, ranges, caching and CORS; nothing outside the store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import httpx2
import pytest

from services.video.app import create
from shared.settings import Settings, load_settings
from shared.storage.open import open_store
from tests.serving import serving

MP4 = bytes(range(256)) * 1024
SIZE = len(MP4)
FILES = {
    "master.m3u8": b"#EXTM3U\n",
    "720p/segment_000.ts": b"G" * 188,
    "720p/segment_000.m4s": b"\0\0\0\x18styp",
    "720p/init.mp4": b"\0\0\0\x18ftyp",
    "reel.mp4": MP4,
    "captions.vtt": b"WEBVTT\n",
    "poster.jpg": b"\xff\xd8\xff",
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A service with media and no database: media need none."""
    data_dir = tmp_path_factory.mktemp("data")
    (data_dir / "secret.txt").write_text("secret")
    return load_settings({"MONGODB_URI": "mongodb://127.0.0.1:9", "DATA_DIR": str(data_dir)}, env_file=None)


@pytest.fixture(scope="module")
async def client(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    async with serving(create(settings)) as base_url, httpx2.AsyncClient(base_url=base_url) as client:
        yield client


@pytest.fixture(scope="module")
async def media(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of a reel's files."""
    sources = tmp_path_factory.mktemp("sources")
    async with aclosing(open_store(settings)) as store:
        for name, content in FILES.items():
            source = sources / name.replace("/", "-")
            source.write_bytes(content)
            await store.put_file(f"hls/v/{name}", source)
    return "/media/hls/v"


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("master.m3u8", "application/vnd.apple.mpegurl"),
        ("720p/segment_000.ts", "video/mp2t"),
        ("720p/segment_000.m4s", "video/iso.segment"),
        ("720p/init.mp4", "video/mp4"),
        ("reel.mp4", "video/mp4"),
        ("captions.vtt", "text/vtt; charset=utf-8"),
        ("poster.jpg", "image/jpeg"),
    ],
)
async def test_files_have_their_type_and_may_be_kept_for_ever_by_any_page(
    client: httpx2.AsyncClient, media: str, name: str, content_type: str
) -> None:
    answer = await client.get(f"{media}/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == content_type
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Content-Range" in answer.headers["access-control-expose-headers"]
    assert len(answer.content) == int(answer.headers["content-length"])


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-99", 0, 99),
        ("bytes=1000-", 1000, SIZE - 1),
        ("bytes=-500", SIZE - 500, SIZE - 1),
        ("bytes=262000-999999", 262_000, SIZE - 1),
    ],
)
async def test_a_range_is_answered_with_exactly_its_bytes(
    client: httpx2.AsyncClient, media: str, asked: str, first: int, last: int
) -> None:
    answer = await client.get(f"{media}/reel.mp4", headers={"range": asked})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.content == MP4[first : last + 1]


async def test_a_range_behind_the_end_is_416_with_the_size(client: httpx2.AsyncClient, media: str) -> None:
    answer = await client.get(f"{media}/reel.mp4", headers={"range": f"bytes={SIZE}-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{SIZE}"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("asked", ["items=0-1", "bytes=9-1", "bytes=x", "bytes=0-1,"])
async def test_a_range_that_makes_no_sense_is_ignored(client: httpx2.AsyncClient, media: str, asked: str) -> None:
    answer = await client.get(f"{media}/reel.mp4", headers={"range": asked})
    assert (answer.status_code, answer.content) == (200, MP4)


async def test_if_range_serves_the_part_only_of_the_same_file(client: httpx2.AsyncClient, media: str) -> None:
    etag = (await client.head(f"{media}/reel.mp4")).headers["etag"]
    asked = {"range": "bytes=0-9"}
    assert (await client.get(f"{media}/reel.mp4", headers={**asked, "if-range": etag})).status_code == 206
    assert (await client.get(f"{media}/reel.mp4", headers={**asked, "if-range": '"another"'})).content == MP4
    late = {"range": f"bytes={SIZE}-", "if-range": '"another"'}
    assert (await client.get(f"{media}/reel.mp4", headers=late)).status_code == 200


async def test_an_etag_saves_the_bytes(client: httpx2.AsyncClient, media: str) -> None:
    etag = (await client.get(f"{media}/poster.jpg")).headers["etag"]
    again = await client.get(f"{media}/poster.jpg", headers={"if-none-match": etag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert "immutable" in again.headers["cache-control"]


async def test_head_tells_the_whole_size_even_when_asked_for_a_part(client: httpx2.AsyncClient, media: str) -> None:
    answer = await client.head(f"{media}/reel.mp4", headers={"range": "bytes=0-9"})
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, str(SIZE), b"")


async def test_a_preflight_allows_ranges(client: httpx2.AsyncClient, media: str) -> None:
    asked = {"origin": "https://app.example", "access-control-request-method": "GET", "access-control-request-headers": "range"}
    answer = await client.options(f"{media}/reel.mp4", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "GET" in answer.headers["access-control-allow-methods"]
    assert "Range" in answer.headers["access-control-allow-headers"]


async def test_other_routes_are_not_opened_to_other_origins(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/health/live", headers={"origin": "https://app.example"})
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/media/",
        "/media/hls",
        "/media/hls/nobody/master.m3u8",
        "/media/../secret.txt",
        "/media/hls/../../secret.txt",
        "/media/%2e%2e/secret.txt",
        "/media/..%2fsecret.txt",
        "/media/%2e%2e%5csecret.txt",
        "/media//etc/passwd",
        "/media/%2fetc%2fpasswd",
        "/media/.partial/x",
        "/media/hls%00/master.m3u8",
        "/media/" + "a/" * 2000,
        "/media/" + "a" * 300,
    ],
)
@pytest.mark.usefixtures("media")
async def test_nothing_outside_the_store_is_served(client: httpx2.AsyncClient, path: str) -> None:
    status, body = await raw_get(client, path)  # a client library would tidy the path
    assert status == 404
    assert b"secret" not in body.replace(path.encode(), b"")


async def raw_get(client: httpx2.AsyncClient, path: str) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return int(answer.split(b" ", 2)[1]), answer.partition(b"\r\n\r\n")[2]


async def test_a_service_whose_media_lie_in_a_bucket_serves_no_files(settings: Settings, media: str) -> None:
    bucket = {"storage": "s3", "s3_bucket": "reels", "s3_public_url": "https://cdn.test"}
    elsewhere = settings.model_copy(update={"storage": settings.storage.model_copy(update=bucket)})
    async with serving(create(elsewhere)) as base_url, httpx2.AsyncClient(base_url=base_url) as client:
        assert (await client.get(f"{media}/reel.mp4")).status_code == 404
