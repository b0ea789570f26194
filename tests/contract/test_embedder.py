"""One suite over every embedder: MiniLM, WordLlama, and Gemini over a stub server."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import SecretStr
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from shared.embeddings.base import Embedder, embed_documents
from shared.embeddings.gemini import GeminiEmbedder, open_gemini, vectors_of
from shared.embeddings.local import LocalEmbedder, open_local
from shared.embeddings.open import open_embedder
from shared.embeddings.wordllama import WordLlamaEmbedder
from shared.errors import SettingsError, Unavailable
from shared.settings import Embeddings, LanguageModels, Settings
from tests.stubs.gemini import KEY, daily_quota, error, minute_quota
from tests.stubs.gemini_embeddings import BACKUP_KEY, MODEL, GeminiEmbeddingsStub
from tests.stubs.recorded import cassette, error_bodies, needs_recordings
from tests.stubs.vendor import Says

LOCAL = ("minilm", "wordllama")
PATIENT = 30.0
"""Seconds: of calls that are to end by an answer, on a busy machine."""


def settings(embedder: str, base_url: str = "", *, backup: bool = True, **embeddings: object) -> Settings:
    known = {"embedder": embedder, "query_embedding_timeout_s": PATIENT, "embedding_timeout_s": PATIENT, **embeddings}
    models = LanguageModels(
        gemini_api_key=SecretStr(KEY),
        gemini_api_backup_key=SecretStr(BACKUP_KEY) if backup else None,
        gemini_base_url=base_url or "https://generativelanguage.googleapis.com",
    )
    return Settings(embeddings=Embeddings.model_validate(known), language_models=models)


@pytest.fixture
async def stub() -> AsyncIterator[tuple[GeminiEmbeddingsStub, str]]:
    server = GeminiEmbeddingsStub()
    async with server.listening() as url:
        yield server, url


@pytest.fixture(params=[*LOCAL, "gemini"])
async def embedder(request: pytest.FixtureRequest, stub: tuple[GeminiEmbeddingsStub, str]) -> AsyncIterator[Embedder]:
    opened = await asyncio.to_thread(open_embedder, settings(request.param, stub[1]))
    yield opened
    await opened.aclose()


@pytest.fixture
async def gemini(stub: tuple[GeminiEmbeddingsStub, str]) -> AsyncIterator[GeminiEmbedder]:
    opened = open_gemini(settings("gemini", stub[1]))
    yield opened
    await opened.aclose()


def lengths(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.linalg.norm(vectors, axis=1), np.float32)


async def test_vectors_are_rows_of_unit_length(embedder: Embedder) -> None:
    vectors = await embedder.embed(["a baker", "pipe welder on site", "nurse"])

    assert vectors.shape == (3, embedder.dimensions)
    assert vectors.dtype == np.float32
    assert lengths(vectors) == pytest.approx(1, abs=1e-4)


async def test_order_is_that_of_the_texts_whatever_their_lengths(embedder: Embedder) -> None:
    roles = ("baker", "welder", "nurse", "lawyer", "florist", "pilot", "teacher", "plumber", "farmer", "dancer", "chemist")
    places = ("prison", "circus", "hospital", "museum", "desert", "airport", "castle", "bank", "zoo", "harbour")
    texts = [f"{role} in a {place}" + " with much more to do" * (len(role + place) % 5) for role in roles for place in places]
    together = await embedder.embed(texts, kind="document")

    for row in (0, 57, 109):
        (alone,) = await embedder.embed([texts[row]], kind="document")
        assert np.argmax(together @ alone) == row


async def test_nothing_asked_is_nothing_answered(embedder: Embedder) -> None:
    assert (await embedder.embed([])).shape == (0, embedder.dimensions)


@pytest.mark.parametrize("blank", ["", " ", "\n\t "])
async def test_a_blank_text_is_near_nothing(embedder: Embedder, blank: str) -> None:
    vectors = await embedder.embed(["baker", blank])

    assert lengths(vectors) == pytest.approx([1, 0], abs=1e-4)


@pytest.mark.parametrize("text", ["baker " * 100_000, "ß" * 20_000, "パン職人 🥐 𝔅𝔞𝔨𝔢𝔯", "\x00", "\u200b", "…!?"])
async def test_any_text_has_a_vector(embedder: Embedder, text: str) -> None:
    vectors = await embedder.embed([text, "baker"], kind="document")

    assert np.isfinite(vectors).all()
    assert lengths(vectors) == pytest.approx(1, abs=1e-4)


async def test_related_texts_are_nearer_than_unrelated_ones(embedder: Embedder) -> None:
    wish, near, far = await embedder.embed(["bread baker", "artisan baker of sourdough bread", "pipe welder for steel plants"])

    assert wish @ near > wish @ far + 0.1


async def test_calls_at_once_do_not_mix(embedder: Embedder) -> None:
    texts = ["bread baker", "pipe welder", "paediatric nurse", "immigration lawyer"] * 4
    alone = await embedder.embed(texts[:4])
    at_once = await asyncio.gather(*(embedder.embed([text]) for text in texts))

    for row, vectors in enumerate(at_once):
        assert np.argmax(alone @ vectors[0]) == row % 4


async def test_a_document_is_half_its_title(embedder: Embedder) -> None:
    title, text = "Baker", "Knead dough and run the ovens. " * 20
    (document,) = await embed_documents(embedder, [(title, text)])
    parts = await embedder.embed([title, f"{title}\n{text}"], kind="document")

    assert np.linalg.norm(document) == pytest.approx(1, abs=1e-4)
    assert document @ parts[0] == pytest.approx(document @ parts[1], abs=0.01)


async def test_the_name_of_its_vectors_can_be_a_field(embedder: Embedder) -> None:
    assert embedder.embedder_id
    assert not set(embedder.embedder_id) & set(".$ \0")
    assert 0.5 < embedder.threshold < 1


def test_ids_differ_by_model_and_dimensions() -> None:
    models = ("gemini-embedding-001", "gemini-embedding-2.5")
    opened = [open_gemini(settings("gemini", gemini_embedding_model=model)) for model in models]
    ids = {LocalEmbedder.embedder_id, WordLlamaEmbedder.embedder_id, *(each.embedder_id for each in opened)}

    assert len(ids) == 4
    assert "gemini-embedding-2_5-768" in ids


def test_only_the_chosen_model_is_loaded() -> None:
    program = (
        "import sys; from shared.settings import load_settings; from shared.embeddings.open import open_embedder\n"
        "open_embedder(load_settings({'EMBEDDER': 'wordllama'}, None)); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout.split()

    assert not {"onnxruntime", "google.genai", "wordllama", "httpx2"} & set(loaded)


def test_gemini_without_a_key_names_the_setting() -> None:
    with pytest.raises(SettingsError, match="GEMINI_API_KEY"):
        open_embedder(Settings(embeddings=Embeddings(embedder="gemini")))


async def test_a_model_that_fails_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = open_local()
    monkeypatch.setattr(embedder, "_tokenizer", Tokenizer(WordLevel({"baker": 1_000_000}, unk_token="baker")))

    with pytest.raises(Unavailable) as raised:
        await embedder.embed(["baker"])
    assert raised.value.code == "embedder_unavailable"


async def test_gemini_is_asked_as_its_api_wants_it(stub: tuple[GeminiEmbeddingsStub, str], gemini: GeminiEmbedder) -> None:
    server, _ = stub
    await gemini.embed(["bread baker"])
    await embed_documents(gemini, [("Baker", "x" * 500_000)])

    wish, documents = (asked.body["requests"] for asked in server.asked)
    assert wish == [
        {
            "model": f"models/{MODEL}",
            "content": {"parts": [{"text": "bread baker"}]},
            "taskType": "RETRIEVAL_QUERY",
            "outputDimensionality": 768,
        }
    ]
    assert [each["taskType"] for each in documents] == ["RETRIEVAL_DOCUMENT"] * 2
    assert len(documents[1]["content"]["parts"][0]["text"]) <= 8_000
    assert server.keys == [KEY, KEY]


async def test_gemini_is_asked_for_a_hundred_texts_at_a_time(stub: tuple[GeminiEmbeddingsStub, str], gemini: GeminiEmbedder) -> None:
    vectors = await gemini.embed([f"role {number}" for number in range(230)], kind="document")

    assert [len(asked.body["requests"]) for asked in stub[0].asked] == [100, 100, 30]
    assert lengths(vectors) == pytest.approx(1, abs=1e-4)


FAILURES = {
    "overloaded": error(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
    "of its own": error(500, "INTERNAL"),
    "minute's quota": minute_quota(),
    "day's quota": daily_quota(),
    "key refused": error(403, "PERMISSION_DENIED"),
    "no such model": error(404, "NOT_FOUND"),
    "refused": error(400, "INVALID_ARGUMENT"),
    "no JSON": Says(b"<html>busy</html>"),
    "no JSON of an error": Says(b"<html>busy</html>", 502),
    "no vectors": Says({"embeddings": []}),
    "too short": Says({"embeddings": [{"values": [0.5] * 767}]}),
    "no numbers": Says({"embeddings": [{"values": ["x"] * 768}]}),
    "all zeros": Says({"embeddings": [{"values": [0.0] * 768}]}),
    "not finite": Says(b'{"embeddings": [{"values": [' + b", ".join([b"NaN"] * 768) + b"]}]}"),
    "something else": Says(["embeddings"]),
}


@pytest.mark.parametrize("says", FAILURES.values(), ids=FAILURES)
async def test_the_backup_key_answers_when_the_first_fails(
    stub: tuple[GeminiEmbeddingsStub, str], gemini: GeminiEmbedder, says: Says
) -> None:
    server, _ = stub
    server.by_key[KEY] = says

    (vector,) = await gemini.embed(["bread baker"])

    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-4)
    assert server.keys == [KEY, BACKUP_KEY]


@pytest.mark.parametrize("says", FAILURES.values(), ids=FAILURES)
async def test_both_keys_failing_is_unavailable_and_tells_no_secret(
    stub: tuple[GeminiEmbeddingsStub, str], gemini: GeminiEmbedder, says: Says
) -> None:
    stub[0].by_key |= {KEY: says, BACKUP_KEY: says}

    with pytest.raises(Unavailable) as raised:
        await gemini.embed(["bread baker"])

    assert raised.value.code == "embedder_unavailable"
    assert "GEMINI_API_BACKUP_KEY" in raised.value.message
    assert KEY not in raised.value.message
    assert BACKUP_KEY not in raised.value.message


@needs_recordings
async def test_recorded_errors_hand_over_to_the_backup_key(stub: tuple[GeminiEmbeddingsStub, str]) -> None:
    server, url = stub
    recorded = [*error_bodies("gemini-generativelanguage"), cassette("gemini/pydantic-ai_cassettes/TestGoogle.test_embed_error.yaml")]
    assert len(recorded) > 3
    for says in recorded:
        embedder = open_gemini(settings("gemini", url))
        server.by_key[KEY] = says
        assert lengths(await embedder.embed(["baker"])) == pytest.approx(1, abs=1e-4)
        await embedder.aclose()
    assert server.keys == [KEY, BACKUP_KEY] * len(recorded)


@needs_recordings
def test_a_recorded_answer_is_read() -> None:
    says = cassette("gemini/pydantic-ai_cassettes/TestGoogle.test_query_with_dimensions.yaml")

    vectors = vectors_of(says.body, 1)

    assert vectors.shape == (1, 768)
    assert vectors[0, 0] == pytest.approx(says.body["embeddings"][0]["values"][0])


async def test_a_key_out_of_quota_is_left_alone(stub: tuple[GeminiEmbeddingsStub, str], gemini: GeminiEmbedder) -> None:
    server, _ = stub
    server.by_key[KEY] = daily_quota()
    for _ in range(3):
        await gemini.embed(["baker"])

    assert server.keys == [KEY, BACKUP_KEY, BACKUP_KEY, BACKUP_KEY]


async def test_a_slow_key_is_overtaken_by_the_backup(stub: tuple[GeminiEmbeddingsStub, str]) -> None:
    server, url = stub
    server.by_key[KEY] = Says(hangs=True)
    embedder = open_gemini(settings("gemini", url, query_embedding_timeout_s=4))

    assert lengths(await embedder.embed(["baker"])) == pytest.approx(1, abs=1e-4)

    assert server.keys == [KEY, BACKUP_KEY]
    await asyncio.wait_for(server.hung_up.wait(), PATIENT)  # nobody waits for it any longer
    await embedder.aclose()


async def test_a_query_waits_no_longer_than_it_may_and_a_document_may_wait_longer(stub: tuple[GeminiEmbeddingsStub, str]) -> None:
    server, url = stub
    server.by_key |= {KEY: Says(hangs=True), BACKUP_KEY: Says(hangs=True)}
    embedder = open_gemini(settings("gemini", url, query_embedding_timeout_s=0.2, embedding_timeout_s=600))

    with pytest.raises(Unavailable, match=r"deadline: 0\.2 s"):
        await asyncio.wait_for(embedder.embed(["baker"]), PATIENT)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(embedder.embed(["baker"], kind="document"), 1)
    await embedder.aclose()


async def test_nobody_listening_is_unavailable() -> None:
    embedder = open_gemini(settings("gemini", "http://127.0.0.1:9", backup=False))

    with pytest.raises(Unavailable) as raised:
        await embedder.embed(["baker"])
    assert raised.value.code == "embedder_unavailable"
    await embedder.aclose()
