"""Imports clips: read, look whether their exercises and providers are known, compare with what is stored, store."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.backend.catalogue.clip_fields import ClipFields, as_clip
from services.backend.catalogue.clip_file import read_clip, unread
from services.backend.catalogue.report import Change, Report, Tell, nobody
from services.backend.postings.importer import Row
from shared.errors import InvalidInput, Unavailable
from shared.logging import get_logger
from shared.mongo import clips, exercises
from shared.mongo.client import Database
from shared.schemas.clips import Clip
from shared.storage.playback import Playbacks

log = get_logger(__name__)

_BATCH = 500


@dataclass(frozen=True)
class Entry:
    where: str
    clip_id: str
    fields: ClipFields


async def import_clips(db: Database, playbacks: Playbacks, rows: Sequence[Row], tell: Tell = nobody) -> Report:
    """Import in batches: an import that is cut short is resumed by running it again. Clips that the file does not have stay as they are."""
    report, ids, told = Report(), set[str](), set[str]()
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        readable = await asyncio.to_thread(_readable, batch, ids, report)
        there = await exercises.activity(db, {entry.fields.exercise_slug for entry in readable if entry.fields.exercise_slug})
        kept = await clips.among(db, [entry.clip_id for entry in readable])
        planned = await asyncio.to_thread(_plan, readable, kept, there, playbacks, told, report)
        await tell(len(batch))
        await clips.store(db, [clip for clip, change in planned if change != "unchanged"])
        for _, change in planned:
            report.count(change)
    log.info("clips_imported", **report.counts)
    return report


def why_not_playable(clip: Clip, playbacks: Playbacks) -> str | None:
    """What its provider lacks to play it, or None. Raises InvalidInput where there is no such provider, or it has no such assets."""
    try:
        playbacks.of(clip.provider).playback_url(clip)
    except Unavailable as error:
        return error.message
    return None


def _readable(batch: Sequence[Row], ids: set[str], report: Report) -> list[Entry]:
    """Rows that are clips. Of two with one id the first wins; `ids` are those met before."""
    readable = []
    for row in batch:
        report.count_unread(unread(row.row or {}))
        try:
            clip_id, fields = _read(row)
        except InvalidInput as error:
            report.reject(_where(row), f"{error.field}: {error.message}" if error.field else error.message)
            continue
        if clip_id in ids:
            report.reject(_where(row), f"clip_id: {clip_id} stands in the file twice")
        else:
            ids.add(clip_id)
            readable.append(Entry(_where(row), clip_id, fields))
    return readable


def _read(row: Row) -> tuple[str, ClipFields]:
    if row.row is None:
        raise InvalidInput(row.problem, field="")
    return read_clip(row.row)


def _where(row: Row) -> str:
    name = (row.row or {}).get("clip_id")
    return row.where if name is None else f"{row.where} ({ascii(name)[:80]})"


def _plan(
    entries: Sequence[Entry], kept: Mapping[str, Clip], there: Mapping[str, bool], playbacks: Playbacks, told: set[str], report: Report
) -> list[tuple[Clip, Change]]:
    """Each clip and what becomes of it. `there`: the exercises, and whether they are active. What stands in the way of playing clips is
    noted once, `told` is what was."""
    now, planned = datetime.now(UTC), list[tuple[Clip, Change]]()
    for entry in entries:
        old = kept.get(entry.clip_id)
        clip = as_clip(entry.clip_id, entry.fields, old, now)
        wrong, hindered = _looked_at(clip, there, playbacks)
        if wrong:
            report.reject(entry.where, "; ".join(wrong))
            continue
        for note in hindered:
            if note not in told:
                told.add(note)
                report.note(entry.where, note)
        planned.append((clip, "new" if old is None else "unchanged" if clip == old else "changed"))
    return planned


def _looked_at(clip: Clip, there: Mapping[str, bool], playbacks: Playbacks) -> tuple[list[str], list[str]]:
    """All that is wrong with a clip, and what for now keeps it from being played."""
    wrong, hindered, slug = list[str](), list[str](), clip.exercise_slug
    if slug is not None and slug not in there:
        wrong.append(f"exercise_slug: there is no exercise {slug}")
    elif slug is not None and not there[slug]:
        hindered.append(f"exercise_slug: {slug} is not active: its clips are not played")
    try:
        if problem := why_not_playable(clip, playbacks):
            hindered.append(f"provider: {problem}")
    except InvalidInput as error:
        wrong.append(f"{error.field}: {error.message}")
    return wrong, hindered
