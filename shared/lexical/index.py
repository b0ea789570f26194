"""All active postings by their words and letters: scores for the best of the vector index, and a search of its own where that is away."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import numpy as np

from shared.lexical import segment
from shared.lexical.plain import plain_words
from shared.lexical.query import LexicalQuery, Part
from shared.lexical.segment import Document, Segment
from shared.lexical.spelling import mended
from shared.lexical.word_lists import digest
from shared.logging import get_logger

log = get_logger(__name__)

_FORMAT = 2
_FANOUT = 4
_DESCRIPTION = "lexical.json"


class LexicalIndex:
    """Segments that never change, large ones first; each at least _FANOUT times the next, for which small ones are merged.

    A search reads the parts that were there when it began. Searches may run beside `update`, `save` and `load`, of which one may run at a
    time, in any thread.
    """

    def __init__(self) -> None:
        self._parts: tuple[Part, ...] = ()
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
            parts.append(Part(made, np.ones(len(made), np.bool_)))
        self._parts = tuple(_levelled(parts))

    def mended(self, query: str, english: Collection[str]) -> str:
        """The query with slips of the keyboard put right: shared.lexical.spelling."""
        return mended(query, self._title_words, english)

    def ask(self, query: str) -> LexicalQuery:
        """What there is now for a query: whatever changes meanwhile, all its answers are of one state."""
        return LexicalQuery(query, self._parts)

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


def _all_of(whole: Segment) -> tuple[Part, ...]:
    return (Part(whole, np.ones(len(whole), np.bool_)),) if len(whole) else ()


def _without(parts: Sequence[Part], ids: Sequence[str]) -> Iterator[Part]:
    encoded = [greenhouse_id.encode() for greenhouse_id in ids]
    for part in parts:
        rows = part.segment.find(encoded)
        rows = rows[rows >= 0]
        if len(rows):
            alive = part.alive.copy()
            alive[rows] = False
            part = Part(part.segment, alive)
        if part.alive.any():
            yield part


def _levelled(parts: list[Part]) -> list[Part]:
    """Merged where one is less than _FANOUT times the next, or half dead."""
    while len(parts) > 1 and len(parts[-2].segment) < _FANOUT * len(parts[-1].segment):
        parts[-2:] = [_merged(parts[-2:])]
    return [_merged([part]) if 2 * np.count_nonzero(part.alive) < len(part.alive) else part for part in parts]


def _merged(parts: Sequence[Part]) -> Part:
    made = segment.merged([part.segment for part in parts], [part.alive for part in parts])
    return Part(made, np.ones(len(made), np.bool_))
