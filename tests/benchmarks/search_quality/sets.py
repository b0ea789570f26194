"""Judged sets: real ones from beside the project, and titles of our own in German and Spanish.

esco: alternative labels ask for occupations, which have a label and a description. jobbert: vacancy titles ask for other titles of the
same occupation. de, es: a title asks for others of the same occupation.
"""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.backend.search.judged import Judgements, Text

LABELS = Path(__file__).parents[4] / "shared" / "data" / "labels"
_TITLES = Path(__file__).parent / "titles"
_SEED = 7


@dataclass(frozen=True)
class Judged:
    """`language` as the stemmer names it."""

    name: str
    documents: Mapping[str, Text]
    queries: Mapping[str, str]
    judgements: Judgements
    language: str = "english"

    def with_typos(self) -> dict[str, str]:
        """The queries, each with one slip in one of its longer words."""
        rng = random.Random(_SEED)
        return {name: with_typo(text, rng) for name, text in self.queries.items()}


def sets(quick: bool) -> Iterator[Judged]:
    """`quick`: a sample of each."""
    if LABELS.is_dir():
        yield _esco(300 if quick else 2_000, 1_000 if quick else None)
        yield _jobbert(200 if quick else 1_000, 3_000 if quick else None)
    yield own("de", "german")
    yield own("es", "spanish")


def own(code: str, language: str) -> Judged:
    lines = [line for line in (_TITLES / f"{code}.txt").read_text("utf-8").splitlines() if line and not line.startswith("#")]
    groups = [[title.strip() for title in line.split("|")] for line in lines]
    documents = {f"{row}.{place}": Text(title, "") for row, group in enumerate(groups) for place, title in enumerate(group[1:])}
    queries = {str(row): group[0] for row, group in enumerate(groups)}
    judgements = {str(row): {f"{row}.{place}": 1 for place in range(len(group) - 1)} for row, group in enumerate(groups)}
    return Judged(code, documents, queries, judgements, language)


def _esco(queries: int, documents: int | None) -> Judged:
    rows = _read("esco_v1.2.0_occupations_en.csv")[:documents]
    asked: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        for label in filter(None, (label.strip().lower() for label in row["altLabels"].split("\n"))):
            if label != row["preferredLabel"].lower():
                asked[label][row["conceptUri"]] = 1
    chosen = random.Random(_SEED).sample(sorted(asked), queries)
    texts = {row["conceptUri"]: Text(row["preferredLabel"], row["description"]) for row in rows}
    return Judged("esco", texts, {label: label for label in chosen}, {label: asked[label] for label in chosen})


def _jobbert(queries: int, documents: int | None) -> Judged:
    unique = {" ".join(row["vacancyTitle"].lower().split()): row for row in _read("jobbert_titles.csv")}
    rows = list(unique.values())
    random.Random(_SEED).shuffle(rows)
    asking, asked = rows[:queries], rows[queries:][:documents]
    of: dict[str, dict[str, int]] = defaultdict(dict)
    for row in asked:
        of[row["conceptUri"]][row[""]] = 1
    kept = {row[""]: row for row in asking if row["conceptUri"] in of}
    texts = {row[""]: Text(row["vacancyTitle"], "") for row in asked}
    return Judged(
        "jobbert",
        texts,
        {name: row["vacancyTitle"] for name, row in kept.items()},
        {name: of[row["conceptUri"]] for name, row in kept.items()},
    )


def _read(name: str) -> list[dict[str, str]]:
    with (LABELS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def with_typo(text: str, rng: random.Random) -> str:
    """One letter too few, too many, wrong, or two swapped, in a word of four letters or more; the first letter is right."""
    words = text.split()
    long = [place for place, word in enumerate(words) if len(word) > 3]
    if not long:
        return text
    chosen = rng.choice(long)
    word = words[chosen]
    at, letter = rng.randrange(1, len(word) - 1), rng.choice("aeinrst")
    slips = (
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
    )
    words[chosen] = rng.choice(slips)
    return " ".join(words)
