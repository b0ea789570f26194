"""Imports into a real mongod with the real embedding model: counts, no second embedding, nothing lost to a bad row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from services.backend.postings.importer import Row, Source, Summary, import_postings
from shared.embeddings.base import Kind
from shared.embeddings.local import LocalEmbedder, open_local
from shared.mongo import postings
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes


class Counting:
    """The real embedder, telling how many texts it was given."""

    def __init__(self, embedder: LocalEmbedder) -> None:
        self.embedder_id, self.dimensions, self.threshold = embedder.embedder_id, embedder.dimensions, embedder.threshold
        self.embedder, self.texts = embedder, 0

    async def embed(self, texts: Sequence[str], *, kind: Kind = "query") -> NDArray[np.float32]:
        self.texts += len(texts)
        return await self.embedder.embed(texts, kind=kind)

    async def aclose(self) -> None:
        await self.embedder.aclose()


@pytest.fixture
def embedder() -> Counting:
    return Counting(open_local())


@pytest.fixture
async def imports(db: Database) -> Database:
    await create_indexes(db)
    return db


def row(identifier: object, **changes: Any) -> dict[str, Any]:
    return {"id": identifier, "title": f"Baker {identifier}", "company_name": "Oven & Co", "content": "<p>Bake bread.</p>", **changes}


def source(*rows: dict[str, Any], complete: bool = False) -> Source:
    return Source([Row(f"line {i}", row) for i, row in enumerate(rows, start=1)], complete)


def counts(summary: Summary) -> tuple[int, int, int, int, int, int]:
    return summary.new, summary.changed, summary.unchanged, summary.closed, summary.rejected, summary.embedded


async def test_a_second_identical_import_embeds_nothing(imports: Database, embedder: Counting) -> None:
    rows = source(*(row(i, updated_at="2026-01-02T03:04:05.678901-05:00", first_published="2026-01-02T00:00:00") for i in range(70)))
    assert counts(await import_postings(imports, embedder, rows)) == (70, 0, 0, 0, 0, 70)
    asked = embedder.texts
    assert counts(await import_postings(imports, embedder, rows)) == (0, 0, 70, 0, 0, 0)
    assert embedder.texts == asked


async def test_only_a_new_text_is_embedded_again(imports: Database, embedder: Counting) -> None:
    await import_postings(imports, embedder, source(row(1), row(2), row(3)))
    changed = source(row(1), row(2, location={"name": "Ghent"}), row(3, content="<p>Bake cakes.</p>"))
    assert counts(await import_postings(imports, embedder, changed)) == (0, 2, 1, 0, 0, 1)
    stored = await postings.get(imports, "3")
    assert stored
    assert stored.description == "Bake cakes."


async def test_bad_rows_are_named_and_the_others_stored(imports: Database, embedder: Counting) -> None:
    rows = source(
        row(1),
        {"id": 2},
        row(3, title=" \u200b "),
        row(1),
        row(5, requisition_id=2**70),
        row(6, departments=["\ud800"]),
        row(7, location=3),
        row(8, content=""),
        row(9, company_name=None),
        row(1.5),
        row("a/b"),
        row(12, title=float("nan")),
        row(13, updated_at="0001-01-01T00:00:00+14:00"),
    )
    summary = await import_postings(imports, embedder, rows)
    assert (summary.new, summary.rejected) == (2, 11)
    told = " | ".join(summary.reasons)
    fields = "title", "title", "id: 1 stands in the file twice", "requisition_id", "departments", "location"
    later = "company_name", "id", "id", "title", "updated_at"
    for part in [f"line {n}: {field}" for n, field in [*enumerate(fields, start=2), *enumerate(later, start=9)]]:
        assert part in told
    assert await imports.jobs.count_documents({}) == 2


async def test_a_complete_board_closes_what_it_no_longer_lists(imports: Database, embedder: Counting) -> None:
    await import_postings(imports, embedder, source(row(1), row(2), row(9, company_name="Other")))
    assert counts(await import_postings(imports, embedder, source(row(1), complete=True))) == (0, 0, 1, 1, 0, 0)
    assert {doc["greenhouse_id"]: doc["active"] async for doc in imports.jobs.find()} == {"1": True, "2": False, "9": True}
    assert counts(await import_postings(imports, embedder, source(row(2)))) == (0, 1, 0, 0, 0, 0)


async def test_an_unread_row_closes_nothing(imports: Database, embedder: Counting) -> None:
    await import_postings(imports, embedder, source(row(1), row(2)))
    assert (await import_postings(imports, embedder, source(row(1), {"id": 2}, complete=True))).closed == 0


async def test_the_boards_own_fields_are_kept(imports: Database, embedder: Counting) -> None:
    await import_postings(
        imports, embedder, source(row(1, requisition_id="R-7", departments=[{"id": 4, "name": "Kitchen"}], vectors={"x": 1}))
    )
    doc = await imports.jobs.find_one({"greenhouse_id": "1"})
    assert doc
    assert (doc["requisition_id"], doc["departments"]) == ("R-7", ["Kitchen"])
    assert "content" not in doc
    vector = postings.decode_vector(doc["vectors"][embedder.embedder_id]["vector"])
    assert vector.shape == (384,)
    assert abs(float(np.linalg.norm(vector)) - 1) < 1e-5


async def test_markup_in_names_is_resolved_and_only_web_addresses_become_links(imports: Database, embedder: Counting) -> None:
    rows = source(
        row(1, title="<b>R&amp;D</b> Engineer", company_name="Oven &amp; Co", absolute_url="javascript:alert(1)"),
        row(2, absolute_url="https://x.example/2"),
    )
    await import_postings(imports, embedder, rows)
    one, two = await postings.get(imports, "1"), await postings.get(imports, "2")
    assert one
    assert (one.title, one.company_name, one.absolute_url) == ("R&D Engineer", "Oven & Co", None)
    assert two
    assert two.absolute_url == "https://x.example/2"
