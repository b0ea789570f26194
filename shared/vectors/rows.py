"""Postings as columns, a row each: what a search reads, and nothing in it ever changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

from shared.vectors.signs import Bits, words_of

Ints = NDArray[np.int32]
Bytes = NDArray[np.bytes_]
Make = Callable[[str, DTypeLike, tuple[int, ...]], NDArray[Any]]
"""Makes an array to be filled: its name, type and shape. In memory, or in a file."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = np.iinfo(np.int64).min
"""`published` of a posting that does not say when."""
_CHUNK = 8_192
_MS = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Rows:
    """n postings. Names are UTF-8 bytes, padded; `company` and the codes of places and departments count in the index's vocabularies.

    A posting has any number of places and departments: pairs of a code and a row, in the order of rows or, where there is an `order`,
    of codes.
    """

    codes: NDArray[np.int8]  # (n, d), with scales: shared.vectors.dots
    scales: NDArray[np.float32]
    bits: Bits  # (words, n): shared.vectors.signs
    vectors: NDArray[np.float32]  # (n, d)
    company: Ints
    remote: NDArray[np.bool_]
    published: NDArray[np.int64]  # milliseconds since 1970, NEVER when it does not say
    place_codes: Ints
    place_rows: Ints
    department_codes: Ints
    department_rows: Ints
    ids: Sequence[str] | Bytes
    subjects: Sequence[str] | Bytes
    order: Ints  # rows in the order of their ids; of a tail none

    def __len__(self) -> int:
        return len(self.scales)

    @classmethod
    def none(cls, dimensions: int) -> Rows:
        return merged([], [], in_memory, dimensions)

    def having(self, kind: Literal["place", "department"], code: int) -> NDArray[np.bool_]:
        """Which rows have this place or department."""
        codes, rows = (self.place_codes, self.place_rows) if kind == "place" else (self.department_codes, self.department_rows)
        mask = np.zeros(len(self), np.bool_)
        if len(self.order):
            first, end = np.searchsorted(codes, [code, code + 1]).tolist()
            mask[rows[first:end]] = True
        else:
            mask[rows[codes == code]] = True
        return mask

    def find(self, ids: Sequence[str]) -> Ints:
        """The row of each posting, -1 for those that are not there. Not of a tail."""
        wanted = _as_bytes(ids, np.arange(len(ids)))
        if not len(self) or not ids:
            return np.full(len(ids), -1, np.int32)
        assert isinstance(self.ids, np.ndarray)
        short = np.where(np.char.str_len(wanted) <= self.ids.itemsize, wanted, b"").astype(self.ids.dtype)  # else all ids would be copied
        place = np.minimum(np.searchsorted(self.ids, short, sorter=self.order), len(self) - 1)
        rows = self.order[place]
        return np.where(self.ids[rows] == wanted, rows, np.int32(-1)).astype(np.int32)


_WIDE: dict[str, DTypeLike] = {"codes": np.int8, "vectors": np.float32}
_PLAIN: dict[str, DTypeLike] = {"scales": np.float32, "company": np.int32, "remote": np.bool_, "published": np.int64}
_PAIRS = (("place_codes", "place_rows"), ("department_codes", "department_rows"))
_NAMES = ("ids", "subjects")
COLUMNS = tuple(field.name for field in fields(Rows))


