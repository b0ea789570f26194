"""One query among the parts of the index that were there when it was asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.lexical import segment
from shared.lexical.english import told
from shared.lexical.plain import plain_words
from shared.lexical.segment import Keys, Segment

K1, B = 1.2, 0.5
"""BM25: how soon a repeated word says no more, and how much a long text is held against it (docs/search.md)."""
_ENGLISH_LETTERS = 1 / 3  # docs/search.md
_RARE_SHARE, _RARE_AT_LEAST = 100, 20
_NO_ROWS = np.empty(0, np.intp)

Rows = NDArray[np.intp]
Scores = NDArray[np.float32]


class LexicalHit(NamedTuple):
    """`bm25`: the posting's BM25 by the most any posting could have for the query. `trigram`: the share of the query's trigrams that the
    title has, rare ones counting more; a third of it for a query in English, whose meaning is known better. Both in [0, 1]."""

    greenhouse_id: str
    bm25: float
    trigram: float
    subject_key: str = ""
    company: str = ""


@dataclass(frozen=True)
class Part:
    segment: Segment
    alive: NDArray[np.bool_]


class _Scored(NamedTuple):
    """Rows of a part, with both scores of each."""

    part: Part
    rows: Rows
    words: Scores
    letters: Scores


class LexicalQuery:
    """`_keys` of its words, `_words` in number, and then of its trigrams: `_having`, how many postings have each; `_shares`, what each can
    add to its kind's score; `_places`, its entries in each part, as Segment.bounds says."""

    def __init__(self, query: str, parts: Sequence[Part]) -> None:
        words, letters = list(dict.fromkeys(segment.keys_of(query))), segment.letters_of(query)
        self._parts, self._words = parts, len(words)
        self._keys: Keys = np.array(words + letters, np.uint64)
        self._places = [part.segment.bounds(self._keys) for part in parts]
        self._having = sum(((bounds[:, 1] - bounds[:, 0]) for bounds in self._places), np.zeros(len(self._keys), np.intp))
        self._count = sum(len(part.segment) for part in parts)
        self._shares = _shares_of(self._having, len(words), self._count, 1 if told(plain_words(query)) else _ENGLISH_LETTERS)
        self._mean_length = max(1.0, sum(float(part.segment.lengths.sum()) for part in parts) / max(1, self._count))

    def best(self, k: int) -> list[LexicalHit]:
        """The `k` best of all by the sum of both scores, best first; only such as have anything in common with the query."""
        return _first(k, (self._all(part, places) for part, places in zip(self._parts, self._places, strict=True)))

    def rare(self, k: int) -> list[LexicalHit]:
        """As `best`, by those words only that one posting in a hundred has at most: names of companies and tools. Quick at any size."""
        living = sum(int(np.count_nonzero(part.alive)) for part in self._parts)
        few = max(_RARE_AT_LEAST, living // _RARE_SHARE)
        chosen = [number for number in range(self._words) if self._having[number] <= few]
        return _first(k, (self._with(part, places, chosen) for part, places in zip(self._parts, self._places, strict=True)))

    def score(self, greenhouse_ids: Collection[str]) -> dict[str, LexicalHit]:
        """Of those of these postings that are here."""
        ids = [greenhouse_id.encode() for greenhouse_id in greenhouse_ids]
        found = (self._scored(part, places, _living(part, ids)) for part, places in zip(self._parts, self._places, strict=True))
        return {hit.greenhouse_id: hit for scored in found for hit in _hits(scored)}

    def _all(self, part: Part, places: NDArray[np.intp]) -> _Scored:
        words, letters = np.zeros(len(part.segment), np.float32), np.zeros(len(part.segment), np.float32)
        for number, (first, after) in enumerate(places.tolist()):
            rows, counts = part.segment.having(first, after)
            if number < self._words:
                words[rows] += self._shares[number] * _saturated(counts, part.segment.lengths[rows], self._mean_length)
            else:
                letters[rows] += self._shares[number]
        rows = np.flatnonzero(part.alive & (words + letters > 0))
        return _Scored(part, rows, words[rows], letters[rows])

    def _with(self, part: Part, places: NDArray[np.intp], chosen: Sequence[int]) -> _Scored:
        """All that have any of the chosen words."""
        rows = np.unique(np.concatenate([part.segment.having(*places[number])[0] for number in chosen] or [_NO_ROWS]))
        return self._scored(part, places, rows[part.alive[rows]])

    def _scored(self, part: Part, places: NDArray[np.intp], rows: Rows) -> _Scored:
        counts = part.segment.counts(places[: self._words], rows)
        words = self._shares[: self._words] @ _saturated(counts, part.segment.lengths[rows], self._mean_length)
        return _Scored(part, rows, words, part.segment.letters_in(rows, self._keys[self._words :], self._shares[self._words :]))


def _shares_of(having: NDArray[np.intp], words: int, count: int, letters_say: float) -> Scores:
    rare = np.log1p((count - having[:words] + 0.5) / (having[:words] + 0.5))
    return np.concatenate([_shares(rare), np.float32(letters_say) * _shares(np.log1p(count / np.maximum(1, having[words:])))])


def _shares(weights: NDArray[np.float64]) -> Scores:
    return np.asarray(weights / max(weights.sum(), 1e-9), np.float32)


def _saturated(counts: Scores, lengths: Scores, mean_length: float) -> Scores:
    """What BM25 makes of counts, in [0, 1): of a term's idf × (k1 + 1) this share."""
    return np.asarray(counts / (counts + np.float32(K1) * (np.float32(1 - B) + np.float32(B / mean_length) * lengths)), np.float32)


def _living(part: Part, ids: Sequence[bytes]) -> Rows:
    """In order: rows are found faster so."""
    rows = np.sort(part.segment.find(ids))
    rows = rows[rows >= 0]
    return rows[part.alive[rows]]


def _first(k: int, found: Iterable[_Scored]) -> list[LexicalHit]:
    hits = [hit for scored in found for hit in _hits(_largest(k, scored))]
    return sorted(hits, key=lambda hit: (-hit.bm25 - hit.trigram, hit.greenhouse_id))[:k]


def _largest(k: int, scored: _Scored) -> _Scored:
    """The `k` largest, and all that are as large as the last of them."""
    if len(scored.rows) <= k:
        return scored
    both = scored.words + scored.letters
    kept = both >= np.partition(both, len(both) - k)[len(both) - k] if k > 0 else slice(0)
    return _Scored(scored.part, scored.rows[kept], scored.words[kept], scored.letters[kept])


def _hits(scored: _Scored) -> list[LexicalHit]:
    of = scored.part.segment
    names = ([name.decode() for name in column[scored.rows].tolist()] for column in (of.subjects, of.companies))
    ids = [name.decode() for name in of.ids[scored.rows].tolist()]
    return list(map(LexicalHit, ids, scored.words.tolist(), scored.letters.tolist(), *names))
