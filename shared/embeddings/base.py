"""The Embedder port: text to unit vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Embedder(Protocol):
    """`embedder_id` names model and version: vectors of different ids are never compared. `threshold` is the score, (1 + cos) / 2,
    from which a posting counts as a match for a query, calibrated for this model."""

    embedder_id: str
    dimensions: int
    threshold: float

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, float32 of shape (len(texts), dimensions). Raises Unavailable when the model cannot answer."""
        ...


async def embed_documents(embedder: Embedder, documents: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
    """Vectors of (title, text) pairs: normalise(embed(title) + embed(title + text)). The title counts for half, whatever the length."""
    titles = [title for title, _ in documents]
    wholes = [f"{title}\n{text}" for title, text in documents]
    vectors = await embedder.embed([*titles, *wholes])
    summed = vectors[: len(titles)] + vectors[len(titles) :]
    norms = np.linalg.norm(summed, axis=1, keepdims=True)
    return np.asarray(summed / np.maximum(norms, 1e-12), np.float32)
