"""Gemini's embeddings over HTTP: batches, unit length, and a second key for when the first fails or is slow.

https://ai.google.dev/api/embeddings: vectors are of unit length at 3072 dimensions only, and 100 texts are the most in one request.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import SecretStr

from shared.embeddings.base import Kind, unit
from shared.errors import InvalidInput, SettingsError, Unavailable
from shared.http.client import HttpClient, Limits, Reply
from shared.llm.breaker import Breaker
from shared.llm.failures import Away, ModelFailure, of_transport
from shared.llm.gemini_errors import failure
from shared.logging import get_logger
from shared.settings import Settings
from shared.tasks import end

log = get_logger(__name__)

DIMENSIONS = 768
_MOST_TEXTS = 100
_CHARACTERS = 8_000  # the model reads 2,048 tokens
_TASK: dict[Kind, str] = {"query": "RETRIEVAL_QUERY", "document": "RETRIEVAL_DOCUMENT"}


@dataclass(frozen=True)
class Key:
    """One key, and when it may be asked. `setting` is the variable that holds it, for the operator's eyes."""

    setting: str
    secret: SecretStr
    breaker: Breaker


@dataclass(frozen=True)
class Patience:
    """Seconds for a query and for a batch of documents, whatever happens meanwhile."""

    query_s: float
    document_s: float

    def of(self, kind: Kind) -> float:
        return self.query_s if kind == "query" else self.document_s


@dataclass
class _Asked:
    """One request as it goes from key to key; `patience_s` is for all of them, `outcomes` by key."""

    path: str
    body: dict[str, Any]
    count: int
    patience_s: float
    outcomes: dict[str, str] = field(default_factory=dict)


class GeminiEmbedder:
    """`model` without "models/". A key that fails hands over to the next at once; one that is slow is overtaken by it."""

    dimensions = DIMENSIONS
    threshold = 0.75

    def __init__(self, keys: Sequence[Key], *, model: str, base_url: str, patience: Patience) -> None:
        self.embedder_id = gemini_id(model)
        self._keys = keys
        self._model = model
        self._base_url = base_url.rstrip("/")
        self._patience = patience
        self._http = HttpClient(Limits(read_s=patience.document_s, total_s=patience.document_s, attempts=1))

    async def embed(self, texts: Sequence[str], *, kind: Kind = "query") -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        told = [row for row, text in enumerate(texts) if text.strip()]
        for start in range(0, len(told), _MOST_TEXTS):
            rows = told[start : start + _MOST_TEXTS]
            vectors[rows] = await self._batch([texts[row] for row in rows], kind)
        return unit(vectors)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _batch(self, texts: Sequence[str], kind: Kind) -> NDArray[np.float32]:
        """Raises Unavailable when no key brought an answer in time."""
        path, patience_s = f"/v1beta/models/{self._model}:batchEmbedContents", self._patience.of(kind)
        asked = _Asked(path, _body(self._model, texts, kind), len(texts), patience_s)
        try:
            async with asyncio.timeout(patience_s):
                vectors = await self._first(asked)
        except TimeoutError:
            vectors = None
            asked.outcomes["deadline"] = f"{patience_s:g} s"
        if vectors is None:
            told = ", ".join(f"{setting}: {outcome}" for setting, outcome in asked.outcomes.items())
            raise Unavailable(f"Gemini gave no vectors ({told})", code="embedder_unavailable")
        return vectors

    async def _first(self, asked: _Asked) -> NDArray[np.float32] | None:
        """The first answer. The next key is asked when one failed, or when half the time went by without an answer."""
        waiting = list(self._keys)
        asking: set[asyncio.Task[NDArray[np.float32] | None]] = set()
        try:
            while waiting or asking:
                if waiting:
                    asking.add(asyncio.create_task(self._ask(waiting.pop(0), asked)))
                done, asking = await asyncio.wait(
                    asking, timeout=asked.patience_s / 2 if waiting else None, return_when=asyncio.FIRST_COMPLETED
                )
                for vectors in (task.result() for task in done):
                    if vectors is not None:
                        return vectors
            return None
        finally:
            await end(*asking)

    async def _ask(self, key: Key, asked: _Asked) -> NDArray[np.float32] | None:
        """One key's answer, or None: then `outcomes` says why."""
        started = time.monotonic()
        with key.breaker.attempt(started) as refusal:
            if refusal is not None:
                asked.outcomes[key.setting] = refusal
                return None
            try:
                vectors = await self._request(key, asked)
            except ModelFailure as failed:
                self._note(key, failed)
                asked.outcomes[key.setting] = failed.outcome
                return None
            except asyncio.CancelledError:
                if time.monotonic() - started >= asked.patience_s / 2:  # overtaken, or out of time: slow is as good as away
                    asked.outcomes[key.setting] = "slow"
                    self._note(key, Away("no answer in time"))
                raise
        key.breaker.succeeded()
        return vectors

    def _note(self, key: Key, failed: ModelFailure) -> None:
        switched_off = key.breaker.learn(failed, time.monotonic())
        tell = log.error if switched_off else log.warning
        tell("embedding_failed", setting=key.setting, outcome=failed.outcome, error=failed.message, switched_off=switched_off)

    async def _request(self, key: Key, asked: _Asked) -> NDArray[np.float32]:
        """Raises ModelFailure."""
        headers = {"x-goog-api-key": key.secret.get_secret_value()}
        try:
            reply = await self._http.request("POST", self._base_url + asked.path, headers=headers, json=asked.body)
            if reply.status != 200:
                raise failure(reply.status, _json(reply), datetime.now(UTC), key.secret)
            return vectors_of(reply.json(), asked.count)
        except ModelFailure:
            raise
        except (Unavailable, InvalidInput) as error:
            raise of_transport(error) from error


