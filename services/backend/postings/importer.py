"""Imports postings: read, compare with what is stored, embed only new text, store; a summary of what happened to every row."""

from __future__ import annotations

import codecs
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shared.embeddings.base import Embedder, embed_documents
from shared.errors import InvalidInput
from shared.logging import get_logger
from shared.mongo import postings
from shared.mongo.client import Database
from shared.mongo.postings import Write
from shared.schemas.postings import BoardPosting, Posting, read_posting

log = get_logger(__name__)

_BATCH = 32
_REASONS_KEPT = 50
_MAX_LINE = 4_000_000  # bytes


@dataclass(frozen=True)
class Row:
    """One row of the input as read, or why it could not be; `where` says where it stood."""

    where: str
    row: dict[str, Any] | None
    problem: str = ""


@dataclass
class Summary:
    """What an import did. `reasons` names the first rejected rows and why."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    closed: int = 0
    rejected: int = 0
    embedded: int = 0
    reasons: list[str] = field(default_factory=list)

    def reject(self, where: str, why: str) -> None:
        self.rejected += 1
        if len(self.reasons) < _REASONS_KEPT:
            self.reasons.append(f"{where}: {why}")

    def count(self, changes: Counter[str]) -> None:
        self.new += changes["new"]
        self.changed += changes["changed"]
        self.unchanged += changes["unchanged"]


@dataclass(frozen=True)
class Source:
    """Rows, and whether they are all that their companies have open: only then may an absent posting be closed."""

    rows: list[Row]
    complete: bool = False


def read_file(path: Path) -> Source:
    """A board ({"jobs": […], "meta": {"total": n}}), a JSON list, or JSON lines; the content decides which. "-" is standard input.

    Raises InvalidInput when the file itself cannot be used.
    """
    data = sys.stdin.buffer.read() if str(path) == "-" else _bytes_of(path)
    if not data.strip():
        raise InvalidInput(f"{path}: the file is empty", field="file")
    return _whole(data) or _lines(data, path)


def _bytes_of(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        raise InvalidInput(f"{path}: not a regular file (- reads what is piped in)", field="file")
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InvalidInput(f"{path}: there is no such file", field="file") from error
    except OSError as error:
        raise InvalidInput(f"{path}: it cannot be read ({error.strerror})", field="file") from error


def _whole(data: bytes) -> Source | None:
    """The file as one JSON text; None when it is not one that holds postings."""
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    rows = content.get("jobs") if isinstance(content, dict) else content
    if not isinstance(rows, list):
        return None
    meta = content.get("meta") if isinstance(content, dict) else None
    complete = isinstance(meta, dict) and meta.get("total") == len(rows)
    return Source([_row(f"job {number}", row) for number, row in enumerate(rows, start=1)], complete)


def _lines(data: bytes, path: Path) -> Source:
    lines = enumerate(data.removeprefix(codecs.BOM_UTF8).split(b"\n"), start=1)
    rows = [_line(f"line {number}", line) for number, line in lines if line.strip()]
    if not any(row.row for row in rows):
        found = f"{rows[0].where}: {rows[0].problem}"
        raise InvalidInput(f'{path}: neither a board with "jobs", a JSON list, nor JSON lines; {found}', field="file")
    return Source(rows)


def _line(where: str, line: bytes) -> Row:
    if len(line) > _MAX_LINE:
        return Row(where, None, f"longer than {_MAX_LINE} bytes")
    try:
        return _row(where, json.loads(line.decode()))
    except UnicodeDecodeError as error:
        return Row(where, None, f"not UTF-8: {error.reason} at byte {error.start}")
    except (ValueError, RecursionError) as error:
        return Row(where, None, f"not JSON: {error}")


def _row(where: str, row: object) -> Row:
    return Row(where, row) if isinstance(row, dict) else Row(where, None, "not a JSON object")


async def import_postings(db: Database, embedder: Embedder, source: Source, on_progress: Callable[[int], None] = lambda _: None) -> Summary:
    """Import in batches, each stored before the next: an import that is cut short is resumed by running it again.

    A complete source closes what it no longer lists, unless a row could not be read.
    """
    summary = Summary()
    listed: dict[str, str] = {}
    for batch in _batches(source.rows):
        readable = list(_readable(batch, listed, summary))
        summary.count(await _store(db, embedder, readable, summary))
        on_progress(len(batch))
    if source.complete and not summary.rejected:
        for company in set(listed.values()):
            summary.closed += await postings.close_missing(db, company, list(listed))
    log.info("postings_imported", **{name: value for name, value in vars(summary).items() if name != "reasons"})
    return summary


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH))


def _readable(batch: Sequence[Row], listed: dict[str, str], summary: Summary) -> Iterator[tuple[dict[str, Any], Posting]]:
    """Rows that are postings; the others are counted with their reason. The first of two rows with one id wins."""
    for row in batch:
        if row.row is None:
            summary.reject(row.where, row.problem)
            continue
        try:
            posting = read_posting(BoardPosting.model_validate(row.row))
        except ValidationError as error:
            summary.reject(row.where, "; ".join(_words(problem) for problem in error.errors()))
            continue
        if problem := postings.why_not_storable(_kept_fields(row.row)):
            summary.reject(row.where, problem)
            continue
        if posting.greenhouse_id in listed:
            summary.reject(row.where, f"id: {posting.greenhouse_id} stands in the file twice")
            continue
        listed[posting.greenhouse_id] = posting.company_slug
        yield row.row, posting


def _words(problem: ErrorDetails) -> str:
    field, message = ".".join(map(str, problem["loc"])), problem["msg"].removeprefix("Value error, ")
    return f"{field}: {message}" if field else message


async def _store(db: Database, embedder: Embedder, readable: Sequence[tuple[dict[str, Any], Posting]], summary: Summary) -> Counter[str]:
    kept = await postings.stored(db, [posting.greenhouse_id for _, posting in readable])
    changes: Counter[str] = Counter()
    todo: list[tuple[dict[str, Any], Posting, bool]] = []
    for row, posting in readable:
        change = postings.compare(posting, kept.get(posting.greenhouse_id))
        changes[change] += 1
        embeds = postings.needs_vector(posting, kept.get(posting.greenhouse_id), embedder.embedder_id)
        if change != "unchanged" or embeds:
            todo.append((row, posting, embeds))
    texts = [(posting.title, posting.description) for _, posting, embeds in todo if embeds]
    vectors = iter(await embed_documents(embedder, texts)) if texts else iter(())
    summary.embedded += len(texts)
    writes = [Write(posting, _kept_fields(row), next(vectors) if embeds else None) for row, posting, embeds in todo]
    await postings.store(db, writes, embedder.embedder_id)
    return changes


_NOT_KEPT = {"content", "_id", "id", "vectors", "embedding", "active"}


def _kept_fields(row: dict[str, Any]) -> dict[str, Any]:
    """The board's own fields, as they came, less the body (kept as clean text) and names that are ours."""
    return {name: value for name, value in row.items() if name not in _NOT_KEPT and not name.startswith("$") and "." not in name}
