"""`python -m services import-history FILE`"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import groupby, islice
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console

from services.recommendation.history import Row, Watched, event_of, read_history
from shared.errors import InvalidInput
from shared.logging import configure_logging
from shared.mongo import watch_events
from shared.mongo.client import Database, open_mongo, translated
from shared.mongo.embedded import database_uri
from shared.mongo.indexes import create_indexes
from shared.settings import Settings

_PATIENCE_MS = 5000
_BATCH = 1_000
_REASONS = 20


@dataclass
class Report:
    """Rows by what became of them. `unknown`: of videos that are no reels here; they are not kept."""

    accepted: int = 0
    duplicate: int = 0
    unknown: int = 0
    rejected: int = 0
    reasons: list[str] = field(default_factory=list)


def run_import_history(settings: Settings, file: Path, *, as_json: bool) -> int:
    """Exit code 0, or 1 when every row was rejected. Raises InvalidInput, Unavailable."""
    rows = read_history(_content_of(file))
    quiet = settings.process.model_copy(update={"log_level": "WARNING"})
    configure_logging(settings.model_copy(update={"process": quiet}), service="import")
    with database_uri(settings) as uri:
        mongo = settings.mongo.model_copy(update={"mongodb_uri": SecretStr(uri), "mongodb_timeout_ms": _PATIENCE_MS})
        report = asyncio.run(_import(settings.model_copy(update={"mongo": mongo}), rows))
    Console(soft_wrap=True, highlight=False, markup=False, emoji=False).print(json.dumps(asdict(report)) if as_json else _words(report))
    return 1 if report.rejected and not report.accepted + report.duplicate + report.unknown else 0


async def _import(settings: Settings, rows: Iterator[Row]) -> Report:
    async with open_mongo(settings) as db:
        with translated():
            await create_indexes(db, ("watch_events", "user_job_views", "saved_reels"))
            return await import_history(db, rows)


async def import_history(db: Database, rows: Iterable[Row]) -> Report:
    """Take in rows in any order; again is the same."""
    report, rest = Report(), iter(rows)
    while batch := list(islice(rest, _BATCH)):
        for row in batch:
            if row.watched is None:
                report.rejected += 1
                report.reasons += [f"{row.where}: {row.problem}"] if len(report.reasons) < _REASONS else []
        for user_id, watched in _by_user(row.watched for row in batch if row.watched):
            taken = await watch_events.record(db, user_id, [event_of(each) for each in watched], datetime.now(UTC))
            report.accepted += taken.accepted
            report.duplicate += taken.duplicate
            report.unknown += taken.unknown
    return report


def _by_user(watched: Iterable[Watched]) -> Iterator[tuple[str, list[Watched]]]:
    return ((user_id, list(each)) for user_id, each in groupby(sorted(watched, key=_user), key=_user))


def _user(watched: Watched) -> str:
    return watched.user_id


def _content_of(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file}: it cannot be read ({error.strerror})", field="file") from error


def _words(report: Report) -> str:
    counts = "  ".join(f"{name} {value}" for name, value in asdict(report).items() if name != "reasons")
    return "\n".join([counts, *(f"  rejected: {reason}" for reason in report.reasons)])
