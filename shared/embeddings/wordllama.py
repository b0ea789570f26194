"""WordLlama on this machine: the mean of its words' vectors. 16 MB, no network, a tenth of a millisecond a query.

Its files come with the `wordllama` wheel and are read as they lie: the package itself would load a downloader and set up logging.
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from shared.embeddings.base import Kind, unit
from shared.lexical.english import in_english


class WordLlamaEmbedder:
    """l2_supercat, 256 dimensions. Word order counts for nothing in it. German, Spanish and French are put into English words first."""

    embedder_id = "wordllama-l2-256-v2"
    dimensions = 256
    threshold = 0.66

    def __init__(self, folder: Path) -> None:
        self._words = load_file(folder / "weights" / "l2_supercat_256.safetensors")["embedding.weight"]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    async def embed(self, texts: Sequence[str], *, kind: Kind = "query") -> NDArray[np.float32]:
        return await asyncio.to_thread(self._embed, list(texts))

    async def aclose(self) -> None:
        return None

    def _embed(self, texts: list[str]) -> NDArray[np.float32]:
        encodings = self._tokenizer.encode_batch([in_english(text) for text in texts], add_special_tokens=False)
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for row, encoding in enumerate(encodings):
            if texts[row].strip():
                vectors[row] = self._words[encoding.ids].mean(axis=0, dtype=np.float32)
        return unit(vectors)


def open_wordllama() -> WordLlamaEmbedder:
    """Raises FileNotFoundError when the wheel is not installed."""
    spec = importlib.util.find_spec("wordllama")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package wordllama is not installed; run `make setup`")
    return WordLlamaEmbedder(Path(spec.submodule_search_locations[0]))
