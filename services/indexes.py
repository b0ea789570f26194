"""`python -m services indexes`: every index of the database, and the vector search index where the server has such."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

from pydantic import SecretStr
from rich.console import Console

from shared.embeddings.base import Embedder
from shared.embeddings.open import open_embedder
from shared.errors import Unavailable
from shared.logging import configure_logging
from shared.mongo import search_indexes
from shared.mongo.client import Database, Doc, open_mongo, translated
from shared.mongo.embedded import database_uri
from shared.mongo.indexes import create_indexes, missing_indexes
from shared.settings import Settings
from shared.vectors.atlas import index_definition, same_definition

_PATIENCE_MS = 5000  # nobody waits for a page here
_SOCKET_MS = 600_000  # an index over a large collection takes its time
_BUILD_S = 3600.0
_LOOK_S = 1.0

State = Literal["missing", "differs", "building", "ready", "not offered"]
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Report:
    """`created`: plain indexes that were missing, or are with --plan. `vector_index`: what it was found to be, and `now` what it is."""

    created: list[str]
    name: str
    vector_index: State
    now: State


def run_indexes(settings: Settings, *, plan: bool, as_json: bool) -> int:
    """Create, or only tell what is missing. Exit code 1 where VECTOR_INDEX=atlas and the server has no such index. Raises Unavailable."""
    quiet = settings.process.model_copy(update={"log_level": "WARNING"})
    configure_logging(settings.model_copy(update={"process": quiet}), service="indexes")
    console = Console(stderr=True, highlight=False, markup=False)
    with database_uri(settings) as uri, console.status("indexes …") as status:
        mongo = settings.mongo.model_copy(update={"mongodb_uri": SecretStr(uri), "mongodb_timeout_ms": _PATIENCE_MS})
        report = asyncio.run(_run(settings.model_copy(update={"mongo": mongo}), status.update, plan=plan))
    told = json.dumps({"plan": plan, **asdict(report)}) if as_json else "\n".join(words(report, plan=plan))
    Console(soft_wrap=True, highlight=False, markup=False).print(told)
    return 1 if settings.embeddings.vector_index == "atlas" and report.now == "not offered" else 0


async def _run(settings: Settings, tell: Tell, *, plan: bool) -> Report:
    embedder = await asyncio.to_thread(open_embedder, settings)
    try:
        async with open_mongo(settings, socketTimeoutMS=_SOCKET_MS) as db:
            with translated():
                return await ensure(db, embedder, settings.embeddings.atlas_vector_index, tell, plan=plan)
    finally:
        await embedder.aclose()


async def ensure(db: Database, embedder: Embedder, name: str, tell: Tell, *, plan: bool) -> Report:
    """Idempotent. Waits until the vector search index can be asked. Raises Unavailable when it could not be built, or not in an hour."""
    created = await missing_indexes(db)
    if not plan:
        tell("creating indexes …")
        await create_indexes(db)
    definition = index_definition(embedder.embedder_id, embedder.dimensions)
    found = await state_of(db, name, definition)
    if plan or found in ("ready", "not offered"):
        return Report(created, name, found, found)
    if found == "missing":
        await search_indexes.create(db, name, definition)
    elif found == "differs":
        await search_indexes.update(db, name, definition)
    await _until_ready(db, name, definition, tell)
    return Report(created, name, found, "ready")


async def state_of(db: Database, name: str, definition: Doc) -> State:
    """Of the vector search index. Raises Unavailable when its building failed."""
    try:
        told = await search_indexes.find(db, name)
    except search_indexes.NotOffered:
        return "not offered"
    if told is None:
        return "missing"
    if not same_definition(definition, told.get("latestDefinition", {})):
        return "differs"
    if told.get("status") == "FAILED":
        raise Unavailable(f"the server could not build the search index {name}: {told.get('statusDetail') or told}")
    return "ready" if told.get("queryable") and told.get("status") == "READY" else "building"


async def _until_ready(db: Database, name: str, definition: Doc, tell: Tell) -> None:
    began = time.monotonic()
    while (state := await state_of(db, name, definition)) != "ready":
        waited = time.monotonic() - began
        if waited > _BUILD_S:
            raise Unavailable(f"the search index {name} is not ready after {waited:.0f} s; the server goes on building it")
        tell(f"the server builds the search index {name} ({state}, {waited:.0f} s) …")
        await asyncio.sleep(_LOOK_S)


def words(report: Report, *, plan: bool) -> list[str]:
    """PURE: the report for people."""
    created = ", ".join(report.created)
    plain = f"{'would create' if plan else 'created'} {created}" if created else "all are there"
    vector = {
        "missing": "it would be created" if plan else "created, and ready",
        "differs": "it would be changed" if plan else "changed, and ready",
        "building": "the server is building it" if plan else "ready",
        "ready": "it is there, and ready",
        "not offered": "this server has none ($vectorSearch is Atlas's, or mongot's): vectors are searched in the backend's process",
    }[report.vector_index]
    return [f"indexes: {plain}", f"vector search index {report.name}: {vector}"]
