"""Rows in files: an .npy a column, mapped when read, and a description that says what must fit together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import DTypeLike, NDArray

from shared.vectors.dots import quantised
from shared.vectors.rows import COLUMNS, Make, Rows
from shared.vectors.signs import signs, words_of
from shared.vectors.vocabulary import Vocabularies

_FORMAT = 2
_MAPPED_FROM = 65_536  # bytes; smaller files are read
_SAMPLE = 64
_DESCRIPTION = "rows.json"


def maker(folder: Path) -> Make:
    """Makes arrays in files of this folder."""

    def make(name: str, dtype: DTypeLike, shape: tuple[int, ...]) -> NDArray[Any]:
        path = folder / f"{name}.npy"
        if 0 in shape:  # nothing cannot be mapped
            np.save(path, np.empty(shape, dtype))
            return np.empty(shape, dtype)
        return open_memmap(path, mode="w+", dtype=np.dtype(dtype), shape=shape)

    return make


def describe(folder: Path, rows: Rows, words: Vocabularies) -> None:
    """Complete what the folder's maker wrote; whoever wants it on the disk syncs the files (numpy's own flush stops all threads)."""
    told = {"format": _FORMAT, "rows": len(rows), "words": words.as_json()}
    (folder / _DESCRIPTION).write_text(json.dumps(told))


def read(folder: Path, dimensions: int) -> tuple[Rows, Vocabularies]:
    """Raises OSError, EOFError, ValueError, KeyError or TypeError for what is not whole or not ours."""
    told = json.loads((folder / _DESCRIPTION).read_text())
    if told["format"] != _FORMAT:
        raise ValueError(f"format {told['format']}")
    rows, words = Rows(**{name: _column(folder / f"{name}.npy") for name in COLUMNS}), Vocabularies(**told["words"])
    _check(rows, words, (told["rows"], dimensions))
    return rows, words


def _column(path: Path) -> NDArray[Any]:
    mapped = path.stat().st_size >= _MAPPED_FROM
    return np.asarray(np.load(path, mmap_mode="r" if mapped else None, allow_pickle=False))


def _check(rows: Rows, words: Vocabularies, shape: tuple[int, int]) -> None:
    """Whatever a search may touch must be there; a sample of the vectors must be what their codes and bits say."""
    count = shape[0]
    plain = [rows.scales, rows.company, rows.remote, rows.published, rows.ids, rows.subjects, rows.order]
    whole = rows.codes.shape == rows.vectors.shape == shape and all(np.shape(column) == (count,) for column in plain)
    numbers = [
        (rows.company, len(words.company.words)), (rows.order, count), (rows.place_rows, count), (rows.department_rows, count),
    ]  # fmt: skip
    if not whole or rows.bits.shape != (words_of(shape[1]), count) or not all(_below(column, bound) for column, bound in numbers):
        raise ValueError("its columns do not fit together")
    if len(rows.place_codes) != len(rows.place_rows) or len(rows.department_codes) != len(rows.department_rows):
        raise ValueError("its pairs do not fit together")
    sample = np.linspace(0, count - 1, min(count, _SAMPLE)).astype(np.intp)
    codes, scales = quantised(rows.vectors[sample])
    if not (np.array_equal(codes, rows.codes[sample]) and np.array_equal(scales, rows.scales[sample])):
        raise ValueError("its codes are not those of its vectors")
    if np.bitwise_count(signs(rows.vectors[sample]) ^ rows.bits[:, sample]).sum() > len(sample):  # another machine may round otherwise
        raise ValueError("its bits are not those of its vectors")


def _below(column: NDArray[Any], bound: int) -> bool:
    return column.size == 0 or (column.dtype.kind == "i" and column.min() >= 0 and column.max() < bound)
