"""Caption pages from spoken words, and the same as WebVTT."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from text_to_video.bidi import leans_rtl
from text_to_video.script.base import JOINT
from text_to_video.speech.base import Speech, Word

Fits = Callable[[Sequence[str]], bool]
"""Whether these words fit a page, as the renderer measures text. What a part of a page holds must fit too."""

# Costs of a split, in units of "one more page". Few pages first, then breaks where a reader pauses, then pages of like length.
_PAGE = 1.0
_ORPHAN = 0.9
_BREAK = {"sentence": 0.0, "clause": 0.05, "pause": 0.1, "phrase": 0.4, "none": 0.6}
_UNEVEN = 0.02  # a squared word

_PAUSE_S = 0.12
_PHRASE_STARTS = frozenset(
    "and or but so to of in on at for with from by as that which who when while where if because through across including "
    "und oder aber mit für von zu im in auf bei wie dass que y o pero con para por de en et ou mais avec pour dans sur".split()
)


@dataclass(frozen=True)
class Page:
    """Words shown together from `start` to `end` (seconds from the first sample)."""

    words: tuple[Word, ...]
    start: float
    end: float


def pages(speech: Speech, fits: Fits) -> tuple[Page, ...]:
    """All words in order, on pages that never cross a line of the script.

    A page stays until the next one comes, the last until the speech ends. A single word gets a page even if it does not fit.
    """
    chunks = [chunk for _, line in groupby(speech.words, key=lambda word: word.line) for chunk in _split(tuple(line), fits)]
    ends = [*(chunk[0].start for chunk in chunks[1:]), speech.duration]
    return tuple(Page(chunk, chunk[0].start, end) for chunk, end in zip(chunks, ends, strict=False))


def _split(words: tuple[Word, ...], fits: Fits) -> Iterator[tuple[Word, ...]]:
    """The cheapest way to cut one line into pages, found from its end (dynamic programming over the first word of a page)."""
    reach = [_reach(words, first, fits) for first in range(len(words))]
    ideal = len(words) / _fewest(reach)
    cost = [0.0] * (len(words) + 1)
    stop = [0] * len(words)
    for first in reversed(range(len(words))):
        options = {last: _cost(words, first, last, ideal) + cost[last] for last in range(first + 1, reach[first] + 1)}
        stop[first] = min(options, key=options.__getitem__)
        cost[first] = options[stop[first]]
    first = 0
    while first < len(words):
        yield words[first : stop[first]]
        first = stop[first]


def _reach(words: Sequence[Word], first: int, fits: Fits) -> int:
    """One past the last word that fits a page beginning at `first`."""
    last = first + 1
    while last < len(words) and fits([word.text for word in words[first : last + 1]]):
        last += 1
    return last


def _fewest(reach: Sequence[int]) -> int:
    count = first = 0
    while first < len(reach):
        first, count = reach[first], count + 1
    return count


def _cost(words: Sequence[Word], first: int, last: int, ideal: float) -> float:
    orphan = _ORPHAN if last - first == 1 and len(words) > 1 else 0.0
    seam = _BREAK[_seam(words[last - 1], words[last])] if last < len(words) else 0.0
    return _PAGE + orphan + seam + _UNEVEN * (last - first - ideal) ** 2


def _seam(before: Word, after: Word) -> str:
    """What kind of place between two words this is."""
    text = before.text.rstrip(JOINT)
    if text.endswith(tuple(".!?…。！？؟।")):
        return "sentence"
    if text.endswith(tuple(",;:–—、，；：،؛")):
        return "clause"
    if after.start - before.end >= _PAUSE_S:
        return "pause"
    return "phrase" if after.text.lower() in _PHRASE_STARTS else "none"


def webvtt(shown: Iterable[Page]) -> str:
    """A WebVTT file (https://www.w3.org/TR/webvtt1/): a cue per page, each word after the first with the time it is spoken."""
    return "\n".join(["WEBVTT\n", *map(_cue, shown)])


def _cue(page: Page) -> str:
    start = _ms(page.start)
    end = max(_ms(page.end), start + 1)  # the format has no finer time and no empty cue
    text, last = "", start
    for before, word in pairwise([None, *page.words]):
        assert word is not None
        # A time inside a cue must lie after the one before it and before the cue's end.
        timed = before is not None and last < _ms(word.start) < end
        last = _ms(word.start) if timed else last
        space = " " if before and not before.text.endswith(JOINT) else ""
        text += f"{space}{f'<{_stamp(last)}>' if timed else ''}{_escaped(word.text.rstrip(JOINT))}"
    return f"{_stamp(start)} --> {_stamp(end)}\n{_directed(text, page)}\n"


_RLM = "\u200f"


def _directed(text: str, page: Page) -> str:
    """Players set a cue in the direction of its first letter: a mark stands for it where most of the page runs the other way."""
    words = " ".join(word.text for word in page.words)
    first = next((kind for kind in map(unicodedata.bidirectional, words) if kind in ("L", "R", "AL")), "L")
    return _RLM + text if leans_rtl(words) and first == "L" else text


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _stamp(ms: int) -> str:
    minutes, rest = divmod(ms, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
