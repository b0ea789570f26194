"""Interactions as a CSV file: user, item, time and, where there is one, value."""

from __future__ import annotations

import csv
import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.errors import InvalidInput

_NAMES = {
    "user": ("user", "user_id", "userid"),
    "item": ("item", "item_id", "itemid", "video_id", "movieid"),
    "time": ("time", "timestamp", "at", "ts"),
    "value": ("value", "rating", "weight"),
}
_TOLD = 10
_MILLISECONDS, _MICROSECONDS = 1e11, 1e14  # such a number of seconds would be after the year 5000


@dataclass(frozen=True)
class Events:
    """As the file has them: numbers of users and items from 0 (int32), and seconds (float64), each of shape (n,). `bad` are lines that
    cannot be used and why, the first few; `unwanted` how many rows had a value of 0 or less, which is no interest."""

    users: NDArray[np.int32]
    items: NDArray[np.int32]
    times: NDArray[np.float64]
    n_users: int
    n_items: int
    bad: tuple[str, ...]
    n_bad: int
    unwanted: int


@dataclass
class _Reading:
    users: array[int] = field(default_factory=lambda: array("i"))
    items: array[int] = field(default_factory=lambda: array("i"))
    times: array[float] = field(default_factory=lambda: array("d"))
    numbers: tuple[dict[str, int], dict[str, int]] = field(default_factory=lambda: ({}, {}))
    bad: list[str] = field(default_factory=list)
    n_bad: int = 0
    unwanted: int = 0


def read_events(path: Path) -> Events:
    """Raises InvalidInput naming file and line when it cannot be read, has no such header, or no row that can be used."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return _read(path, lines)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"{path}: it cannot be read as UTF-8 CSV ({error})", field="file") from error


def _read(path: Path, lines: Iterator[str]) -> Events:
    header = next(lines, "")
    delimiter = max(",;\t", key=header.count)
    places = _places(path, [name.strip().strip('"').lower() for name in header.rstrip("\r\n").split(delimiter)])
    reading, rows = _Reading(), csv.reader(lines, delimiter=delimiter)
    for row in rows:
        if row:
            _take(reading, row, places, rows.line_num + 1)
    if not reading.users:
        raise InvalidInput(f"{path}: no row can be used{': ' + reading.bad[0] if reading.bad else ''}", field="file")
    users, items = reading.numbers
    return Events(
        np.array(reading.users, np.int32),
        np.array(reading.items, np.int32),
        np.array(reading.times, np.float64),
        len(users),
        len(items),
        tuple(reading.bad),
        reading.n_bad,
        reading.unwanted,
    )


def _places(path: Path, names: Sequence[str]) -> dict[str, int]:
    places = {}
    for wanted, spellings in _NAMES.items():
        found = [names.index(name) for name in spellings if name in names]
        if found:
            places[wanted] = found[0]
        elif wanted != "value":
            raise InvalidInput(f"{path}, line 1: the header must name user, item and time; {wanted} is missing", field="file")
    return places


def _take(reading: _Reading, row: Sequence[str], places: dict[str, int], line: int) -> None:
    try:
        user, item = (row[places[name]].strip() for name in ("user", "item"))
        if not user or not item:
            raise ValueError(f"the {'item' if user else 'user'} is empty")
        time = seconds(row[places["time"]].strip())
        value = _value(row[places["value"]].strip()) if "value" in places else 1.0
    except IndexError:
        _tell(reading, line, f"it has {len(row)} fields")
        return
    except ValueError as error:
        _tell(reading, line, str(error))
        return
    if value <= 0:
        reading.unwanted += 1
        return
    users, items = reading.numbers
    reading.users.append(users.setdefault(user, len(users)))
    reading.items.append(items.setdefault(item, len(items)))
    reading.times.append(time)


def _tell(reading: _Reading, line: int, problem: str) -> None:
    reading.n_bad += 1
    if len(reading.bad) < _TOLD:
        reading.bad.append(f"line {line}: {problem}")


def seconds(text: str) -> float:
    """PURE: seconds since 1970 from a number of seconds, milliseconds or microseconds, or from ISO 8601 (UTC where it has no zone).
    Raises ValueError."""
    try:
        number = float(text)
    except ValueError:
        return _from_iso(text)
    if not math.isfinite(number):
        raise ValueError(f"the time {text!r} is not finite")
    return number / (1e6 if abs(number) >= _MICROSECONDS else 1e3 if abs(number) >= _MILLISECONDS else 1)


def _from_iso(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"the time {text[:40]!r} is neither a number nor ISO 8601") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _value(text: str) -> float:
    try:
        value = float(text or 1)
    except ValueError:
        raise ValueError(f"the value {text[:40]!r} is not a number") from None
    if math.isnan(value):
        raise ValueError("the value is not a number")
    return value
