"""Gemini's batchEmbedContents: vectors made of the words of a text, so that texts with words in common are near; written for the tests."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.stubs.gemini import KEY, bad_key, error
from tests.stubs.vendor import Asked, Says, VendorStub

BACKUP_KEY = "AIzaSy-stub-backup-key"
MODEL = "gemini-embedding-001"
_PATH = re.compile(r"/v1beta/models/([\w.-]+):batchEmbedContents")
_MOST_TEXTS = 100
_TASKS = ("RETRIEVAL_QUERY", "RETRIEVAL_DOCUMENT")


class GeminiEmbeddingsStub(VendorStub):
    """Answers with vectors, unless `by_key` has something else to say to the key that is asked with."""

    def __init__(self) -> None:
        super().__init__()
        self.by_key: dict[str, Says] = {}

    @property
    def keys(self) -> list[str]:
        """The keys it was asked with, in their order."""
        return [asked.headers["x-goog-api-key"] for asked in self.asked]

    def refusal(self, asked: Asked) -> Says | None:
        """Never None: all it says follows from what it is asked."""
        found = _PATH.fullmatch(asked.path)
        if not found:
            return error(404, "NOT_FOUND", f"nothing at {asked.path}")
        if (key := asked.headers.get("x-goog-api-key", "")) not in (KEY, BACKUP_KEY):
            return bad_key()
        return self.by_key.get(key) or _vectors(found[1], asked.body["requests"])


def _vectors(model: str, requests: list[dict[str, Any]]) -> Says:
    if len(requests) > _MOST_TEXTS:
        return error(400, "INVALID_ARGUMENT", f"* BatchEmbedContentsRequest.requests: at most {_MOST_TEXTS} requests can be in one batch\n")
    texts = [request["content"]["parts"][0]["text"] for request in requests]
    if any(request["model"] != f"models/{model}" or request["taskType"] not in _TASKS for request in requests) or not all(texts):
        return error(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
    sizes = [request.get("outputDimensionality", 3072) for request in requests]
    return Says({"embeddings": [{"values": _vector(text, size).tolist()} for text, size in zip(texts, sizes, strict=True)]})


def _vector(text: str, size: int) -> NDArray[np.float32]:
    """The mean of one random vector a word: not of unit length, as Gemini's below 3072 dimensions."""
    words = re.findall(r"\w+", text.casefold()) or [text]
    return np.asarray(np.mean([_word(word, size) for word in words], axis=0), np.float32)


def _word(word: str, size: int) -> NDArray[np.float32]:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8])
    return np.random.default_rng(seed).standard_normal(size, np.float32)
