"""A real S3 server on loopback: rclone, which checks signatures and keeps the objects as files."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.leash import Leash
from tests.waiting import until

_KEY, _SECRET, _BUCKET = "reelwright", "a-long-enough-secret", "reels"


@dataclass(frozen=True)
class S3Server:
    port: int
    bucket: Path
    """The folder the bucket's objects lie in."""

    def environment(self, port: int) -> dict[str, str]:
        """Settings of a worker that reaches this server at `port`, which may be a proxy's."""
        return {
            "STORAGE": "s3",
            "S3_ENDPOINT": f"http://127.0.0.1:{port}",
            "S3_BUCKET": _BUCKET,
            "S3_PUBLIC_URL": "https://cdn.example.com/reels",
            "AWS_ACCESS_KEY_ID": _KEY,
            "AWS_SECRET_ACCESS_KEY": _SECRET,
        }


@contextmanager
def s3_server(folder: Path) -> Iterator[S3Server]:
    """Rclone over `folder`, with an empty bucket."""
    server = S3Server(free_port(), folder / _BUCKET)
    server.bucket.mkdir(parents=True)
    options = ["--config", "/dev/null", "--addr", f"127.0.0.1:{server.port}", "--auth-key", f"{_KEY},{_SECRET}"]
    command = [str(Path(sys.executable).with_name("rclone")), "serve", "s3", *options, str(folder)]
    with Leash() as leash:
        process = subprocess.Popen(
            leash.guarded(command), pass_fds=leash.fds, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        leash.attached()
        try:
            until(lambda: _listens(server.port), timeout_s=30)
            yield server
        finally:
            leash.kill()
            process.wait()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
