"""The Embedder port: text to unit vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Kind = Literal["query", "document"]
"""What a text is: some models embed a wish and what may answer it in ways of their own, and a wish cannot wait as long."""


class Embedder(Protocol):
    """`embedder_id` names model, version and dimensions: vectors of different ids are never compared. It is a field's name in the
    database, so it has neither "." nor a leading "$". `threshold` is the score, (1 + cos) / 2, from which a posting counts as a match
    for a query, calibrated for this model (`python -m services calibrate`)."""

    embedder_id: str
    dimensions: int
    threshold: float

    async def embed(self, texts: Sequence[str], *, kind: Kind = "query") -> NDArray[np.float32]:
        """Unit vectors, float32 of shape (len(texts), dimensions), in the order of the texts; all zeros for a text that is blank.

        Raises Unavailable with code embedder_unavailable when the model cannot answer in time.
        """
        ...

    async def aclose(self) -> None: ...


async def embed_documents(embedder: Embedder, documents: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
    """Vectors of (title, text) pairs: normalise(embed(title) + embed(title + text)). The title counts for half, whatever the length."""
    titles = [title for title, _ in documents]
    wholes = [f"{title}\n{text}" for title, text in documents]
    vectors = await embedder.embed([*titles, *wholes], kind="document")
    return unit(vectors[: len(titles)] + vectors[len(titles) :])


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each row of an (n, d) matrix at length 1; a row of zeros stays one."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), np.float32)