def milliseconds(moment: datetime) -> int:
    """Since 1970, rounded up: the database keeps whole ones, so that "since" stays exact."""
    return -((EPOCH - moment) // _MS)


@lru_cache(maxsize=65_536)
def moment(milliseconds: int) -> datetime | None:
    return None if milliseconds == NEVER else EPOCH + milliseconds * _MS


def in_memory(_: str, dtype: DTypeLike, shape: tuple[int, ...]) -> NDArray[Any]:
    return np.empty(shape, dtype)


def names(column: Sequence[str] | Bytes, rows: NDArray[np.intp]) -> list[str]:
    if isinstance(column, np.ndarray):
        return [name.decode() for name in column[rows].tolist()]
    return [column[row] for row in rows.tolist()]


def merged(parts: Sequence[Rows], keep: Sequence[NDArray[np.bool_]], make: Make, dimensions: int) -> Rows:
    """Those rows of the parts that `keep` marks, in arrays of their own."""
    count = sum(int(kept.sum()) for kept in keep)
    columns: dict[str, Any] = {}
    for name, dtype in _WIDE.items():
        columns[name] = make(name, dtype, (count, dimensions))
        _wide(parts, keep, attrgetter(name), columns[name])
    columns["bits"] = make("bits", np.uint64, (words_of(dimensions), count))
    _wide(parts, keep, lambda part: part.bits.T, columns["bits"].T)
    for name, dtype in _PLAIN.items():
        columns[name] = _filled(make, name, dtype, [getattr(part, name)[kept] for part, kept in zip(parts, keep, strict=True)])
    for codes, rows in _PAIRS:
        columns.update(_pairs(parts, keep, codes, rows, make))
    for name in _NAMES:
        columns[name] = _named(parts, keep, name, make)
    columns["order"] = _filled(make, "order", np.int32, [np.argsort(columns["ids"], kind="stable")])
    return Rows(**columns)


def _wide(parts: Sequence[Rows], keep: Sequence[NDArray[np.bool_]], of: Callable[[Rows], NDArray[Any]], out: NDArray[Any]) -> None:
    """Chunk by chunk: a copy of them all may not fit into memory."""
    end = 0
    for part, kept in zip(parts, keep, strict=True):
        for start in range(0, len(part), _CHUNK):
            chosen = of(part)[start : start + _CHUNK][kept[start : start + _CHUNK]]
            out[end : end + len(chosen)] = chosen
            end += len(chosen)


def _filled(make: Make, name: str, dtype: DTypeLike, pieces: Sequence[NDArray[Any]]) -> NDArray[Any]:
    out = make(name, dtype, (sum(map(len, pieces)),))
    if pieces:
        np.concatenate(pieces, out=out, casting="same_kind")
    return out


def _pairs(parts: Sequence[Rows], keep: Sequence[NDArray[np.bool_]], codes: str, rows: str, make: Make) -> dict[str, Ints]:
    """The kept rows' pairs by codes, with the rows' new numbers."""
    code_pieces, row_pieces, before = [np.empty(0, np.int32)], [np.empty(0, np.int32)], 0
    for part, kept in zip(parts, keep, strict=True):
        of = getattr(part, rows)
        chosen = kept[of]
        code_pieces.append(getattr(part, codes)[chosen])
        row_pieces.append((np.cumsum(kept, dtype=np.int32) + np.int32(before - 1))[of[chosen]])
        before += int(kept.sum())
    all_codes, all_rows = np.concatenate(code_pieces), np.concatenate(row_pieces)
    by_code = np.argsort(all_codes, kind="stable")
    return {codes: _filled(make, codes, np.int32, [all_codes[by_code]]), rows: _filled(make, rows, np.int32, [all_rows[by_code]])}


def _named(parts: Sequence[Rows], keep: Sequence[NDArray[np.bool_]], name: str, make: Make) -> Bytes:
    """Element by element, in steps that let others have the GIL."""
    pieces = [_as_bytes(getattr(part, name), np.flatnonzero(kept)) for part, kept in zip(parts, keep, strict=True)]
    width = max((piece.itemsize for piece in pieces), default=1)
    return _filled(make, name, f"S{width}", pieces)


def _as_bytes(column: Sequence[str] | Bytes, rows: NDArray[np.intp]) -> Bytes:
    if isinstance(column, np.ndarray):
        return np.asarray(column[rows])
    encoded = [column[row].encode() for row in rows.tolist()]
    return np.fromiter(encoded, f"S{max(map(len, encoded), default=1) or 1}", len(encoded))
