"""MiniLM on this machine: int8 through onnxruntime, no network, no key."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidArgument, RuntimeException
from tokenizers import Encoding, Tokenizer

from shared.embeddings.base import Kind, unit
from shared.embeddings.minilm import HIDDEN, MINILM_ID, model_path, wheel_dir
from shared.errors import Unavailable
from shared.lexical.english import in_english

_MAX_TOKENS = 256  # what the model was trained on
_BATCH = 16
_CENTRE = Path(__file__).parent / "centre.npy"
_FAILURES = (Fail, InvalidArgument, RuntimeException)  # they have no base of their own


class LocalEmbedder:
    """all-MiniLM-L6-v2, 384 dimensions; texts past 256 tokens are cut. Calls run in a thread; onnxruntime lets go of the GIL.

    It knows English only: German, Spanish and French are put into English words first (shared.lexical.english). What all vectors of job
    titles have in common says nothing about any of them and is taken away: `centre.npy`, the mean of the English words of the lists.
    docs/search.md has what both are worth.
    """

    embedder_id = MINILM_ID
    dimensions = HIDDEN
    threshold = 0.68

    def __init__(self, model: Path, *, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(wheel_dir() / "tokenizer.json"))
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        self._tokenizer.no_padding()
        self._centre = np.load(_CENTRE).astype(np.float32)

    async def embed(self, texts: Sequence[str], *, kind: Kind = "query") -> NDArray[np.float32]:
        return await asyncio.to_thread(self._embed, list(texts))

    async def aclose(self) -> None:
        return None

    def _embed(self, texts: list[str]) -> NDArray[np.float32]:
        encodings = self._tokenizer.encode_batch(list(map(in_english, texts)))
        vectors = np.empty((len(texts), HIDDEN), np.float32)
        by_length = np.argsort([-len(encoding.ids) for encoding in encodings], kind="stable")
        for start in range(0, len(by_length), _BATCH):  # alike lengths together: little padding
            chosen = by_length[start : start + _BATCH]
            vectors[chosen] = self._run([encodings[i] for i in chosen])
        vectors = unit(vectors - self._centre)
        vectors[[not text.strip() for text in texts]] = 0
        return vectors

    def _run(self, encodings: list[Encoding]) -> NDArray[np.float32]:
        width = max(len(encoding.ids) for encoding in encodings)
        ids = np.zeros((len(encodings), width), np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        try:
            outputs = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
        except _FAILURES as error:
            raise Unavailable(f"the embedding model failed: {error}", code="embedder_unavailable") from error
        return np.asarray(outputs[0], np.float32)


def open_local(*, threads: int = 1) -> LocalEmbedder:
    """The local embedder; builds its model file first where set-up has not (a few seconds, once)."""
    path = model_path()
    if not path.exists():
        from shared.embeddings.build import build  # needs onnx, which takes 35 MB and no service has

        build(path)
    return LocalEmbedder(path, threads=threads)
