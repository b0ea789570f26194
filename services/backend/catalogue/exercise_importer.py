"""Imports exercises: read, compare with what is stored, embed only new text, store."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.backend.catalogue.exercise_file import ExerciseEntry, as_exercise, read_exercise
from services.backend.catalogue.report import Change, Report, Tell, nobody
from services.backend.postings.importer import Row
from shared.embeddings.base import Embedder, embed_documents
from shared.errors import InvalidInput
from shared.fingerprint import content_hash
from shared.logging import get_logger
from shared.mongo import exercises
from shared.mongo.client import Database
from shared.mongo.exercises import Stored, Write
from shared.schemas.exercises import Exercise
from shared.text import clean_line

log = get_logger(__name__)

_BATCH = 32


@dataclass(frozen=True)
class Planned:
    """What is to happen to one readable entry."""

    exercise: Exercise
    change: Change
    text_hash: str
    embeds: bool


async def import_exercises(db: Database, embedder: Embedder, rows: Sequence[Row], tell: Tell = nobody) -> Report:
    """Import in batches, each stored before the next: an import that is cut short is resumed by running it again.

    Exercises that the file does not have stay as they are.
    """
    report, names = Report(), dict[str, str]()
    for batch in _batches(rows):
        readable = await asyncio.to_thread(_readable, batch, names, report)
        planned = await _plan(db, readable, embedder.embedder_id, report)
        writes = await _embedded(embedder, [each for each in planned if each.change != "unchanged" or each.embeds])
        await tell(len(batch))
        await exercises.store(db, writes, embedder.embedder_id)
        for each in planned:
            report.count(each.change)
        report.embedded += sum(each.embeds for each in planned)
    log.info("exercises_imported", **report.counts)
    return report


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH))


def _readable(batch: Sequence[Row], names: dict[str, str], report: Report) -> list[tuple[str, ExerciseEntry]]:
    """Entries that are exercises, and where they stand. Of two with one slug in the file the first wins; `names` are those by slug."""
    readable = []
    for row in batch:
        where, entry = _where(row), _read(row)
        if isinstance(entry, str):
            report.reject(where, entry)
        elif entry.slug in names:
            report.reject(where, _two_names(entry.slug, names[entry.slug], "in this file"))
        else:
            names[entry.slug] = entry.name
            readable.append((where, entry))
    return readable


def _where(row: Row) -> str:
    name = (row.row or {}).get("name")
    return f"{row.where} ({clean_line(name)[:80]})" if isinstance(name, str) else row.where


def _read(row: Row) -> ExerciseEntry | str:
    """PURE: the exercise, or what is wrong with it."""
    if row.row is None:
        return row.problem
    try:
        return read_exercise(row.row)
    except InvalidInput as error:
        return f"{error.field}: {error.message}"


def _two_names(slug: str, other: str, where: str) -> str:
    """Two names that differ in signs alone have one slug: which of them is meant is not ours to guess."""
    return f"slug: {slug} is that of {other!r} {where}: if these are two exercises, give this one a slug of its own"


async def _plan(db: Database, readable: Sequence[tuple[str, ExerciseEntry]], embedder_id: str, report: Report) -> list[Planned]:
    kept = await exercises.stored(db, [entry.slug for _, entry in readable], embedder_id)
    now = datetime.now(UTC)
    planned = []
    for where, entry in readable:
        stored = kept.get(entry.slug)
        if stored and not _is_meant(entry, stored.exercise):
            report.reject(where, _two_names(entry.slug, stored.exercise.name, "in the catalogue"))
            continue
        if entry.level is None and stored is None:
            report.note(where, "level: none is told, taken as beginner")
        planned.append(each := _planned(entry, stored, now))
        if not each.exercise.active:
            report.note(where, f"active: {each.exercise.slug} is not active: it is neither planned nor played")
        if stored and each.change == "changed":
            report.replace(f"{each.exercise.slug}: {each.exercise.name!r} in the place of {stored.exercise.name!r}")
    return planned


def _planned(entry: ExerciseEntry, stored: Stored | None, now: datetime) -> Planned:
    """PURE."""
    old = stored.exercise if stored else None
    exercise = as_exercise(entry, old, now)
    change: Change = "new" if old is None else "unchanged" if exercise == old else "changed"
    if change == "changed":
        exercise = exercise.model_copy(update={"updated_at": now})
    text_hash = content_hash(*exercise.document)
    return Planned(exercise, change, text_hash, embeds=stored is None or stored.text_hash != text_hash)


def _is_meant(entry: ExerciseEntry, stored: Exercise) -> bool:
    """PURE: a slug that is given names its exercise whatever that was called before."""
    return entry.names_itself or entry.name.casefold() == stored.name.casefold()


async def _embedded(embedder: Embedder, planned: Sequence[Planned]) -> list[Write]:
    new = [each for each in planned if each.embeds]
    made = iter(await embed_documents(embedder, [each.exercise.document for each in new]) if new else ())
    return [Write(each.exercise, each.text_hash, next(made) if each.embeds else None) for each in planned]
