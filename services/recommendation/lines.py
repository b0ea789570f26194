"""A ranked pool as it is cached: a line an entry, of which a page needs no more than the first few. PURE.

    video id ⇥ name ⇥ "source":"vector","score":0.93,"reason":"…"

The name is the subject's key, so that a role seen in one city is seen in all, or the id of a video that is not ours. What is shown of the
video itself is the same for all users, and kept elsewhere (`cards.py`): a pool is some 20 kB instead of 200.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from services.recommendation.pools import Pool, Recommended

_TAB, _NEWLINE = b"\t", b"\n"
_PLAIN = "!#$&'()*+,/:;=?@[]-._~"
_SCORE_DIGITS = 4
_SOURCE_AT = len(b'"source":"')


@dataclass(frozen=True)
class Lines:
    """Best first. `degraded`: the parts that could not be asked when it was ranked. `prepared` is for what was made of them."""

    lines: tuple[bytes, ...]
    degraded: tuple[str, ...] = ()
    prepared: dict[int, Any] = field(default_factory=dict, repr=False, compare=False)


class Entry(NamedTuple):
    """A line taken apart; `fields` are JSON without braces."""

    video_id: bytes
    name: bytes
    fields: bytes

    @property
    def source(self) -> bytes:
        return self.fields[_SOURCE_AT : self.fields.index(b'"', _SOURCE_AT)]


def lines_of(pool: Pool) -> Lines:
    return Lines(tuple(map(line_of, pool.items)), pool.degraded)


def line_of(item: Recommended) -> bytes:
    fields = json.dumps({"source": item.source, "score": round(item.score, _SCORE_DIGITS), "reason": item.reason}, separators=(",", ":"))
    return _TAB.join((plain(item.video_id), plain(item.subject_key), fields[1:-1].encode()))


def entry(line: bytes) -> Entry:
    return Entry(*line.split(_TAB, 2))


def plain(name: str) -> bytes:
    """A name as it stands in lines."""
    return quote(name, safe=_PLAIN).encode()


def name_of(plain_name: bytes) -> str:
    return unquote(plain_name.decode())


def following(lines: Sequence[bytes], start: int, without: Container[bytes]) -> Iterator[tuple[int, Entry]]:
    """The entries from the `start`th on (from 0) whose video and name are none of `without`, each with the place after it."""
    for place in range(start, len(lines)):
        found = entry(lines[place])
        if found.video_id not in without and found.name not in without:
            yield place + 1, found


class LinesCodec:
    """How RefreshedCache keeps them."""

    def encode(self, value: Lines) -> bytes:
        return _NEWLINE.join((json.dumps(value.degraded).encode(), *value.lines))

    def decode(self, data: bytes) -> Lines:
        degraded, *lines = data.split(_NEWLINE)
        return Lines(tuple(lines), tuple(json.loads(degraded)))

    def empty(self, value: Lines) -> bool:
        return not value.lines

    def makeshift(self, value: Lines) -> bool:
        """Own parts come back soon; YouTube's quota may take a day."""
        return bool(set(value.degraded) - {"youtube"})
