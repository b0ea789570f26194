"""What our S3 requests look like on the wire, where the defaults of boto3 would cost time or be refused."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr

from shared.errors import Unavailable
from shared.storage.s3 import S3Store
from shared.storage.s3_config import S3Config


@dataclass
class Recorder:
    """Answers every request with `status` and keeps what came."""

    port: int = 0
    status: int = 200
    seen: list[tuple[str, Message, bytes]] = field(default_factory=list)


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            recorder.seen.append((f"{self.command} {self.path}", self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
            body = b"<DeleteResult/>" if self.command == "POST" else b""
            self.send_response(recorder.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_PUT = do_POST = _answer  # noqa: N815 - the names http.server looks for

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        recorder.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield recorder
        server.shutdown()
        thread.join()


def store(recorder: Recorder, acl: str | None = None) -> S3Store:
    keys = SecretStr("key"), SecretStr("secret")
    return S3Store(S3Config("spaces", f"http://127.0.0.1:{recorder.port}", "us-east-1", "reels", "https://cdn.example.com", *keys, acl=acl))


@pytest.fixture
def segment(tmp_path: Path) -> Path:
    path = tmp_path / "segment.ts"
    path.write_bytes(b"G" * 188)
    return path


async def test_an_upload_is_one_signed_put_without_a_round_trip_to_ask(recorder: Recorder, segment: Path) -> None:
    async with aclosing(store(recorder, acl="public-read")) as spaces:
        await spaces.put_file("hls/v/720p/segment_000.ts", segment)
    [(request, headers, body)] = recorder.seen
    assert request == "PUT /reels/hls/v/720p/segment_000.ts"
    assert body == b"G" * 188
    assert headers["Content-Type"] == "video/mp2t"
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["x-amz-acl"] == "public-read"
    assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 ")
    assert headers["x-amz-content-sha256"] == hashlib.sha256(body).hexdigest()
    assert not [name for name in headers if name.lower() == "expect" or name.lower().startswith("x-amz-checksum")]


async def test_a_delete_carries_an_md5_and_no_newer_checksum(recorder: Recorder) -> None:
    async with aclosing(store(recorder)) as spaces:
        await spaces.delete(["hls/v/master.m3u8"])
    [(_, headers, body)] = recorder.seen
    assert headers["Content-MD5"] == base64.b64encode(hashlib.md5(body).digest()).decode()
    assert not [name for name in headers if name.lower().startswith(("x-amz-checksum", "x-amz-sdk-checksum"))]


async def test_a_failing_store_is_asked_a_bounded_number_of_times(recorder: Recorder, segment: Path) -> None:
    recorder.status = 503
    async with aclosing(store(recorder)) as spaces:
        with pytest.raises(Unavailable) as caught:
            await spaces.put_file("hls/v/reel.mp4", segment)
    assert caught.value.code == "storage_unavailable"
    assert [body for _, _, body in recorder.seen] == [b"G" * 188] * 3
