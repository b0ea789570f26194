"""What a company says in postings of every kind: boilerplate, whatever it is about."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Set

from shared.errors import PermanentJobError
from shared.schemas.reels import ReelBrief
from text_to_video.script.base import weight
from text_to_video.script.extractive import ExtractiveWriter

_LEAST_POSTINGS = 3
_LEAST_WORDS, _HEADING_WORDS = 6, 15
_ANYONE = frozenset("and for the senior junior staff lead head principal intern new grad remote hybrid contract full part time".split())


def repeated_lines(postings: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Lines that stand in three or more of a company's postings, (title, description), whose titles have no word in common.

    What only the postings of one trade repeat may well be its duties.
    """
    words = defaultdict[str, list[frozenset[str]]](list)
    for title, description in postings:
        named = frozenset(re.findall(r"[^\W\d]{2,}", title.lower())) - _ANYONE
        for line in {_key(raw) for raw in description.split("\n") if not _may_be_a_heading(raw)}:
            words[line].append(named)
    return frozenset(line for line, titles in words.items() if len(titles) >= _LEAST_POSTINGS and not frozenset.intersection(*titles))


def without_boilerplate(brief: ReelBrief, repeated: Set[str]) -> ReelBrief:
    """The brief without those lines; as it was, if nothing that says what the job is would be left."""
    shorter = brief.model_copy(update={"description": without_lines(brief.description, repeated)})
    if shorter.description == brief.description:
        return brief
    try:
        ExtractiveWriter().write(shorter)
    except PermanentJobError:
        return brief
    return shorter


def without_lines(description: str, repeated: Set[str]) -> str:
    lines = description.split("\n")
    return "\n".join(line for line in lines if _may_be_a_heading(line) or _key(line) not in repeated) if repeated else description


def _may_be_a_heading(line: str) -> bool:
    """Headings order the rest and have to stay."""
    words = weight(line)
    return words < _LEAST_WORDS or (words <= _HEADING_WORDS and not line.startswith("•") and line.rstrip()[-1:] not in ".!。！।")


def _key(line: str) -> str:
    return " ".join(line.strip("• \t").casefold().split())
