"""Photographs from Pexels over a real socket: the wire format, the cache, the credit, and every way it can fail."""

import asyncio
import ipaddress
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from shared.http.guard import Guard
from tests.stubs.pexels import PexelsStub
from text_to_video.media.footage import BadFootage
from text_to_video.media.pexels import Pexels
from text_to_video.media.still import Still

KEY = "px-secret-5f3a"
SIZE = 720, 1280


@pytest.fixture
async def stub() -> AsyncIterator[PexelsStub]:
    pexels = PexelsStub(KEY)
    async with pexels.listening():
        yield pexels


def client(stub: PexelsStub, folder: Path, key: str = KEY) -> Pexels:
    here = Guard(allow_http=True, ports=frozenset({int(stub.url.rpartition(":")[2])}), vouched=(ipaddress.ip_network("127.0.0.0/8"),))
    return Pexels(SecretStr(key), stub.url, folder, here)


def files(folder: Path, ending: str) -> list[Path]:
    return [path for path in folder.iterdir() if path.suffix == ending]


async def ask(pexels: Pexels, query: str = "wind turbine", name: str = "a reel", language: str = "en") -> tuple[Still, str]:
    return await asyncio.to_thread(pexels.photograph, query, name, language, SIZE)


async def test_a_photograph_is_found_and_its_photographer_named(stub: PexelsStub, tmp_path: Path) -> None:
    still, credit = await ask(client(stub, tmp_path / "new" / "pexels"), language="de")
    assert still.at(0).y.shape == (1280, 720)
    (number,) = stub.fetched
    assert credit == f"Photo by Ada {number} on Pexels: https://www.pexels.com/photo/a-sample-{number}/"
    assert stub.searches == [{"query": "wind turbine", "orientation": "portrait", "size": "medium", "per_page": "30", "locale": "de-DE"}]
    assert all("authorization" not in headers for headers in stub.headers), "the key is for the API alone"


async def test_the_same_reel_gets_the_same_one_and_nothing_is_asked_twice(stub: PexelsStub, tmp_path: Path) -> None:
    owed = {(await ask(client(stub, tmp_path)))[1] for _ in range(3)}
    assert len(owed) == len(stub.searches) == len(stub.fetched) == 1
    others = {(await ask(client(stub, tmp_path), name=f"reel {n}"))[1] for n in range(30)}
    assert len(others) == 4
    assert len(stub.searches) == 1
    assert len(stub.fetched) == 4
    assert not files(tmp_path, ".part")


async def test_an_unknown_language_searches_in_english(stub: PexelsStub, tmp_path: Path) -> None:
    await ask(client(stub, tmp_path), language="sw")
    await ask(client(stub, tmp_path), language="zh-TW")
    assert [search["locale"] for search in stub.searches] == ["en-US", "zh-TW"]


async def test_a_photograph_that_cannot_be_read_gives_way_to_the_next(stub: PexelsStub, tmp_path: Path) -> None:
    await ask(client(stub, tmp_path))
    stub.broken = {stub.fetched[0]}
    for path in files(tmp_path, ".jpg"):
        path.unlink()
    _, credit = await ask(client(stub, tmp_path))
    assert f"Ada {stub.fetched[-1]} " in credit
    assert len(set(stub.fetched)) == 2
    assert [path.name for path in files(tmp_path, ".jpg")] == [f"{stub.fetched[-1]}.jpg"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((429, b"{}"), "its limit of requests is used up"),
        ((500, b"<html>"), "it answers 500"),
        ((200, b"<html>"), "no JSON"),
        ((200, b'{"photos": [{"id": "none"}]}'), "not as expected"),
        ((200, b'{"photos": []}'), "has nothing for 'wind turbine'"),
    ],
)
async def test_what_fails_is_said(stub: PexelsStub, tmp_path: Path, answer: tuple[int, bytes], why: str) -> None:
    stub.answers = [answer] * 4
    with pytest.raises(BadFootage, match=why) as failed:
        await ask(client(stub, tmp_path))
    assert KEY not in str(failed.value)


async def test_a_wrong_key_is_said_and_not_shown(stub: PexelsStub, tmp_path: Path) -> None:
    with pytest.raises(BadFootage, match="the key is refused") as failed:
        await ask(client(stub, tmp_path, key="wrong-key"))
    assert "wrong-key" not in str(failed.value)


async def test_a_photograph_elsewhere_is_not_fetched(stub: PexelsStub, tmp_path: Path) -> None:
    """An answer of the API must not make us ask our own network."""
    strict = Pexels(SecretStr(KEY), stub.url, tmp_path)
    with pytest.raises(BadFootage, match="Pexels"):
        await ask(strict)
    assert stub.fetched == []


async def test_nobody_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadFootage, match="no answer"):
        await ask(Pexels(SecretStr(KEY), "http://127.0.0.1:9", tmp_path))


async def test_a_folder_that_cannot_be_made_is_said(stub: PexelsStub, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadFootage, match="cannot be used"):
        await ask(client(stub, tmp_path / "file" / "pexels"))


async def test_a_cache_of_another_version_is_asked_for_again(stub: PexelsStub, tmp_path: Path) -> None:
    await ask(client(stub, tmp_path))
    (kept,) = files(tmp_path, ".json")
    kept.write_text(json.dumps([{"of": "another version"}]))
    await ask(client(stub, tmp_path))
    assert len(stub.searches) == 2