def gemini_id(model: str) -> str:
    return f"{model.replace('.', '_')}-{DIMENSIONS}"


def _body(model: str, texts: Sequence[str], kind: Kind) -> dict[str, Any]:
    about = {"model": f"models/{model}", "taskType": _TASK[kind], "outputDimensionality": DIMENSIONS}
    return {"requests": [{**about, "content": {"parts": [{"text": text[:_CHARACTERS]}]}} for text in texts]}


def _json(reply: Reply) -> Any:
    """An error's body; one that is no JSON says nothing, and its status remains."""
    try:
        return reply.json()
    except Unavailable:
        return None


def vectors_of(body: Any, count: int) -> NDArray[np.float32]:
    """PURE: the answer's vectors, of shape (count, DIMENSIONS), not of unit length. Raises Away when it is no such answer."""
    try:
        vectors = np.asarray([each["values"] for each in body["embeddings"]], np.float32)
    except (TypeError, LookupError, ValueError) as error:
        raise Away(f"the answer is not Gemini's ({type(error).__name__})") from None
    if vectors.shape != (count, DIMENSIONS) or not np.isfinite(vectors).all() or not vectors.any(axis=1).all():
        raise Away(f"the answer is not {count} vectors of {DIMENSIONS} numbers")
    return vectors


def open_gemini(settings: Settings) -> GeminiEmbedder:
    """Raises SettingsError without any key."""
    models, embeddings = settings.language_models, settings.embeddings
    keys = (("GEMINI_API_KEY", models.gemini_api_key), ("GEMINI_API_BACKUP_KEY", models.gemini_api_backup_key))
    chosen = [Key(setting, key, Breaker(models.llm_breaker_failures, models.llm_breaker_cooldown_s)) for setting, key in keys if key]
    if not chosen:
        raise SettingsError("GEMINI_API_KEY: not set; EMBEDDER=gemini needs it")
    patience = Patience(embeddings.query_embedding_timeout_s, embeddings.embedding_timeout_s)
    return GeminiEmbedder(chosen, model=embeddings.gemini_embedding_model, base_url=models.gemini_base_url, patience=patience)
