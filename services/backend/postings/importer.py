"""Imports postings: read, compare with what is stored, embed only new text, store; a summary of what happened to every row."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from services.backend.postings.boards import Board
from shared.embeddings.base import Embedder, embed_documents
from shared.logging import get_logger
from shared.mongo import boards, postings
from shared.mongo.client import Database, Doc
from shared.mongo.postings import Change, Write
from shared.schemas.postings import BoardPosting, Posting, read_posting

log = get_logger(__name__)

_BATCH = 32
_REASONS_KEPT = 50


@dataclass(frozen=True)
class Row:
    """One row of the input as read, or why it could not be; `where` says where it stood."""

    where: str
    row: dict[str, Any] | None
    problem: str = ""


@dataclass(frozen=True)
class Source:
    """Rows, and whether they are all that their companies have open: only then may an absent posting be closed. `board`: they were
    fetched from it, and are all of one company."""

    rows: Sequence[Row]
    complete: bool = False
    board: Board | None = None


@dataclass
class Summary:
    """What an import did. `reopened` are those of the changed that had been closed; `reasons` names the first rejected rows and why."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    closed: int = 0
    rejected: int = 0
    embedded: int = 0
    reopened: int = 0
    remade: int = 0
    reasons: list[str] = field(default_factory=list)

    def reject(self, where: str, why: str) -> None:
        self.rejected += 1
        if len(self.reasons) < _REASONS_KEPT:
            self.reasons.append(f"{where}: {why}")

    def count(self, planned: Sequence[Planned]) -> None:
        changes = Counter(each.change for each in planned)
        self.new += changes["new"]
        self.changed += changes["changed"]
        self.unchanged += changes["unchanged"]
        self.embedded += sum(each.embeds for each in planned)
        self.reopened += sum(each.reopens for each in planned)

    def add(self, other: Summary) -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)
        del self.reasons[_REASONS_KEPT:]

    @property
    def counts(self) -> dict[str, int]:
        return {name: value for name, value in vars(self).items() if isinstance(value, int)}


@dataclass(frozen=True)
class Planned:
    """What is to happen to one readable row."""

    posting: Posting
    row: Doc
    change: Change
    embeds: bool
    reopens: bool
    silent: bool
    owner: str | None
    """The board it came from before."""


@dataclass
class Listed:
    """What an import met: each readable posting's company by its id, all subjects, every id there was, and whether some row had none."""

    companies: dict[str, str] = field(default_factory=dict)
    subjects: dict[str, None] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    nameless: bool = False

    def meet(self, row: Row) -> None:
        name = (row.row or {}).get("id")
        if isinstance(name, str | int) and name != "":
            self.ids.add(str(name))
        else:
            self.nameless = True


Tell = Callable[[int], Awaitable[None]]
"""Is told how many rows are about to be stored, and 0 before some are closed; whatever it raises stops the import before that."""


async def _nobody(_: int) -> None: ...


async def import_postings(db: Database, embedder: Embedder, source: Source, tell: Tell = _nobody) -> Summary:
    """Import in batches, each stored before the next: an import that is cut short is resumed by running it again.

    A complete source closes what it no longer lists, unless a row did not even have an id.
    """
    return (await import_listed(db, embedder, source, tell))[0]


async def import_listed(db: Database, embedder: Embedder, source: Source, tell: Tell = _nobody) -> tuple[Summary, list[str]]:
    """As `import_postings`; with the keys of all subjects that were met."""
    summary, listed = Summary(), Listed()
    for batch in _batches(source.rows):
        readable = await asyncio.to_thread(_readable, batch, source.board, listed, summary)
        planned = await _plan(db, readable, embedder.embedder_id)
        vectors = await _embed(embedder, planned)
        await tell(len(batch))
        await _store(db, source, planned, vectors, embedder.embedder_id)
        summary.count(planned)
        listed.subjects |= dict.fromkeys(each.posting.subject_key for each in planned)
    if source.complete and not listed.nameless:
        await tell(0)
        summary.closed = await _close(db, source, listed)
    log.info("postings_imported", board=str(source.board or ""), complete=source.complete, **summary.counts)
    return summary, list(listed.subjects)


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH))


