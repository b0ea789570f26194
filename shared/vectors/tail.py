"""Rows that come one after another: they only ever get more, and what was handed out of them stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from shared.mongo.postings import Indexed
from shared.vectors.dots import quantised
from shared.vectors.rows import NEVER, Rows, milliseconds
from shared.vectors.signs import signs, words_of
from shared.vectors.vocabulary import Vocabularies, Vocabulary

_GROWTH = 1024
_NONE = np.empty(0, np.int32)


class Growing:
    """An array whose `filled` beginning never changes: when there is no more room, it moves to one twice as long."""

    def __init__(self, dtype: DTypeLike, width: tuple[int, ...] = (), order: Literal["C", "F"] = "C") -> None:
        self._order = order
        self._kept: NDArray[Any] = np.empty((_GROWTH, *width), dtype, order)
        self._length = 0

    def extend(self, values: ArrayLike) -> None:
        added = np.asarray(values, self._kept.dtype)
        end = self._length + len(added)
        if end > len(self._kept):
            longer = np.empty((max(end, 2 * len(self._kept)), *self._kept.shape[1:]), self._kept.dtype, self._order)
            longer[: self._length] = self.filled
            self._kept = longer
        self._kept[self._length : end] = added
        self._length = end

    @property
    def filled(self) -> NDArray[Any]:
        return self._kept[: self._length]


class Tail:
    """Rows to which more are added, in one thread at a time. `row_of` knows the newest row of each posting."""

    def __init__(self, dimensions: int, words: Vocabularies) -> None:
        self._words = words
        self._bits = Growing(np.uint64, (words_of(dimensions),), "F")
        self._plain = {
            "codes": Growing(np.int8, (dimensions,)),
            "scales": Growing(np.float32),
            "vectors": Growing(np.float32, (dimensions,)),
            "company": Growing(np.int32),
            "remote": Growing(np.bool_),
            "published": Growing(np.int64),
            **{name: Growing(np.int32) for name in ("place_codes", "place_rows", "department_codes", "department_rows")},
        }
        self._ids: list[str] = []
        self._subjects: list[str] = []
        self.row_of: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, postings: Sequence[Indexed], vectors: NDArray[np.float32]) -> None:
        """Postings, each once, with their vectors in the rows of an array."""
        codes, scales = quantised(vectors)
        self._bits.extend(signs(vectors).T)
        self._extend(
            codes=codes,
            scales=scales,
            vectors=vectors,
            company=[self._words.company.learn(posting.company_slug) for posting in postings],
            remote=[posting.remote for posting in postings],
            published=[milliseconds(posting.first_published) if posting.first_published else NEVER for posting in postings],
        )
        self._pair("place", self._words.place, [posting.place_keys for posting in postings])
        self._pair("department", self._words.department, [posting.department_keys for posting in postings])
        self.row_of.update((posting.greenhouse_id, row) for row, posting in enumerate(postings, len(self)))
        self._ids.extend(posting.greenhouse_id for posting in postings)
        self._subjects.extend(posting.subject_key for posting in postings)

    def _pair(self, name: str, words: Vocabulary, keys: Sequence[Sequence[str]]) -> None:
        """Pairs of a code and a row for the next rows."""
        pairs = [(words.learn(key), row) for row, its in enumerate(keys, len(self)) for key in its]
        self._extend(**{f"{name}_codes": [code for code, _ in pairs], f"{name}_rows": [row for _, row in pairs]})

    def _extend(self, **columns: ArrayLike) -> None:
        for name, values in columns.items():
            self._plain[name].extend(values)

    def rows(self) -> Rows:
        """All so far, at no cost."""
        plain = {name: column.filled for name, column in self._plain.items()}
        return Rows(**plain, bits=self._bits.filled.T, ids=self._ids, subjects=self._subjects, order=_NONE)
