"""Postings in any number, made by varying real listings: 2,000 titles with their embeddings, the companies and places of others.

A posting's vector is its title's, disturbed so that their cosine is about 0.93: variants of a title lie near each other, as real ones do.
Always the same for the same number.
"""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.embeddings.local import LocalEmbedder, open_local
from shared.mongo.client import Doc
from shared.mongo.postings import Indexed, encode_vector
from shared.schemas.postings import place_keys, slugify

DATA = Path(__file__).parents[4] / "shared" / "data" / "jobs" / "greenhouse_listings_even.csv"
EMBEDDER_ID = LocalEmbedder.embedder_id

_TITLES = 2_000
_WISHES = 64
_NOISE = 0.4  # length of what is added to a unit vector
_NOW = datetime(2026, 6, 1, tzinfo=UTC)
_CHUNK = 1_000


class Listing(NamedTuple):
    title: str
    company: str
    place: str


@dataclass(frozen=True)
class Corpus:
    """n postings; `vectors` are their unit vectors, shape (n, d). `wishes` are titles that none of them has, `queries` their vectors."""

    ids: Sequence[str]
    titles: Sequence[str]
    companies: Sequence[str]
    places: Sequence[str]
    vectors: NDArray[np.float32]
    wishes: Sequence[str]
    queries: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def dimensions(self) -> int:
        return int(self.vectors.shape[1])

    def chunks(self) -> Iterator[list[Indexed]]:
        """All postings, a thousand at a time."""
        starts = range(0, len(self), _CHUNK)
        return ([self.posting(number) for number in range(start, min(start + _CHUNK, len(self)))] for start in starts)

    def posting(self, number: int) -> Indexed:
        """Every other one is remote; three in a row are one subject."""
        company, title, place = self.companies[number], self.titles[number], self.places[number]
        others = " ".join(self.titles[number % _TITLES - step] for step in range(8))
        return Indexed(
            greenhouse_id=self.ids[number],
            subject_key=f"{slugify(company)}:{number // 3}",
            active=True,
            vector=self.vectors[number],
            title=title,
            text=f"{company} looks for {title} in {place}. {others}",
            company_slug=slugify(company),
            company_name=company,
            place_keys=place_keys([place]),
            department_keys=(f"department {number % 40}",),
            remote=number % 2 == 0,
            first_published=_NOW - timedelta(hours=number % 4_000),
        )


def document(posting: Indexed) -> Doc:
    """As the database keeps it."""
    names = ("greenhouse_id", "subject_key", "active", "title", "company_slug", "company_name", "remote", "first_published")
    plain: dict[str, Any] = {name: getattr(posting, name) for name in names}
    keys = {"place_keys": list(posting.place_keys), "department_keys": list(posting.department_keys)}
    assert posting.vector is not None
    entry = {"vector": encode_vector(posting.vector), "content_hash": posting.greenhouse_id}
    return {**plain, **keys, "description": posting.text, "vectors": {EMBEDDER_ID: entry}, "changed_at": _NOW}


async def make_corpus(count: int) -> Corpus:
    """The model runs for a few seconds."""
    listings = _listings()
    spread = [listings[number * len(listings) // (_TITLES + _WISHES)] for number in range(_TITLES + _WISHES)]
    embedder = await asyncio.to_thread(open_local, threads=2)
    embedded = await embedder.embed([listing.title for listing in spread])
    numbers = range(count)
    return Corpus(
        ids=[f"{4_000_000 + number}" for number in numbers],
        titles=[spread[number % _TITLES].title for number in numbers],
        companies=[listings[number // 3 * 7 % len(listings)].company for number in numbers],
        places=[listings[number * 13 % len(listings)].place for number in numbers],
        vectors=_variants(embedded[:_TITLES], count),
        wishes=[listing.title for listing in spread[_TITLES:]],
        queries=embedded[_TITLES:],
    )


def _listings() -> list[Listing]:
    """Those that say enough, each title once."""
    with DATA.open(encoding="utf-8", newline="") as file:
        found = [Listing(row["title"].strip(), row["company_name"].strip(), row["location"].strip()) for row in csv.DictReader(file)]
    return list({listing.title: listing for listing in found if listing.title and listing.company}.values())


def _variants(titles: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """Each title again and again, the first time as it is."""
    vectors = np.empty((count, titles.shape[1]), np.float32)
    for block, start in enumerate(range(0, count, len(titles))):
        noise = np.random.default_rng(block).standard_normal(titles.shape, np.float32) * np.float32(_NOISE / np.sqrt(titles.shape[1]))
        variant = titles + noise * (block > 0)
        variant /= np.linalg.norm(variant, axis=1, keepdims=True)
        vectors[start : start + len(titles)] = variant[: count - start]
    return vectors
