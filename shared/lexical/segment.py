"""Postings' terms in one sorted array: written once, read from memory or a mapped file, never changed.

By rows there are only the trigrams of titles: a title has few, and a common trigram too many titles to look some up among.

An entry is 64 bits: the term's key (32), the row of the posting (24), how often it has the term (8). So all rows of a term lie together,
in order. A key is the CRC-32 of a term or trigram; of 100,000 different ones one pair shares a key, which costs nobody anything.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from shared.lexical.tokens import terms, trigrams

MAX_ROWS = 1 << 24
_TITLE = 2  # a word of the title counts as this many of the text
_ROW, _KEY = np.uint64(8), np.uint64(32)
_LOW_ROW, _LOW_COUNT, _LOW_KEY = np.uint64(MAX_ROWS - 1), np.uint64(255), np.uint64(0xFFFFFFFF)

Keys = NDArray[np.uint64]


class Document(Protocol):
    """What is read of a posting; shared.mongo.postings.Indexed is one."""

    @property
    def greenhouse_id(self) -> str: ...
    @property
    def subject_key(self) -> str: ...
    @property
    def active(self) -> bool: ...
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def company_slug(self) -> str: ...
    @property
    def company_name(self) -> str: ...


@dataclass(frozen=True)
class Segment:
    """n postings in the order of their ids, which are UTF-8 bytes, padded. `lengths`: how many terms each has, repeated ones too.
    `letters`: the keys of all titles' trigrams, row by row; a row's end at its place in `letter_ends`."""

    entries: NDArray[np.uint64]
    letters: NDArray[np.uint32]
    lengths: NDArray[np.float32]
    letter_ends: NDArray[np.int64]
    ids: NDArray[np.bytes_]
    subjects: NDArray[np.bytes_]
    companies: NDArray[np.bytes_]

    def __len__(self) -> int:
        return len(self.lengths)

    def bounds(self, keys: Keys) -> NDArray[np.intp]:
        """Where the entries of each key begin and end: shape (keys, 2)."""
        first, last = keys << _KEY, keys << _KEY | _LOW_KEY
        return np.stack([np.searchsorted(self.entries, first, "left"), np.searchsorted(self.entries, last, "right")], axis=1)

    def having(self, first: int, after: int) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The rows that have the term whose entries these are, and how often."""
        found = self.entries[first:after]
        return _rows_of(found), (found & _LOW_COUNT).astype(np.float32)

    def counts(self, places: NDArray[np.intp], rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """How often each of these rows has each of the terms whose entries are at these places: shape (places, rows)."""
        wanted = rows.astype(np.uint64)
        counts = np.zeros((len(places), len(rows)), np.float32)
        for number, (first, after) in enumerate(places.tolist()):
            if first < after:
                found = self.entries[first:after]
                own = (found[0] >> _KEY << _KEY) | wanted << _ROW
                at = found[np.minimum(np.searchsorted(found, own), len(found) - 1)]
                counts[number] = np.where(at >> _ROW == own >> _ROW, at & _LOW_COUNT, 0)
        return counts

    def letters_in(self, rows: NDArray[np.intp], keys: Keys, shares: NDArray[np.float32]) -> NDArray[np.float32]:
        """The sum of the shares of those of these keys that each row's title has: shape (rows,)."""
        if not len(keys):
            return np.zeros(len(rows), np.float32)
        order = np.argsort(keys)
        ordered = keys[order].astype(np.uint32)
        places, counts = _runs(self.letter_ends, rows)
        found = self.letters[places]
        at = np.minimum(np.searchsorted(ordered, found), len(ordered) - 1)
        worth = np.where(ordered[at] == found, shares[order][at], 0)
        return np.bincount(np.repeat(np.arange(len(rows)), counts), worth, len(rows)).astype(np.float32)

    def find(self, ids: Sequence[bytes]) -> NDArray[np.intp]:
        """The row of each posting, -1 for those that are not there."""
        if not len(self) or not ids:
            return np.full(len(ids), -1, np.intp)
        wanted = np.array(ids)
        short = np.where(np.char.str_len(wanted) <= self.ids.itemsize, wanted, b"").astype(self.ids.dtype)  # else all ids would be copied
        rows = np.minimum(np.searchsorted(self.ids, short), len(self) - 1)
        return np.where(self.ids[rows] == wanted, rows, -1)


_COLUMNS = tuple(column.name for column in fields(Segment))
_BY_ROW = ("lengths", "letter_ends", "ids", "subjects", "companies")
_NAMES = ("ids", "subjects", "companies")
_KINDS = {"entries": np.uint64, "letters": np.uint32, "lengths": np.float32, "letter_ends": np.int64}


def keys_of(text: str) -> list[int]:
    """Of its terms, repeated ones too."""
    return list(map(_key, terms(text)))


def letters_of(title: str) -> list[int]:
    """Keys of its trigrams: not those of terms of the same letters."""
    return [_key(f"\0{trigram}") for trigram in trigrams(title)]


@lru_cache(262_144)
def _key(term: str) -> int:
    return zlib.crc32(term.encode())


def segment_of(documents: Sequence[Document]) -> Segment:
    """Documents, each once, at most MAX_ROWS."""
    ordered = sorted(documents, key=lambda document: document.greenhouse_id.encode())
    packed: list[int] = []
    letters: list[int] = []
    lengths, letter_ends = [], []
    for row, document in enumerate(ordered):
        counts = Counter(keys_of(f"{document.text}\n{document.company_name}") + _TITLE * keys_of(document.title))
        packed.extend(key << 32 | row << 8 | min(count, 255) for key, count in counts.items())
        of_title = letters_of(document.title)
        packed.extend(key << 32 | row << 8 | 1 for key in of_title)
        letters.extend(of_title)
        lengths.append(counts.total())
        letter_ends.append(len(letters))
    return Segment(
        np.sort(np.array(packed, np.uint64)),
        np.array(letters, np.uint32),
        np.array(lengths, np.float32),
        np.array(letter_ends, np.int64),
        *(_as_bytes([getattr(document, name) for document in ordered]) for name in ("greenhouse_id", "subject_key", "company_slug")),
    )


def _as_bytes(names: Sequence[str]) -> NDArray[np.bytes_]:
    return np.array([name.encode() for name in names] or [b""], np.bytes_)[: len(names)]


def _runs(ends: NDArray[np.int64], rows: NDArray[np.intp]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The places of what these rows have, row by row, and how many of them each has."""
    begins = np.where(rows > 0, ends[rows - 1], 0)
    counts = ends[rows] - begins
    before = np.cumsum(counts) - counts
    return np.repeat(begins - before, counts) + np.arange(counts.sum()), counts


def _rows_of(entries: NDArray[np.uint64]) -> NDArray[np.intp]:
    return ((entries >> _ROW) & _LOW_ROW).astype(np.intp)


def merged(segments: Sequence[Segment], alive: Sequence[NDArray[np.bool_]]) -> Segment:
    """The living rows of all of them."""
    ids = np.concatenate([segment.ids[living] for segment, living in zip(segments, alive, strict=True)])
    order = np.argsort(ids, kind="stable")
    ranks = np.empty(len(order), np.uint64)
    ranks[order] = np.arange(len(order), dtype=np.uint64)
    entries, before = [], 0
    for segment, living in zip(segments, alive, strict=True):
        rows = np.cumsum(living) - 1 + before
        before += int(living.sum())
        entries.append(_moved(segment.entries, living, ranks[np.maximum(rows, 0)] if len(ranks) else ranks))
    letters, letter_ends = _letters(segments, alive, order)
    names = (_taken(segments, alive, name, order) for name in _NAMES)
    return Segment(np.sort(np.concatenate(entries)), letters, _taken(segments, alive, "lengths", order), letter_ends, *names)


def _letters(
    segments: Sequence[Segment], alive: Sequence[NDArray[np.bool_]], order: NDArray[np.intp]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The trigrams of the living rows, in their new order, and where those of each end."""
    runs = [_runs(segment.letter_ends, np.flatnonzero(living)) for segment, living in zip(segments, alive, strict=True)]
    kept = np.concatenate([segment.letters[places] for segment, (places, _) in zip(segments, runs, strict=True)])
    counts = np.concatenate([counts for _, counts in runs])
    return kept[_runs(np.cumsum(counts), order)[0]], np.cumsum(counts[order])


def _moved(entries: NDArray[np.uint64], living: NDArray[np.bool_], ranks: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The entries of living rows, with the rows' new numbers."""
    rows = _rows_of(entries)
    kept = living[rows]
    entries, rows = entries[kept], rows[kept]
    return np.asarray(entries >> _KEY << _KEY | ranks[rows] << _ROW | entries & _LOW_COUNT, np.uint64)


def _taken(segments: Sequence[Segment], alive: Sequence[NDArray[np.bool_]], name: str, order: NDArray[np.intp]) -> NDArray[Any]:
    return np.concatenate([getattr(segment, name)[living] for segment, living in zip(segments, alive, strict=True)])[order]


def write(segment: Segment, folder: Path) -> None:
    for name in _COLUMNS:
        np.save(folder / f"{name}.npy", getattr(segment, name))


def read(folder: Path) -> Segment:
    """Mapped, and shared so by the processes that read it. Raises OSError, EOFError or ValueError for what is not whole."""
    columns = {name: _mapped(folder / f"{name}.npy") for name in _COLUMNS}
    segment = Segment(**columns)
    entries, ends, count = segment.entries, segment.letter_ends, len(segment.lengths)
    kinds = all(columns[name].dtype == kind for name, kind in _KINDS.items()) and all(columns[name].dtype.kind == "S" for name in _NAMES)
    if not kinds or any(column.ndim != 1 for column in columns.values()) or any(len(columns[name]) != count for name in _BY_ROW):
        raise ValueError("its columns do not fit together")
    if count and not (ends[0] >= 0 and (ends[:-1] <= ends[1:]).all() and ends[-1] == len(segment.letters)):
        raise ValueError("its trigrams are not those of its rows")
    if len(entries) and not ((entries[:-1] <= entries[1:]).all() and int(_rows_of(entries).max()) < count):
        raise ValueError("its entries are out of order")
    return segment


def _mapped(path: Path) -> NDArray[Any]:
    return np.asarray(np.load(path, mmap_mode="r" if path.stat().st_size >= 65_536 else None, allow_pickle=False))
