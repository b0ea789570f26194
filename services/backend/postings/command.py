"""`python -m services import SOURCE…`: boards and files with a progress bar, and a summary of each."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from services.backend.postings.boards import Board, is_board, parse_board, read_boards
from services.backend.postings.fetch import BoardClient, Fetched, fetch_all
from services.backend.postings.files import read_file
from services.backend.postings.importer import Source, Summary, Tell
from services.backend.postings.importing import Importing
from shared.embeddings.open import open_embedder
from shared.errors import InvalidInput, ReelwrightError
from shared.logging import configure_logging
from shared.mongo.client import open_mongo, translated
from shared.mongo.embedded import database_uri
from shared.mongo.indexes import create_indexes
from shared.settings import Settings

_PATIENCE_MS = 5000  # nobody waits for a page here: a database that is just starting may take its time


@dataclass(frozen=True)
class Wanted:
    """What to import: boards in the order they were named, and files as read, by name."""

    boards: Sequence[Board]
    files: Sequence[tuple[str, Source]]

    @classmethod
    def of(cls, sources: Sequence[str], boards_file: Path | None) -> Wanted:
        """Raises InvalidInput when nothing is named, a name is no board's, or a file cannot be used."""
        if not sources and boards_file is None:
            raise InvalidInput("name a file or a board, or --boards FILE", field="source")
        named = [parse_board(source) for source in sources if is_board(source)]
        listed = read_boards(boards_file) if boards_file else []
        files = dict.fromkeys(source for source in sources if not is_board(source))
        return cls(list(dict.fromkeys([*named, *listed])), [(name, read_file(Path(name))) for name in files])


@dataclass(frozen=True)
class Outcome:
    """What came of one source; `problem`: why it could not be read, or not wholly."""

    source: str
    summary: Summary
    problem: str = ""
    read: bool = True


def run_import(settings: Settings, sources: Sequence[str], boards_file: Path | None, *, as_json: bool) -> int:
    """Import and print what happened: exit code 0, or 1 when a source could not be read, or every row was rejected.

    Raises InvalidInput, Unavailable.
    """
    quiet = settings.process.model_copy(update={"log_level": "WARNING"})
    configure_logging(settings.model_copy(update={"process": quiet}), service="import")
    wanted = Wanted.of(sources, boards_file)
    with database_uri(settings) as uri:
        mongo = settings.mongo.model_copy(update={"mongodb_uri": SecretStr(uri), "mongodb_timeout_ms": _PATIENCE_MS})
        outcomes = asyncio.run(_import(settings.model_copy(update={"mongo": mongo}), wanted, bar=not as_json))
    total = Summary()
    for outcome in outcomes:
        total.add(outcome.summary)
    console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
    console.print(json.dumps(_as_json(total, outcomes)) if as_json else "\n".join(_words(total, outcomes)))
    nothing_read = total.rejected > 0 and total.new + total.changed + total.unchanged == 0
    return 1 if nothing_read or not all(outcome.read for outcome in outcomes) else 0


async def _import(settings: Settings, wanted: Wanted, *, bar: bool) -> list[Outcome]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not bar) as progress:
        async with _opened(settings) as importing:
            rows = progress.add_task("postings", total=sum(len(source.rows) for _, source in wanted.files))
            files = [await _file(importing, name, source, _advance(progress, rows)) for name, source in wanted.files]
            return files + await _boards(importing, wanted.boards, progress, rows)


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Importing]:
    embedder = await asyncio.to_thread(open_embedder, settings, threads=2)
    client = BoardClient(settings.postings)
    try:
        async with open_mongo(settings) as db:
            with translated():
                await create_indexes(db)
                yield Importing(db, embedder, client, settings)
    finally:
        await client.aclose()
        await embedder.aclose()


def _advance(progress: Progress, task: TaskID) -> Tell:
    async def tell(rows: int) -> None:
        progress.advance(task, rows)

    return tell


async def _file(importing: Importing, name: str, source: Source, tell: Tell) -> Outcome:
    return Outcome(name, await importing.file(source, tell))


async def _boards(importing: Importing, boards: Sequence[Board], progress: Progress, rows: TaskID) -> list[Outcome]:
    """Several are fetched at a time, one is stored."""
    outcomes: dict[Board, Outcome] = {}
    fetched = progress.add_task("boards", total=len(boards), visible=bool(boards))
    async with aclosing(fetch_all(boards, importing.fetch)) as answers:
        async for board, answer in answers:
            outcomes[board] = await _board(importing, board, answer, progress, rows)
            progress.advance(fetched)
    return [outcomes[board] for board in boards]


async def _board(importing: Importing, board: Board, answer: Fetched | ReelwrightError, progress: Progress, rows: TaskID) -> Outcome:
    if isinstance(answer, ReelwrightError):
        return Outcome(str(board), Summary(), answer.message, read=False)
    more = len(answer.listing.rows) if answer.listing else 0
    progress.update(rows, total=(progress.tasks[rows].total or 0) + more)
    summary = await importing.store(answer, _advance(progress, rows))
    return Outcome(str(board), summary, answer.listing.problem if answer.listing else "")


def _as_json(total: Summary, outcomes: Sequence[Outcome]) -> dict[str, object]:
    sources = [{"source": each.source, "problem": each.problem or None, **asdict(each.summary)} for each in outcomes]
    return asdict(total) | {"failed": sum(not each.read for each in outcomes), "sources": sources}


def _words(total: Summary, outcomes: Sequence[Outcome]) -> list[str]:
    lines = [line for outcome in outcomes for line in _words_of(outcome)] if len(outcomes) > 1 else []
    alone = outcomes[0].problem if len(outcomes) == 1 else ""
    return [*lines, ("in all  " if lines else "") + _counts(total), *([f"  {alone}"] if alone else []), *_rejected(total)]


def _words_of(outcome: Outcome) -> list[str]:
    if not outcome.read:
        return [f"{outcome.source}  not read: {outcome.problem}"]
    return [f"{outcome.source}  {_counts(outcome.summary)}" + (f"  closed none: {outcome.problem}" if outcome.problem else "")]


def _counts(summary: Summary) -> str:
    return "  ".join(f"{name} {value}" for name, value in summary.counts.items())


def _rejected(total: Summary) -> list[str]:
    more = total.rejected - len(total.reasons)
    return [*(f"  rejected: {reason}" for reason in total.reasons), *([f"  … and {more} more"] if more else [])]
