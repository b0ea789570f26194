"""All active postings by their words and letters: scores for the best of the vector index, and a search of its own where that is away."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.lexical import segment
from shared.lexical.english import told
from shared.lexical.plain import plain_words
from shared.lexical.segment import Document, Segment
from shared.lexical.spelling import mended
from shared.lexical.word_lists import digest
from shared.logging import get_logger

log = get_logger(__name__)

K1, B = 1.2, 0.5
"""BM25: how soon a repeated word says no more, and how much a long text is held against it (docs/search.md)."""
_ENGLISH_LETTERS = 1 / 3  # docs/search.md
_FORMAT = 1
_FANOUT = 4
_RARE_SHARE, _RARE_AT_LEAST = 100, 20
_NO_ROWS = np.empty(0, np.intp)
_DESCRIPTION = "lexical.json"


class LexicalHit(NamedTuple):
    """`bm25`: the posting's BM25 by the most any posting could have for the query. `trigram`: the share of the query's trigrams that the
    title has, rare ones counting more; a third of it for a query in English, whose meaning is known better. Both in [0, 1]."""

    greenhouse_id: str
    bm25: float
    trigram: float
    subject_key: str = ""
    company: str = ""


@dataclass(frozen=True)
class _Part:
    segment: Segment
    alive: NDArray[np.bool_]


@dataclass(frozen=True)
class _Query:
    """Of the keys of its words, `words` in number, and then of its trigrams: how many postings have each, what it can add to its kind's
    score, and its `places` in each part, as Segment.bounds says."""

    words: int
    having: NDArray[np.intp]
    shares: NDArray[np.float32]
    places: list[NDArray[np.intp]]
    mean_length: float


class LexicalIndex:
    """Segments that never change, large ones first; each at least _FANOUT times the next, for which small ones are merged.

    A search reads the parts that were there when it began. Searches may run beside `update`, `save` and `load`, of which one may run at a
    time, in any thread.
    """

    def __init__(self) -> None:
        self._parts: tuple[_Part, ...] = ()
        self._title_words: Counter[str] = Counter()  # never fewer: a word once known is no slip

    def __len__(self) -> int:
        return sum(int(np.count_nonzero(part.alive)) for part in self._parts)

    def update(self, changed: Sequence[Document]) -> None:
        """Postings that are active come, or change; all others leave."""
        latest = {document.greenhouse_id: document for document in changed}
        coming = [document for document in latest.values() if document.active]
        for document in coming:
            self._title_words.update(set(plain_words(document.title)))
        parts = list(_without(self._parts, list(latest)))
        if coming:
            made = segment.segment_of(coming)
            parts.append(_Part(made, np.ones(len(made), np.bool_)))
        self._parts = tuple(_levelled(parts))

    def mended(self, query: str, english: Collection[str]) -> str:
        """The query with slips of the keyboard put right: shared.lexical.spelling."""
        return mended(query, self._title_words, english)

    def search(self, query: str, k: int) -> list[LexicalHit]:
        """The `k` best of all by the sum of both scores, best first; only such as have anything in common with the query."""
        parts = self._parts
        asked = _asked(query, parts)
        return _first(k, (hit for part, places in zip(parts, asked.places, strict=True) for hit in _best(part, asked, places, k)))

    def search_rare(self, query: str, k: int) -> list[LexicalHit]:
        """As `search`, by those words only that one posting in a hundred has at most: names of companies and tools. Quick at any size."""
        parts = self._parts
        asked = _asked(query, parts)
        rare = max(_RARE_AT_LEAST, len(self) // _RARE_SHARE)
        chosen = [number for number in range(asked.words) if asked.having[number] <= rare]
        return _first(k, (hit for part, places in zip(parts, asked.places, strict=True) for hit in _with(part, asked, places, chosen)))

    def score(self, query: str, greenhouse_ids: Collection[str]) -> dict[str, LexicalHit]:
        """Of those of these postings that are here."""
        parts, ids = self._parts, [greenhouse_id.encode() for greenhouse_id in greenhouse_ids]
        asked = _asked(query, parts)
        found = (_scored(part, asked, places, _living(part, ids)) for part, places in zip(parts, asked.places, strict=True))
        return {hit.greenhouse_id: hit for hits in found for hit in hits}

    def save(self, folder: Path) -> None:
        """Write all living postings into a folder of their own, and from then on read them there. Raises OSError."""
        folder.mkdir(parents=True)
        whole = _merged(self._parts).segment if self._parts else segment.segment_of([])
        segment.write(whole, folder)
        told = {"format": _FORMAT, "word_lists": digest(), "rows": len(whole), "title_words": self._title_words}
        (folder / _DESCRIPTION).write_text(json.dumps(told))
        self._parts = _all_of(segment.read(folder))

    def load(self, folder: Path) -> bool:
        """Take what `save` wrote in place of all that is here. False, and a line in the log, when it cannot be used."""
        try:
            told = json.loads((folder / _DESCRIPTION).read_text())
            if (told["format"], told["word_lists"]) != (_FORMAT, digest()):
                raise ValueError("it is of another version")
            whole, words = segment.read(folder), Counter({str(word): int(count) for word, count in told["title_words"].items()})
            if told["rows"] != len(whole):
                raise ValueError(f"it has {len(whole)} rows, not {told['rows']}")
        except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("lexical_not_loaded", folder=str(folder), error=f"{type(error).__name__}: {error}")
            return False
        self._parts, self._title_words = _all_of(whole), words
        return True


def _all_of(whole: Segment) -> tuple[_Part, ...]:
    return (_Part(whole, np.ones(len(whole), np.bool_)),) if len(whole) else ()


def _without(parts: Sequence[_Part], ids: Sequence[str]) -> Iterator[_Part]:
    encoded = [greenhouse_id.encode() for greenhouse_id in ids]
    for part in parts:
        rows = part.segment.find(encoded)
        rows = rows[rows >= 0]
        if len(rows):
            alive = part.alive.copy()
            alive[rows] = False
            part = _Part(part.segment, alive)
        if part.alive.any():
            yield part


def _levelled(parts: list[_Part]) -> list[_Part]:
    """Merged where one is less than _FANOUT times the next, or half dead."""
    while len(parts) > 1 and len(parts[-2].segment) < _FANOUT * len(parts[-1].segment):
        parts[-2:] = [_merged(parts[-2:])]
    return [_merged([part]) if 2 * np.count_nonzero(part.alive) < len(part.alive) else part for part in parts]


def _merged(parts: Sequence[_Part]) -> _Part:
    made = segment.merged([part.segment for part in parts], [part.alive for part in parts])
    return _Part(made, np.ones(len(made), np.bool_))


def _asked(query: str, parts: Sequence[_Part]) -> _Query:
    words, letters = list(dict.fromkeys(segment.keys_of(query))), segment.letters_of(query)
    keys = np.array(words + letters, np.uint64)
    places = [part.segment.bounds(keys) for part in parts]
    having = sum(((bounds[:, 1] - bounds[:, 0]) for bounds in places), np.zeros(len(keys), np.intp))
    count = sum(len(part.segment) for part in parts)
    letters_say = np.float32(1 if told(plain_words(query)) else _ENGLISH_LETTERS)
    rare = np.log1p((count - having + 0.5) / (having + 0.5))
    shares = np.concatenate([_shares(rare[: len(words)]), letters_say * _shares(np.log1p(count / np.maximum(1, having[len(words) :])))])
    length = sum(float(part.segment.lengths.sum()) for part in parts) / max(1, count)
    return _Query(len(words), having, shares, places, max(length, 1.0))


def _shares(weights: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(weights / max(weights.sum(), 1e-9), np.float32)


def _saturated(counts: NDArray[np.float32], lengths: NDArray[np.float32], mean_length: float) -> NDArray[np.float32]:
    """What BM25 makes of counts, in [0, 1): of a term's idf × (k1 + 1) this share."""
    return np.asarray(counts / (counts + np.float32(K1) * (np.float32(1 - B) + np.float32(B / mean_length) * lengths)), np.float32)


