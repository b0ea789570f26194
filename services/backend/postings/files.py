"""Files of postings: boards, lists, JSON lines and CSV listings, in the form of any vendor we know; the content decides which."""

from __future__ import annotations

import codecs
import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

from services.backend.postings import ashby, lever
from services.backend.postings.importer import Row, Source
from services.backend.postings.listing import text
from shared.errors import InvalidInput

_MAX_LINE = 4_000_000  # bytes
_CSV_NEEDS = {"id", "title"}


def read_file(path: Path) -> Source:
    """A board ({"jobs": […], "meta": {"total": n}}), a JSON list, JSON lines, or CSV with a header. "-" is standard input.

    Raises InvalidInput when the file itself cannot be used.
    """
    return read_bytes(content_of(path), str(path))


def read_bytes(data: bytes, name: str) -> Source:
    """What `read_file` does, of a content called `name`."""
    if not data.strip():
        raise InvalidInput(f"{name}: the file is empty", field="file")
    return _whole(data) or _table(data) or _lines(data, name)


def content_of(path: Path) -> bytes:
    """The bytes of a file, or of standard input for "-". Raises InvalidInput when it cannot be read."""
    if str(path) == "-":
        return sys.stdin.buffer.read()
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


def _table(data: bytes) -> Source | None:
    """The file as CSV whose header names the fields; None when it has no such header. An empty cell says nothing."""
    header = data.removeprefix(codecs.BOM_UTF8).partition(b"\n")[0]
    names = {name.strip().strip('"') for name in header.decode(errors="replace").split(",")}
    if header.startswith((b"{", b"[")) or not names.issuperset(_CSV_NEEDS):
        return None
    reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig", errors="replace"), newline=""))
    try:
        return Source([Row(f"line {reader.line_num}", _told(cells)) for cells in reader])
    except csv.Error as error:
        raise InvalidInput(f"line {reader.line_num}: {error}", field="file") from error


def _told(cells: dict[str | Any, str | Any]) -> dict[str, Any]:
    """Listings of many boards name each one's; it is what a board's own rows have as company."""
    told = {name: value for name, value in cells.items() if name and value}
    return {**told, "company": told.get("company") or told.get("board")}


def _lines(data: bytes, name: str) -> Source:
    lines = enumerate(data.removeprefix(codecs.BOM_UTF8).split(b"\n"), start=1)
    rows = [json_line(f"line {number}", line) for number, line in lines if line.strip()]
    if not any(row.row for row in rows):
        found = f"{rows[0].where}: {rows[0].problem}"
        raise InvalidInput(f'{name}: neither a board with "jobs", a JSON list, JSON lines nor CSV; {found}', field="file")
    return Source([_row(row.where, row.row) if row.row else row for row in rows])


def json_line(where: str, line: bytes) -> Row:
    """A JSON object on a line of its own, or why it is none."""
    if len(line) > _MAX_LINE:
        return Row(where, None, f"longer than {_MAX_LINE} bytes")
    try:
        return json_row(where, json.loads(line.decode()))
    except UnicodeDecodeError as error:
        return Row(where, None, f"not UTF-8: {error.reason} at byte {error.start}")
    except (ValueError, RecursionError) as error:
        return Row(where, None, f"not JSON: {error}")


def json_row(where: str, row: object) -> Row:
    return Row(where, row) if isinstance(row, dict) else Row(where, None, "not a JSON object")


def _row(where: str, row: object) -> Row:
    return Row(where, _of_any_vendor(row)) if isinstance(row, dict) else json_row(where, row)


def _of_any_vendor(row: dict[str, Any]) -> dict[str, Any]:
    """A row of Lever or Ashby in the Greenhouse form; its company is its own word, or the board it is shown at."""
    if lever.is_row(row):
        return lever.row(row, row.get("company") or lever.site_of(row))
    if ashby.is_row(row):
        return ashby.row(row, row.get("company") or ashby.board_of(row))
    return _with_aside(row)


def _with_aside(row: dict[str, Any]) -> dict[str, Any]:
    """Collections of other boards' postings in the Greenhouse form keep under `_meta` what that form has no field for."""
    aside = row.get("_meta")
    if not isinstance(aside, dict):
        return row
    location, further = row.get("location"), aside.get("secondary_locations")
    first = text(location.get("name") if isinstance(location, dict) else location)
    places = [first, *map(text, further if isinstance(further, list) else [])]
    return {
        **row,
        "location": {"name": "; ".join(dict.fromkeys(filter(None, places)))},
        "first_published": row.get("first_published") or aside.get("first_published"),
    }
