"""The retriever over a real embedder and real indexes: words beside vectors, slips, filters, and what it does when a part is away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from numpy.typing import NDArray

from services.backend.search.retrieval import Retriever
from shared.embeddings.base import Kind, embed_documents
from shared.embeddings.local import LocalEmbedder
from shared.errors import Unavailable
from shared.lexical.index import LexicalIndex
from shared.mongo.postings import Indexed
from shared.settings import Search
from shared.vectors.base import EVERYTHING, Filters, Hit, VectorIndex
from shared.vectors.exact import ExactIndex

TITLES = {
    "nurse": ("Registered Nurse", "globex"),
    "cook": ("Line Cook", "acme"),
    "welder": ("MIG Welder", "acme"),
    "engineer": ("Software Engineer, Payments", "acme"),
    "driver": ("Truck Driver", "globex"),
    "teacher": ("Primary School Teacher", "initech"),
}


class Away:
    """An embedder or index that cannot answer."""

    embedder_id, dimensions, threshold = "away", 384, 0.7

    async def embed(self, texts: Sequence[str], *, kind: Kind = "query") -> NDArray[np.float32]:
        raise Unavailable("it is away", code="embedder_unavailable")

    async def aclose(self) -> None: ...

    async def search(self, vector: NDArray[np.float32], k: int, filters: Filters = EVERYTHING, without: Collection[str] = ()) -> list[Hit]:
        raise Unavailable("it is loading", code="index_loading")

    async def score(self, vector: NDArray[np.float32], greenhouse_ids: Collection[str], filters: Filters = EVERYTHING) -> list[Hit]:
        raise Unavailable("it is loading", code="index_loading")


@pytest.fixture(scope="module")
async def filled(embedder: LocalEmbedder) -> tuple[ExactIndex, LexicalIndex]:
    vectors = await embed_documents(embedder, [(title, "") for title, _ in TITLES.values()])
    now = datetime.now(UTC)
    postings = [
        Indexed(name, f"s:{name}", active=True, vector=vector, title=title, company_slug=company, company_name=company, first_published=now)
        for (name, (title, company)), vector in zip(TITLES.items(), vectors, strict=True)
    ]
    index, lexical = ExactIndex(embedder.dimensions), LexicalIndex()
    index.update(postings)
    lexical.update(postings)
    return index, lexical


def retriever(embedder: LocalEmbedder | Away, index: VectorIndex, lexical: LexicalIndex) -> Retriever:
    return Retriever(embedder, index, lexical, Search())


async def found(embedder: LocalEmbedder | Away, filled: tuple[VectorIndex, LexicalIndex], prompt: str, **asked: object) -> list[str]:
    retrieved = await retriever(embedder, *filled).retrieve(prompt, **{"k": 6, **asked})  # type: ignore[arg-type]
    return [each.greenhouse_id for each in retrieved.ranked]


@pytest.mark.parametrize(
    ("prompt", "best"),
    [
        ("nurse", "nurse"),
        ("Krankenschwester (m/w/d)", "nurse"),
        ("conductor de camión", "driver"),
        ("institutrice", "teacher"),
        ("sofware enginere", "engineer"),
        ("welding", "welder"),
    ],
)
async def test_the_best_comes_first_in_any_language_and_with_a_slip(
    embedder: LocalEmbedder, filled: tuple[ExactIndex, LexicalIndex], prompt: str, best: str
) -> None:
    assert (await found(embedder, filled, prompt))[0] == best


async def test_every_part_of_a_rank_is_told(embedder: LocalEmbedder, filled: tuple[ExactIndex, LexicalIndex]) -> None:
    retrieved = await retriever(embedder, *filled).retrieve("Nurze", 3)
    assert (retrieved.query, retrieved.degraded) == ("nurse", ())
    best = retrieved.ranked[0]
    (hit,) = await filled[0].score((await embedder.embed(["nurse"]))[0], ["nurse"])
    assert best.score == pytest.approx(hit.score, abs=1e-5)
    assert best.score is not None
    assert best.rank == pytest.approx(2 * best.score - 1 + 0.3 * best.bm25 + 0.3 * best.trigram + Search().recency_weight * best.recency)
    assert best.bm25 > 0.3
    assert best.trigram == pytest.approx(1 / 3)  # all of it; a third as it is English


async def test_filters_and_what_is_left_out_hold_for_both_ways_of_finding(
    embedder: LocalEmbedder, filled: tuple[ExactIndex, LexicalIndex]
) -> None:
    acme = Filters(company="acme")
    assert set(await found(embedder, filled, "nurse globex", filters=acme)) == {"cook", "welder", "engineer"}
    assert "nurse" not in await found(embedder, filled, "nurse", without=["s:nurse"])
    assert "nurse" not in await found(embedder, filled, "nurse", k=1, without=["s:nurse"])


async def test_a_company_is_found_by_its_name_wherever_its_vectors_lie(
    embedder: LocalEmbedder, filled: tuple[ExactIndex, LexicalIndex]
) -> None:
    assert "teacher" in await found(embedder, filled, "nurse at initech", k=1)


async def test_without_the_embedder_words_are_searched(embedder: LocalEmbedder, filled: tuple[ExactIndex, LexicalIndex]) -> None:
    retrieved = await retriever(Away(), *filled).retrieve("registered nurse or cook", 1)
    assert retrieved.degraded == ("embedder_unavailable",)
    assert [(each.greenhouse_id, each.score, each.subject_key, each.company) for each in retrieved.ranked] == [
        ("nurse", None, "s:nurse", "globex")
    ]
    assert await found(Away(), filled, "registered nurse or cook", filters=Filters(company="acme")) == ["cook"]
    assert await found(Away(), filled, "registered nurse or cook", without=["s:nurse"]) == ["cook"]


async def test_without_the_index_words_are_searched_and_filters_let_nothing_through(
    embedder: LocalEmbedder, filled: tuple[ExactIndex, LexicalIndex]
) -> None:
    retrieved = await retriever(embedder, Away(), filled[1]).retrieve("nurse", 5)
    assert retrieved.degraded == ("index_loading",)
    assert [(each.greenhouse_id, each.score, each.company) for each in retrieved.ranked] == [("nurse", None, "globex")]
    assert await found(embedder, (Away(), filled[1]), "nurse", filters=Filters(company="globex")) == []


async def test_nothing_known_is_an_empty_answer(embedder: LocalEmbedder) -> None:
    retrieved = await retriever(embedder, ExactIndex(384), LexicalIndex()).retrieve("nurse", 5)
    assert (retrieved.ranked, retrieved.degraded) == ((), ())