def _readable(batch: Sequence[Row], board: Board | None, listed: Listed, summary: Summary) -> list[tuple[Doc, Posting]]:
    """Rows that are postings; the others are counted with their reason. The first of two rows with one id wins."""
    readable: list[tuple[Doc, Posting]] = []
    for row in batch:
        listed.meet(row)
        posting, problem = _read(row)
        if posting is None:
            summary.reject(row.where, problem)
        elif posting.greenhouse_id in listed.companies:
            summary.reject(row.where, f"id: {posting.greenhouse_id} stands in the file twice")
        else:
            listed.companies[posting.greenhouse_id] = posting.company_slug
            readable.append((_kept_fields(row.row or {}, board), posting))
    return readable


def _read(row: Row) -> tuple[Posting | None, str]:
    """PURE: the posting, or what is wrong with it."""
    if row.row is None:
        return None, row.problem
    try:
        posting = read_posting(BoardPosting.model_validate(row.row))
    except ValidationError as error:
        return None, "; ".join(_words(problem) for problem in error.errors())
    problem = postings.why_not_storable(_kept_fields(row.row, None))
    return (None, problem) if problem else (posting, "")


def _words(problem: ErrorDetails) -> str:
    field, message = ".".join(map(str, problem["loc"])), problem["msg"].removeprefix("Value error, ")
    return f"{field}: {message}" if field else message


_NOT_KEPT = {"content", "_id", "id", "vectors", "embedding", "active", "changed_at", "created_at", "imported_from"}


def _kept_fields(row: Doc, board: Board | None) -> Doc:
    """The board's own fields, as they came, less the body (kept as clean text) and names that are ours; and which board that is."""
    own = {name: value for name, value in row.items() if name not in _NOT_KEPT and not name.startswith("$") and "." not in name}
    return own | {"imported_from": str(board)} if board else own


async def _plan(db: Database, readable: Sequence[tuple[Doc, Posting]], embedder_id: str) -> list[Planned]:
    kept = await postings.stored(db, [posting.greenhouse_id for _, posting in readable])
    return [_planned(row, posting, kept.get(posting.greenhouse_id), embedder_id) for row, posting in readable]


def _planned(row: Doc, read: Posting, kept: Doc | None, embedder_id: str) -> Planned:
    """PURE: what importing this row would do."""
    posting = _of_its_board(row, read, kept)
    return Planned(
        posting,
        row,
        change=postings.compare(posting, kept, row),
        embeds=postings.needs_vector(posting, kept, embedder_id),
        reopens=kept is not None and kept.get("active") is False,
        silent=postings.is_silent(posting, kept),
        owner=(kept or {}).get("imported_from"),
    )


def _of_its_board(row: Doc, posting: Posting, kept: Doc | None) -> Posting:
    """Who its company is, a file does not decide for a posting that came from a board: its reel hangs on that."""
    if kept is None or not kept.get("imported_from") or "imported_from" in row:
        return posting
    return posting.model_copy(update={name: kept[name] for name in ("company_slug", "subject_key")})


async def _embed(embedder: Embedder, planned: Sequence[Planned]) -> list[NDArray[np.float32]]:
    texts = [(each.posting.title, each.posting.description) for each in planned if each.embeds]
    return list(await embed_documents(embedder, texts)) if texts else []


async def _store(
    db: Database, source: Source, planned: Sequence[Planned], vectors: Sequence[NDArray[np.float32]], embedder_id: str
) -> None:
    """A board whose postings a file writes to is asked for everything next time, not only for what is new to it."""
    todo = [each for each in planned if each.change != "unchanged" or each.embeds]
    made = iter(vectors)
    writes = [Write(each.posting, each.row, next(made) if each.embeds else None, silent=each.silent and not each.embeds) for each in todo]
    if not source.board and (owners := {each.owner for each in todo if each.owner}):
        await boards.ask_anew(db, owners)
    await postings.store(db, writes, embedder_id)


async def _close(db: Database, source: Source, listed: Listed) -> int:
    if source.board:
        return await postings.close_missing(db, source.board.slug, listed.ids, str(source.board))
    return sum([await postings.close_missing(db, company, listed.ids) for company in set(listed.companies.values())])
