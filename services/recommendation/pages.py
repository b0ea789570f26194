"""Pages of a ranked pool: its first entries that are not left out and that there is something to show of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import islice

from services.recommendation.cards import Cards
from services.recommendation.lines import Entry, following


@dataclass(frozen=True)
class Page:
    """Items are JSON objects; `end` is the place in the pool after the last of them."""

    entries: tuple[Entry, ...]
    items: tuple[bytes, ...]
    end: int

    @property
    def sources(self) -> Counter[str]:
        """How many of them come from each."""
        return Counter(entry.source.decode() for entry in self.entries)


async def cut(lines: Sequence[bytes], start: int, limit: int, without: Container[bytes], cards: Cards) -> Page:
    """Up to `limit` items from the `start`th line on. Raises Unavailable."""
    entries: list[Entry] = []
    items: list[bytes] = []
    end, left = start, following(lines, start, without)
    while len(items) < limit and (some := list(islice(left, limit - len(items)))):
        ids = [entry.video_id for _, entry in some]
        found = cards.at_hand(ids)
        for (place, entry), card in zip(some, await cards.of(ids) if found is None else found, strict=True):
            end = place
            if card:
                entries.append(entry)
                items.append(b"%b,%b}" % (card, entry.fields))
    return Page(tuple(entries), tuple(items), end)


def follows(lines: Sequence[bytes], page: Page, without: Container[bytes]) -> bool:
    """PURE: whether there is anything after it."""
    return next(following(lines, page.end, without), None) is not None
