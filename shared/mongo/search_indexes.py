"""Search indexes: what `$vectorSearch` searches. Only some servers have them: Atlas, and MongoDB beside which mongot runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pymongo.errors import OperationFailure, PyMongoError
from pymongo.operations import SearchIndexModel

from shared.errors import Unavailable
from shared.mongo.client import Database, Doc, translated

VECTOR_INDEX_UNAVAILABLE = "vector_index_unavailable"
_NOT_OFFERED = {59, 115, 31082, 40324, 6047401}
"""CommandNotFound, CommandNotSupported, SearchNotEnabled, "Unrecognized pipeline stage name", "only allowed on MongoDB Atlas"."""
_ATLAS_ERROR = 8000  # among others, of tiers that do not know these commands


class NotOffered(Unavailable):
    """This server has no search indexes."""

    code = "search_indexes_not_offered"
    title = "This MongoDB server has no search indexes"


@contextmanager
def _understood() -> Iterator[None]:
    try:
        with translated():
            yield
    except OperationFailure as error:
        if error.code in _NOT_OFFERED or (error.code == _ATLAS_ERROR and "SearchIndex" in str(error)):
            raise NotOffered(f"this server has no search indexes ({error.details and error.details.get('errmsg')})") from error
        raise


async def find(db: Database, name: str) -> Doc | None:
    """The index of this name over `jobs` as $listSearchIndexes tells it: status, queryable, latestDefinition, … Raises NotOffered."""
    with _understood():
        async for told in await db.jobs.list_search_indexes(name):
            return dict(told)
    return None


async def create(db: Database, name: str, definition: Doc) -> None:
    """Have the server build a vector search index over `jobs`; it is ready later. Raises NotOffered."""
    with _understood():
        await db.jobs.create_search_index(SearchIndexModel(definition, name=name, type="vectorSearch"))


async def update(db: Database, name: str, definition: Doc) -> None:
    """Have it built anew; until it is ready the server answers with the old one."""
    with _understood():
        await db.jobs.update_search_index(name, definition)


async def run(db: Database, pipeline: Sequence[Doc]) -> list[Doc]:
    """What a pipeline that begins with $vectorSearch finds in `jobs`. Raises Unavailable for whatever the server answers instead: the
    index is missing, not built yet, or the part of the server that searches is away."""
    try:
        with translated():
            return [doc async for doc in await db.jobs.aggregate(list(pipeline))]
    except PyMongoError as error:
        raise Unavailable(f"$vectorSearch: {error}", code=VECTOR_INDEX_UNAVAILABLE) from error