def _best(part: _Part, asked: _Query, places: NDArray[np.intp], k: int) -> list[LexicalHit]:
    words, letters = np.zeros(len(part.segment), np.float32), np.zeros(len(part.segment), np.float32)
    for number, (first, after) in enumerate(places.tolist()):
        rows, counts = part.segment.having(first, after)
        if number < asked.words:
            words[rows] += asked.shares[number] * _saturated(counts, part.segment.lengths[rows], asked.mean_length)
        else:
            letters[rows] += asked.shares[number]
    both = np.where(part.alive, words + letters, 0)
    rows = np.flatnonzero(both > 0)
    if len(rows) > k:
        rows = rows[np.argpartition(-both[rows], k - 1)[:k]] if k > 0 else rows[:0]
    return _hits(part, rows, words[rows], letters[rows])


def _with(part: _Part, asked: _Query, places: NDArray[np.intp], chosen: Sequence[int]) -> list[LexicalHit]:
    """All that have any of the chosen words."""
    rows = np.unique(np.concatenate([part.segment.having(*places[number])[0] for number in chosen] or [_NO_ROWS]))
    return _scored(part, asked, places, rows[part.alive[rows]])


def _first(k: int, hits: Iterable[LexicalHit]) -> list[LexicalHit]:
    return sorted(hits, key=lambda hit: (-hit.bm25 - hit.trigram, hit.greenhouse_id))[:k]


def _scored(part: _Part, asked: _Query, places: NDArray[np.intp], rows: NDArray[np.intp]) -> list[LexicalHit]:
    if not len(rows):
        return []
    counts = part.segment.counts(places, rows)
    words = asked.shares[: asked.words] @ _saturated(counts[: asked.words], part.segment.lengths[rows], asked.mean_length)
    letters = asked.shares[asked.words :] @ np.minimum(counts[asked.words :], 1)
    return _hits(part, rows, words, letters)


def _living(part: _Part, ids: Sequence[bytes]) -> NDArray[np.intp]:
    """In order: rows are found faster so."""
    rows = np.sort(part.segment.find(ids))
    rows = rows[rows >= 0]
    return rows[part.alive[rows]]


def _hits(part: _Part, rows: NDArray[np.intp], words: NDArray[np.float32], letters: NDArray[np.float32]) -> list[LexicalHit]:
    names = (getattr(part.segment, name)[rows].tolist() for name in ("ids", "subjects", "companies"))
    return [
        LexicalHit(greenhouse_id.decode(), bm25, trigram, subject.decode(), company.decode())
        for greenhouse_id, subject, company, bm25, trigram in zip(*names, words.tolist(), letters.tolist(), strict=True)
    ]
