"""From which score on a posting counts as a match: measured for an embedder on wishes whose postings are known.

The threshold is the lowest hundredth that at most OTHERS_PASSING of the pairs that do not belong together reach. It depends on no
share of matches in the sample, which is nothing like that of a real catalogue, and it says what to expect of one: of 1,000 postings
that have nothing to do with a wish about 10 pass. A match that is missed costs a user a reel; a wrong one costs one render, of a
posting that is at least near: so no higher than that.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.embeddings.base import Embedder, embed_documents

OTHERS_PASSING = 0.01
BUCKET = 0.025
"""Width of a histogram's bar."""


@dataclass(frozen=True)
class Sample:
    """`documents` are (title, text); `belongs[wish, document]`, shape (wishes, documents)."""

    wishes: tuple[str, ...]
    documents: tuple[tuple[str, str], ...]
    belongs: NDArray[np.bool_]


@dataclass(frozen=True)
class Row:
    """What a threshold would let pass: shares in [0, 1]. Precision holds for the sample's own share of matches only."""

    threshold: float
    recall: float
    others: float
    precision: float


@dataclass(frozen=True)
class Calibration:
    """Scores, (1 + cos) / 2, of the pairs that belong together and of all others, each of shape (pairs,)."""

    embedder_id: str
    stored: float
    matching: NDArray[np.float32]
    others: NDArray[np.float32]

    @property
    def threshold(self) -> float:
        """Of two decimals."""
        share = np.quantile(self.others, 1 - OTHERS_PASSING, method="inverted_cdf")
        lowest = math.floor(100 * float(share)) / 100
        while (self.others >= lowest).mean() > OTHERS_PASSING:
            lowest = round(lowest + 0.01, 2)
        return lowest

    def row(self, threshold: float) -> Row:
        found, wrong = int((self.matching >= threshold).sum()), int((self.others >= threshold).sum())
        precision = found / (found + wrong) if found + wrong else 1.0
        return Row(threshold, found / len(self.matching), wrong / len(self.others), precision)

    def histogram(self) -> list[tuple[float, float, float]]:
        """From where a bar starts, with the shares of matching and of other pairs in it; from the lowest score to the highest."""
        every = np.concatenate([self.matching, self.others])
        edges = np.arange(math.floor(every.min() / BUCKET), math.floor(every.max() / BUCKET) + 2) * BUCKET
        shares = [np.histogram(scores, edges)[0] / len(scores) for scores in (self.matching, self.others)]
        return [(round(float(edge), 3), float(a), float(b)) for edge, a, b in zip(edges, *shares, strict=False)]


async def calibrate(embedder: Embedder, sample: Sample) -> Calibration:
    """Embed the sample as a search and an import would. Raises Unavailable."""
    wishes = np.concatenate([await embedder.embed([wish]) for wish in sample.wishes])  # one by one, as they come
    documents = await embed_in_batches(embedder, sample.documents)
    scores = np.asarray((1 + wishes @ documents.T) / 2, np.float32)
    return Calibration(embedder.embedder_id, embedder.threshold, scores[sample.belongs], scores[~sample.belongs])


async def embed_in_batches(embedder: Embedder, documents: Sequence[tuple[str, str]], size: int = 32) -> NDArray[np.float32]:
    starts = range(0, len(documents), size)
    return np.concatenate([await embed_documents(embedder, documents[start : start + size]) for start in starts])
