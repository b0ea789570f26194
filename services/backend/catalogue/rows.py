"""Rows of a catalogue's file: a JSON list, JSON lines or CSV; the content decides which."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Collection, Sequence
from typing import Any

from services.backend.postings.files import json_line, json_row
from services.backend.postings.importer import Row
from shared.errors import InvalidInput

_DELIMITERS = ",;\t"


def invalid(problems: Sequence[tuple[str, str]]) -> InvalidInput:
    """One error of all that is wrong with a row: it names the first field, and tells the others after what is wrong with that."""
    (field, first), *others = problems
    return InvalidInput("; ".join((first, *(f"{name}: {problem}" if name else problem for name, problem in others))), field=field)


def read_rows(data: bytes, *, listed_as: str, columns: Collection[str] = ()) -> list[Row]:
    """The entries of a JSON list, of {listed_as: […]}, of JSON lines, or of CSV (comma, semicolon, tab) whose header has one of `columns`.

    Raises InvalidInput when the file as a whole is none of these.
    """
    if not data.strip():
        raise InvalidInput("the file is empty", field="file")
    rows = _whole(data, listed_as)
    if rows is None:
        rows = _table(data, columns) or _lines(data)
    if not rows:
        raise InvalidInput("it lists nothing", field="file")
    if not any(row.row for row in rows):
        _check_utf8(data)
        raise InvalidInput(f"neither a JSON list, JSON lines nor CSV; {rows[0].where}: {rows[0].problem or 'it is empty'}", field="file")
    return rows


def _whole(data: bytes, listed_as: str) -> list[Row] | None:
    """None: it is not one JSON text."""
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    listed = content.get(listed_as, content) if isinstance(content, dict) else content
    entries: Sequence[Any] = listed if isinstance(listed, list) else [listed]
    return [json_row(f"entry {number}", entry) for number, entry in enumerate(entries, start=1)]


def _table(data: bytes, columns: Collection[str]) -> list[Row]:
    header = data.removeprefix(codecs.BOM_UTF8).partition(b"\n")[0].decode(errors="replace")
    delimiter = next((mark for mark in _DELIMITERS if {name.strip().strip('"') for name in header.split(mark)} & set(columns)), None)
    if header.startswith(("{", "[")) or delimiter is None:
        return []
    _check_utf8(data)
    reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), skipinitialspace=True, delimiter=delimiter)
    try:
        return [_record(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise InvalidInput(f"line {reader.line_num}: {error}", field="file") from error


def _check_utf8(data: bytes) -> None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = f"not UTF-8: byte {data[error.start]:#04x} at offset {error.start}, in line {line}: save the file as UTF-8"
        raise InvalidInput(problem, field="file") from error


def _record(line: int, cells: dict[str | Any, Any]) -> Row:
    """Cells past the header's last come under None."""
    if None in cells:
        return Row(f"line {line}", None, "it has more cells than the header")
    return Row(f"line {line}", {name.strip(): value for name, value in cells.items() if value})


def _lines(data: bytes) -> list[Row]:
    lines = enumerate(data.removeprefix(codecs.BOM_UTF8).split(b"\n"), start=1)
    return [json_line(f"line {number}", line) for number, line in lines if line.strip()]
