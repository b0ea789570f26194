"""/admin/postings: imports in the background, and the boards they read."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field

from services.backend.admin import paging
from services.backend.admin.audit import Audit
from services.backend.admin.paging import Cursor, NextCursor, clamped
from services.backend.dependencies import Config, Db
from services.backend.postings.boards import parse_board
from shared.errors import InvalidInput, NotFound
from shared.mongo import boards, imports
from shared.mongo.boards import BoardState
from shared.mongo.long_tasks import LongTask, Status
from shared.schemas.base import Message, Utc

router = APIRouter(prefix="/postings")

MAX_UPLOAD_BYTES = 8 * 2**20
_MAX_SOURCES = 100

BoardName = Annotated[str, Field(min_length=1, max_length=120)]


class ImportRequest(Message):
    """Either `sources`, or a board as it stands in a file: `jobs` in the form of Greenhouse, Lever or Ashby, and their `meta.total`
    where they are all that their companies have open."""

    sources: tuple[BoardName, ...] = Field(default=(), max_length=_MAX_SOURCES, description="greenhouse:NAME, lever:NAME or ashby:NAME")
    jobs: list[dict[str, Any]] | None = None
    meta: dict[str, Any] | None = None


class Import(Message):
    """An import of one board, or of rows that were sent. `summary` tells what it did once it is done."""

    import_id: str
    source: str
    status: Status
    who: str = Field(description='the operator, or "schedule"')
    progress: dict[str, Any] = Field(description="`done` of `total` rows")
    summary: dict[str, Any] | None
    error: str | None
    code: str | None
    attempt: int
    created_at: Utc
    started_at: Utc | None
    completed_at: Utc | None


class Asked(Message):
    """`joined`: it was already on its way."""

    import_id: str
    source: str
    status: Status
    joined: bool


class AskedImports(Message):
    imports: tuple[Asked, ...]


class Imports(Message):
    imports: tuple[Import, ...]


class ImportsQuery(Message):
    limit: Annotated[int, clamped(200)] = Field(default=50, description="the newest so many; taken as 1 to 200")


class Board(Message):
    """A board that was read. `open`: its active postings; `counts`: what the last import of it did; `failures`: those in a row."""

    board: str
    open: int
    counts: dict[str, int]
    fetched_at: Utc | None
    tried_at: Utc | None
    due_at: Utc | None
    error: str | None
    failures: int
    conditional: bool = Field(description="it will be asked for changes alone")


class BoardsQuery(Message):
    cursor: Cursor = None
    limit: Annotated[int, clamped(500)] = Field(default=100, description="boards per page; taken as 1 to 500")


class BoardsPosition(Message):
    board: str


class Boards(Message):
    boards: tuple[Board, ...]
    next_cursor: NextCursor


@router.post("/import", status_code=202)
async def start(asked: ImportRequest, db: Db, settings: Config, audit: Audit) -> AskedImports:
    """Import boards, or the rows sent, in the background; each source once at a time: one on its way already is joined."""
    if bool(asked.sources) == (asked.jobs is not None):
        raise InvalidInput("name sources, or send jobs", field="sources")
    named = dict.fromkeys(str(parse_board(source, field=f"sources.{at}")) for at, source in enumerate(asked.sources))
    async with audit.action("import_postings", ", ".join(named)[:500] or "upload") as details:
        if asked.jobs is None:
            found = [await imports.ask_board(db, settings.queue, board, audit.who) for board in named]
        else:
            found = [await imports.ask_upload(db, settings.queue, await asyncio.to_thread(_file, asked), audit.who)]
        told = tuple(Asked(import_id=t.job_id, source=_source(t), status=t.status, joined=not new) for t, new in found)
        details["import_ids"] = [each.import_id for each in told]
    return AskedImports(imports=told)


def _file(asked: ImportRequest) -> bytes:
    return json.dumps({"jobs": asked.jobs, **({"meta": asked.meta} if asked.meta else {})}).encode()


@router.get("/imports")
async def list_imports(asked: Annotated[ImportsQuery, Query()], db: Db, settings: Config) -> Imports:
    """The newest imports in the background; those that are over stay a week."""
    return Imports(imports=tuple(map(_told, await imports.tasks(db, settings.queue).newest(asked.limit))))


@router.get("/imports/{import_id}")
async def get_import(import_id: Annotated[str, Path(max_length=100)], db: Db, settings: Config) -> Import:
    """One import: how far it is, and what it did."""
    try:
        return _told(await imports.tasks(db, settings.queue).get(import_id))
    except NotFound as error:
        raise NotFound(f"there is no import {import_id}", code="import_not_found") from error


@router.post("/imports/{import_id}/cancel")
async def cancel(import_id: Annotated[str, Path(max_length=100)], db: Db, settings: Config, audit: Audit) -> Import:
    """End an import that waits or runs. What it has stored stays; nothing is closed."""
    async with audit.action("cancel_import", import_id):
        return _told(await imports.tasks(db, settings.queue).cancel(import_id))


@router.get("/boards")
async def list_boards(asked: Annotated[BoardsQuery, Query()], db: Db) -> Boards:
    """Boards that were read, by name: when, what came of it, and when they are due again."""
    at = paging.decode(asked.cursor, BoardsPosition)
    found = await boards.page(db, at.board if at else "", asked.limit)
    following = BoardsPosition(board=found[-1].board) if len(found) == asked.limit else None
    return Boards(boards=tuple(map(_board, found)), next_cursor=paging.encode(following))


def _source(task: LongTask) -> str:
    return task.key if task.kind == imports.BOARD else f"upload:{task.key}"


def _told(task: LongTask) -> Import:
    kept = task.model_dump(include=set(Import.model_fields))
    return Import(**kept, import_id=task.job_id, source=_source(task), who=task.params.get("who", ""), summary=task.result)


def _board(state: BoardState) -> Board:
    told = state.model_dump(include=set(Board.model_fields))
    return Board(**told, conditional=bool(state.etag or state.last_modified))
