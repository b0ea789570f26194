"""`python -m services import` as a user runs it: boards and files at once, a summary of each, and killed in the middle."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.mongo.client import Client, Database
from tests.stubs.boards import Boards, Mishap, ashby_job, greenhouse_job, lever_posting
from tests.stubs.gemini import KEY
from tests.stubs.gemini_embeddings import GeminiEmbeddingsStub
from tests.stubs.vendor import Asked, Says


class Command:
    """The command on a test's database and boards."""

    def __init__(self, db: Database, mongo_uri: str, boards: Boards, folder: Path) -> None:
        self.environment = {"MONGODB_URI": mongo_uri, "MONGODB_DATABASE": db.name, "DATA_DIR": str(folder), **boards.settings()}

    async def begin(self, *arguments: str) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        command = [sys.executable, "-m", "services", "import", *arguments]
        return await asyncio.create_subprocess_exec(*command, env=os.environ | self.environment, stdin=pipe, stdout=pipe, stderr=pipe)

    async def run(self, *arguments: str, sent: bytes = b"") -> tuple[int, str, str]:
        process = await self.begin(*arguments)
        async with asyncio.timeout(120):
            said, complaint = await process.communicate(sent)
        assert process.returncode is not None
        return process.returncode, said.decode(), complaint.decode()

    async def json(self, *arguments: str, sent: bytes = b"") -> tuple[int, dict[str, Any]]:
        code, said, _ = await self.run(*arguments, "--json", sent=sent)
        told: dict[str, Any] = json.loads(said)
        return code, told


@pytest.fixture
async def boards() -> AsyncIterator[Boards]:
    async with Boards().listening() as listening:
        yield listening


@pytest.fixture
def command(db: Database, mongo_uri: str, boards: Boards, tmp_path: Path) -> Command:
    return Command(db, mongo_uri, boards, tmp_path)


async def test_boards_and_files_at_once(command: Command, boards: Boards, tmp_path: Path) -> None:
    boards.greenhouse("acme", greenhouse_job(1), greenhouse_job(2, title=" "))
    boards.lever("mill", lever_posting(1))
    boards.ashby("Crumb Lab", ashby_job(1), ashby_job(2))
    (tmp_path / "boards.txt").write_text("# ours\nlever:mill\nashby:Crumb%20Lab\ngreenhouse:acme\n")
    sent = json.dumps(greenhouse_job(7)).encode()
    code, told = await command.json("greenhouse:acme", "-", "--boards", str(tmp_path / "boards.txt"), sent=sent)
    assert (code, told["new"], told["rejected"], told["failed"]) == (0, 5, 1, 0)
    assert [(each["source"], each["new"]) for each in told["sources"]] == [
        ("-", 1),
        ("greenhouse:acme", 1),
        ("lever:mill", 1),
        ("ashby:Crumb Lab", 2),
    ]
    assert "title: it has no visible characters" in told["reasons"][0]
    code, told = await command.json("greenhouse:acme", "lever:mill")
    assert (code, told["unchanged"], told["new"], told["changed"], told["embedded"]) == (0, 2, 0, 0, 0)
    assert boards.statuses[-2:] == [304, 304]


async def test_in_words_with_a_bar_for_people(command: Command, boards: Boards) -> None:
    boards.greenhouse("acme", greenhouse_job(1))
    boards.greenhouse("part", greenhouse_job(2), total=9)
    boards.mishaps = []
    code, said, bar = await command.run("greenhouse:acme", "greenhouse:gone", "greenhouse:part")
    lines = said.splitlines()
    assert code == 1
    assert lines[0].startswith("greenhouse:acme  new 1  changed 0  unchanged 0")
    assert lines[1] == "greenhouse:gone  not read: greenhouse:gone: there is no such board"
    assert lines[2].endswith("closed none: 1 postings came, the board says 9")
    assert lines[3].startswith("in all  new 2")
    assert "postings" in bar
    assert "boards" in bar


async def test_a_board_that_fails_does_not_keep_others_away(command: Command, boards: Boards, db: Database) -> None:
    for name in ("a", "b", "c", "d", "e", "f"):
        boards.greenhouse(name, greenhouse_job(ord(name)))
    boards.mishaps = [Mishap(500), Mishap(cut=10)]
    code, told = await command.json(*(f"greenhouse:{name}" for name in "abcdef"))
    assert (code, told["failed"], told["new"]) == (1, 2, 4)
    assert sum(each["problem"] is not None for each in told["sources"]) == 2
    assert await db.jobs.count_documents({"active": True}) == 4


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "name a file or a board"),
        (["greenhouse:a/b"], "a board's name has letters"),
        (["--boards", "no-such-file"], "cannot be read"),
        (["no-such-file.json"], "there is no such file"),
    ],
)
async def test_what_cannot_be_meant_is_told_before_anything_begins(
    command: Command, boards: Boards, arguments: list[str], says: str
) -> None:
    code, told = await command.json("greenhouse:acme", *arguments) if arguments else await command.json()
    assert code == 2
    assert says in told["error"]
    assert boards.asked == []


async def test_names_are_told_as_they_were_given(command: Command) -> None:
    code, _, complaint = await command.run("boards:x:y")
    assert code == 2
    assert "boards:x:y: there is no such file" in complaint


async def state_of(db: Database) -> dict[str, Any]:
    """All that is stored of postings, but for the moment it was."""
    hidden = {"_id": 0, "created_at": 0, "changed_at": 0}
    return {doc["greenhouse_id"]: doc async for doc in db.jobs.find({}, hidden)}


class Halting(GeminiEmbeddingsStub):
    """Gives no vectors after `batches` requests, until that is None."""

    def __init__(self, batches: int) -> None:
        super().__init__()
        self.batches: int | None = batches

    def refusal(self, asked: Asked) -> Says | None:
        halted = self.batches is not None and len(self.asked) > self.batches
        return Says(hangs=True) if halted else super().refusal(asked)


async def test_killed_in_the_middle_and_run_again(
    command: Command, boards: Boards, db: Database, mongo_client: Client, tmp_path: Path
) -> None:
    """SIGKILL after two batches: the next run does what is left and nothing twice, and ends where an unbroken one does."""
    boards.greenhouse("acme", *map(greenhouse_job, range(100)))
    embedder = Halting(batches=2)
    async with embedder.listening() as url:
        command.environment |= {"EMBEDDER": "gemini", "GEMINI_API_KEY": KEY, "GEMINI_BASE_URL": url, "EMBEDDING_TIMEOUT_S": "120"}
        process = await command.begin("greenhouse:acme", "--json")
        async with asyncio.timeout(120):
            while len(embedder.asked) < 3:
                await asyncio.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        await process.communicate()
        stored = await db.jobs.count_documents({})
        assert stored == 64, "two batches of 32"
        embedder.batches = None
        code, told = await command.json("greenhouse:acme")
        assert (code, told["new"], told["unchanged"], told["embedded"]) == (0, 100 - stored, stored, 100 - stored)
        assert boards.statuses == [200, 200], "what was not stored to its end is not remembered"
        other = mongo_client[f"{db.name}_unbroken"]
        try:
            unbroken = Command(other, command.environment["MONGODB_URI"], boards, tmp_path)
            unbroken.environment = command.environment | {"MONGODB_DATABASE": other.name}
            assert (await unbroken.json("greenhouse:acme"))[1]["new"] == 100
            assert await state_of(other) == await state_of(db)
        finally:
            for name in await other.list_collection_names():
                await other.drop_collection(name)
