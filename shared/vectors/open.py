"""The one place that chooses the vector index."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shared.embeddings.base import Embedder
from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import search_indexes
from shared.mongo.client import Database, Doc
from shared.settings import Settings
from shared.vectors.atlas import AtlasIndex, index_definition, same_definition
from shared.vectors.base import VectorIndex
from shared.vectors.keeper import Follower
from shared.vectors.synced import Following, SyncedIndex

log = get_logger(__name__)


async def open_index(
    db: Database, settings: Settings, embedder: Embedder, *, beside: Mapping[str, Follower] | None = None
) -> tuple[VectorIndex, Following]:
    """The index of VECTOR_INDEX over this embedder's vectors, and what is to be run (`follow()`, for ever) and closed after that.

    `beside` are other indexes, by the name of their snapshot's folder, that follow the postings, too. Asks the server at most one question;
    a database that does not answer is no error, and gets `exact`.
    """
    name, candidates = settings.embeddings.atlas_vector_index, settings.search.vector_search_candidates
    folder = snapshot_folder(settings, embedder.embedder_id)
    if await _wants_atlas(db, settings, embedder):
        return AtlasIndex(db, embedder.embedder_id, name, candidates), Following(db, embedder.embedder_id, beside or {}, folder)
    index = SyncedIndex(db, embedder.embedder_id, embedder.dimensions, beside=beside, folder=folder)
    return index, index.following


def snapshot_folder(settings: Settings, embedder_id: str) -> Path:
    return settings.process.data_dir / "index" / embedder_id


async def _wants_atlas(db: Database, settings: Settings, embedder: Embedder) -> bool:
    chosen, name = settings.embeddings.vector_index, settings.embeddings.atlas_vector_index
    if chosen != "auto":
        return chosen == "atlas"
    try:
        found = await search_indexes.find(db, name)
    except Unavailable as error:
        log.info("vector_index_exact", reason=f"{error.message}; vectors are searched in this process")
        return False
    problem = _problem(found, embedder)
    if problem:
        log.warning("vector_index_exact", reason=f"the search index {name} {problem}: run `python -m services indexes`, then start again")
    return problem is None


def _problem(found: Doc | None, embedder: Embedder) -> str | None:
    if found is None:
        return "is missing"
    wanted = index_definition(embedder.embedder_id, embedder.dimensions)
    if not same_definition(wanted, found.get("latestDefinition", {})):
        return "is not the one this embedder needs"
    return None if found.get("queryable") else "is not built yet"
