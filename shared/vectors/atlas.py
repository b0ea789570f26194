"""Nearest neighbours by the server's own index, `$vectorSearch`: Atlas, and MongoDB beside which mongot runs.

https://www.mongodb.com/docs/vector-search/query/aggregation-stages/vector-search-stage/
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.mongo import postings, search_indexes
from shared.mongo.client import Database, Doc
from shared.mongo.postings import decode_vector, encode_vector
from shared.vectors.base import EVERYTHING, Filters, Hit

FILTER_FIELDS = ("active", "subject_key", "company_slug", "place_keys", "department_keys", "remote", "first_published")

_FEW = 100  # subjects the server leaves out for us; more would make its filter slow
_PER_RESULT = 20  # candidates; MongoDB's advice for a good recall
_MOST = 10_000  # of candidates, and so of results: a limit of the server
_FIELDS: Doc = {"_id": 0, "greenhouse_id": 1, "subject_key": 1, "company_slug": 1, "first_published": 1}


@dataclass(frozen=True)
class AtlasIndex:
    """VectorIndex over the search index `name`. `candidates` is the least that is looked at, approximately; scores are Atlas's own."""

    db: Database
    embedder_id: str
    name: str
    candidates: int

    async def search(self, vector: NDArray[np.float32], k: int, filters: Filters = EVERYTHING, without: Collection[str] = ()) -> list[Hit]:
        """As VectorIndex says, of the first 10,000."""
        left_out = frozenset(without)
        limit = k if len(left_out) <= _FEW else 2 * k
        while k > 0:
            found = await search_indexes.run(self.db, pipeline(self, vector, limit, filters, left_out))
            hits = [_hit(doc, doc["score"]) for doc in found if doc["subject_key"] not in left_out]
            if len(hits) >= k or len(found) < min(limit, _MOST) or limit >= _MOST:
                return hits[:k]
            limit *= 4
        return []

    async def score(self, vector: NDArray[np.float32], greenhouse_ids: Collection[str], filters: Filters = EVERYTHING) -> list[Hit]:
        """As VectorIndex says: the vectors are read, and compared here."""
        where = {"$and": [{"greenhouse_id": {"$in": list(greenhouse_ids)}}, *conditions(filters, ())]}
        field = {f"vectors.{self.embedder_id}.vector": 1}
        found = await postings.find(self.db, where, {**_FIELDS, **field}) if greenhouse_ids else []
        vectors = ((doc, doc.get("vectors", {}).get(self.embedder_id)) for doc in found)
        return [_hit(doc, (1 + float(decode_vector(entry["vector"]) @ vector)) / 2) for doc, entry in vectors if entry]


def pipeline(index: AtlasIndex, vector: NDArray[np.float32], limit: int, filters: Filters, without: Collection[str]) -> list[Doc]:
    """PURE: the aggregation that finds `limit` postings. Of `without`, few are left out by the server; many are not."""
    limit = min(limit, _MOST)
    stage = {
        "index": index.name,
        "path": path(index.embedder_id),
        "queryVector": encode_vector(vector),
        "numCandidates": min(max(index.candidates, _PER_RESULT * limit), _MOST),
        "limit": limit,
        "filter": {"$and": conditions(filters, without if len(without) <= _FEW else ())},
    }
    return [{"$vectorSearch": stage}, {"$project": {**_FIELDS, "score": {"$meta": "vectorSearchScore"}}}]


def conditions(filters: Filters, without: Collection[str]) -> list[Doc]:
    """PURE: each in the operators $vectorSearch knows, which find knows, too."""
    asked = {
        "company_slug": filters.company, "place_keys": filters.location, "department_keys": filters.department, "remote": filters.remote,
    }  # fmt: skip
    return [
        {"active": {"$eq": True}},
        *({field: {"$eq": value}} for field, value in asked.items() if value is not None),
        *([{"first_published": {"$gte": filters.posted_since}}] if filters.posted_since else []),
        *([{"subject_key": {"$nin": sorted(without)}}] if without else []),
    ]


def path(embedder_id: str) -> str:
    return f"vectors.{embedder_id}.vector"


def index_definition(embedder_id: str, dimensions: int) -> Doc:
    """PURE: the vector search index that AtlasIndex needs."""
    vector = {"type": "vector", "path": path(embedder_id), "numDimensions": dimensions, "similarity": "cosine"}
    return {"fields": [vector, *({"type": "filter", "path": field} for field in FILTER_FIELDS)]}


def same_definition(wanted: Doc, there: Doc) -> bool:
    """PURE: the server's definition says what ours does; it may say more, and in another order."""
    fields = {field["path"]: field for field in there.get("fields", ())}
    ours = {field["path"]: field for field in wanted["fields"]}
    return ours.keys() == fields.keys() and all(field.items() <= fields[path].items() for path, field in ours.items())


def _hit(doc: Doc, score: float) -> Hit:
    return Hit(doc["greenhouse_id"], doc["subject_key"], score, doc.get("company_slug") or "", doc.get("first_published"))
