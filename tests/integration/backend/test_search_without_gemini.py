"""A search with Gemini's embeddings is answered by words while Gemini refuses, talks nonsense or says nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from services.backend import app as backend
from shared.embeddings.open import open_embedder
from shared.mongo.client import Database
from shared.settings import Embeddings, LanguageModels, Settings
from tests.integration.backend.catalogue import ROLES, give_reel, imported, row
from tests.serving import serving
from tests.stubs.gemini import KEY, error, minute_quota
from tests.stubs.gemini_embeddings import BACKUP_KEY, GeminiEmbeddingsStub
from tests.stubs.vendor import Says

NONSENSE = Says(b"<html>busy</html>")
REFUSALS = {
    "429": minute_quota(),
    "503": error(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
    "garbage": NONSENSE,
    "silence": Says(hangs=True),
}


@pytest.fixture
async def gemini() -> AsyncIterator[tuple[GeminiEmbeddingsStub, str]]:
    stub = GeminiEmbeddingsStub()
    async with stub.listening() as url:
        yield stub, url


@pytest.fixture
async def client(
    db: Database, gemini: tuple[GeminiEmbeddingsStub, str], mongo_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx2.AsyncClient]:
    models = LanguageModels(gemini_api_key=SecretStr(KEY), gemini_base_url=gemini[1])
    embedder = open_embedder(Settings(embeddings=Embeddings(embedder="gemini"), language_models=models))
    await imported(db, embedder, *map(row, ROLES))
    await embedder.aclose()
    await give_reel(db, "welder")
    environment = {
        "MONGODB_URI": mongo_uri, "MONGODB_DATABASE": db.name, "DATA_DIR": str(tmp_path), "EMBEDDER": "gemini", "GEMINI_API_KEY": KEY,
        "GEMINI_API_BACKUP_KEY": BACKUP_KEY, "GEMINI_BASE_URL": gemini[1], "SEARCH_TIMEOUT_S": "30",
    }  # fmt: skip
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    async with serving(backend.app) as url, httpx2.AsyncClient(base_url=url, timeout=60) as http:
        async with asyncio.timeout(60):
            while (await http.get("/health/ready")).status_code != 200:
                await asyncio.sleep(0.01)
        yield http


async def search(client: httpx2.AsyncClient, prompt: str = "pipe welder") -> dict[str, Any]:
    response = await client.post("/jobs/search", json={"text_prompt": prompt, "user_id": "ann"})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def test_while_it_answers_meanings_count(client: httpx2.AsyncClient) -> None:
    answer = await search(client)
    assert (answer["degraded"], answer["results"][0]["posting"]["greenhouse_id"]) == ([], "welder")
    assert answer["results"][0]["score"]


@pytest.mark.parametrize("says", REFUSALS.values(), ids=REFUSALS)
async def test_while_it_does_not_words_do(client: httpx2.AsyncClient, gemini: tuple[GeminiEmbeddingsStub, str], says: Says) -> None:
    gemini[0].by_key = {KEY: says, BACKUP_KEY: says}
    answer = await search(client)
    assert answer["degraded"] == ["embedder_unavailable"]
    found = answer["results"][0]
    assert (found["posting"]["greenhouse_id"], found["reason"], found["score"]) == ("welder", "words", None)
    assert not answer["generation_triggered"]


async def test_one_key_of_two_is_enough(client: httpx2.AsyncClient, gemini: tuple[GeminiEmbeddingsStub, str]) -> None:
    gemini[0].by_key = {KEY: NONSENSE}
    assert (await search(client))["degraded"] == []
