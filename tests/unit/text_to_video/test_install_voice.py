"""Voices fetched over real HTTP: whole and checked, or not at all."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from fastapi import FastAPI, Response
from fastapi.responses import RedirectResponse

from shared.errors import InvalidInput, Unavailable
from tests.faults.s3_server import free_port
from tests.serving import serving
from text_to_video.speech.catalogue import Downloadable, File
from text_to_video.speech.install import find, install

CONTENT = {"a.onnx.json": b"{}" * 700, "a.onnx": bytes(range(256)) * 20_000}


@dataclass
class Shop:
    """Files by name, behind a redirect as the real ones are; `asked` remembers each."""

    url: str = ""
    content: dict[str, bytes] = field(default_factory=lambda: dict(CONTENT))
    status: int = 200
    asked: list[str] = field(default_factory=list)

    @property
    def voice(self) -> Downloadable:
        files = [File(f"{self.url}/{name}", name, len(data), hashlib.sha256(data).hexdigest()) for name, data in CONTENT.items()]
        return Downloadable("a", "piper", ("en",), "CC0", tuple(files))


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    shop, app = Shop(), FastAPI()

    async def redirect(name: str) -> Response:
        return RedirectResponse(f"/store/{name}")

    async def file(name: str) -> Response:
        shop.asked.append(name)
        return Response(shop.content[name], shop.status)

    app.add_api_route("/store/{name}", file)
    app.add_api_route("/{name}", redirect)
    async with serving(app) as shop.url:
        yield shop


async def fetch(shop: Shop, voices: Path, voice: Downloadable | None = None) -> list[int]:
    told: list[int] = []
    await asyncio.to_thread(install, voice or shop.voice, voices, told.append)
    return told


def there(voices: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (voices / "piper").iterdir()}


async def test_all_files_come_and_progress_is_told(shop: Shop, tmp_path: Path) -> None:
    told = await fetch(shop, tmp_path)
    assert there(tmp_path) == CONTENT
    assert sum(told) == shop.voice.size
    assert len(told) > len(CONTENT), "a large file is told of piece by piece"


async def test_what_is_there_is_not_fetched_again_and_what_is_broken_is(shop: Shop, tmp_path: Path) -> None:
    await fetch(shop, tmp_path)
    assert await fetch(shop, tmp_path) == []
    (tmp_path / "piper" / "a.onnx").write_bytes(CONTENT["a.onnx"][:-1] + b"!")
    await fetch(shop, tmp_path)
    assert there(tmp_path) == CONTENT
    assert shop.asked == ["a.onnx.json", "a.onnx", "a.onnx"]


@pytest.mark.parametrize("data", [b"", CONTENT["a.onnx"][:-1], CONTENT["a.onnx"][:-1] + b"!", CONTENT["a.onnx"] + b"more"])
async def test_another_file_than_promised_leaves_nothing(shop: Shop, tmp_path: Path, data: bytes) -> None:
    shop.content["a.onnx"] = data
    with pytest.raises(Unavailable, match=r"a\.onnx is not the file it should be") as caught:
        await fetch(shop, tmp_path)
    assert caught.value.code == "voice_altered"
    assert there(tmp_path) == {}


async def test_a_refusal_leaves_nothing(shop: Shop, tmp_path: Path) -> None:
    shop.status = 404
    with pytest.raises(Unavailable, match="HTTP 404"):
        await fetch(shop, tmp_path)
    assert there(tmp_path) == {}


async def test_no_network_is_told_by_its_host(shop: Shop, tmp_path: Path) -> None:
    gone = f"http://127.0.0.1:{free_port()}/a.onnx"
    voice = replace(shop.voice, files=tuple(replace(file, url=gone) for file in shop.voice.files))
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1"):
        await fetch(shop, tmp_path, voice)
    assert there(tmp_path) == {}


async def test_a_folder_that_cannot_be_written_is_named(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "voices").write_text("a file")
    with pytest.raises(InvalidInput, match="voices/piper cannot be written") as caught:
        await fetch(shop, tmp_path / "voices")
    assert caught.value.field == "VOICES_DIR"


def test_a_name_nobody_has_is_answered_with_those_there_are() -> None:
    with pytest.raises(InvalidInput, match="kokoro, en_US-ljspeech-high"):
        find("hal")
    assert find("kokoro").engine == "kokoro"
