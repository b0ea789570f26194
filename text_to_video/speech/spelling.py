"""PURE: the times of a vendor's letters, given to our words, though the two may spell them differently."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from text_to_video.speech.base import Letter

_LEAST_SHARE = 0.5


def spread(text: str, start: float, end: float) -> list[Letter]:
    """The letters of a word that is said from `start` to `end` seconds, each as long as any other."""
    step = (end - start) / max(1, len(text))
    return [Letter(each, start + i * step, start + (i + 1) * step) for i, each in enumerate(text)]


def starts_of(words: Sequence[str], letters: Sequence[Letter]) -> list[float | None] | None:
    """When each word starts, in seconds; None where its first letter was not found. None for all: less than half were."""
    ours = [(each, number, i == 0) for number, word in enumerate(words) for i, each in enumerate(_bare(word))]
    theirs = [(each, letter.start) for letter in letters for each in _bare(letter.text)]
    starts: list[float | None] = [None] * len(words)
    matcher = SequenceMatcher(None, [each[0] for each in ours], [each[0] for each in theirs], autojunk=False)
    for a, b, size in matcher.get_matching_blocks():
        for i in range(size):
            _, number, first = ours[a + i]
            if first:
                starts[number] = theirs[b + i][1]
    spelled = sum(1 for word in words if _bare(word))
    found = sum(1 for start in starts if start is not None)
    return starts if found and found >= _LEAST_SHARE * spelled else None


def _bare(word: str) -> str:
    """Letters and digits only: vendors drop apostrophes, commas and capitals."""
    return "".join(each for each in word.casefold() if each.isalnum())
