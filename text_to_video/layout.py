"""Where words go: bands of the frame, lines that fit, titles that shrink before they are shortened. Pure, in px."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from text_to_video.picture import HEIGHT, WIDTH

TOP = 0.12 * HEIGHT
"""Above lies the feed's search box: nothing of ours but background."""
HEADER_END = 0.47 * HEIGHT
CAPTIONS_TOP, CAPTIONS_END = 0.5 * HEIGHT, 0.68 * HEIGHT
QUIET = 0.7 * HEIGHT
"""Below lie the feed's text and its Apply button: only background."""
LEFT, RIGHT = 56, int(0.85 * WIDTH)
"""Text stays between; right of it are the feed's buttons."""

MAX_LINES = 3
ELLIPSIS = "…"

Measure = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or a part of a long one, on its line; `word` is its index in the words that were set."""

    text: str
    word: int
    x: float
    width: float

    @property
    def right(self) -> float:
        return self.x + self.width


Line = tuple[Piece, ...]


def set_lines(words: Sequence[str], width: float, measure: Measure, space: float) -> tuple[Line, ...]:
    """Words in lines no wider than `width`. Long ones break after "/" or "-", else anywhere with a hyphen."""
    lines: list[list[Piece]] = []
    for index, word in enumerate(words):
        for part in _parts(word, width, measure):
            _place(lines, part, index, width, measure, space)
    return tuple(tuple(line) for line in lines)


def _place(lines: list[list[Piece]], part: str, word: int, width: float, measure: Measure, space: float) -> None:
    last = lines[-1][-1] if lines else None
    if last is None:
        lines.append([Piece(part, word, 0.0, measure(part))])
        return
    joined = last.text + part if last.word == word else part
    x = last.x if last.word == word else last.right + space
    if x + measure(joined) > width:
        lines.append([Piece(part, word, 0.0, measure(part))])
    elif last.word == word:
        lines[-1][-1] = Piece(joined, word, x, measure(joined))
    else:
        lines[-1].append(Piece(joined, word, x, measure(joined)))


def _parts(word: str, width: float, measure: Measure) -> list[str]:
    """The word whole if a line holds it, else cut: at its own joints first, then by force."""
    if measure(word) <= width:
        return [word]
    return [piece for part in re.split(r"(?<=[/–—-])(?=\w)", word) for piece in _forced(part, width, measure)]


def _forced(part: str, width: float, measure: Measure) -> Iterator[str]:
    while measure(part) > width and len(part) > 2:
        cut = _cut_at(part, width, measure)
        yield part[:cut] + "-"
        part = part[cut:]
    yield part


def _cut_at(part: str, width: float, measure: Measure) -> int:
    return max(1, _longest(len(part) - 1, lambda count: measure(part[:count] + "-") <= width))


def _longest(most: int, fits: Callable[[int], bool]) -> int:
    """The largest count up to `most` that fits, 0 if none does; where one fits, all smaller ones do."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def balanced(words: Sequence[str], width: float, measure: Measure, space: float) -> tuple[Line, ...]:
    """As few lines as `set_lines`, with their lengths evened out so that no word is left alone."""
    best = set_lines(words, width, measure, space)
    whole = sum(len(line) for line in best)
    low, high = 0.5 * width, width
    while high - low > 4 and len(best) > 1:
        middle = (low + high) / 2
        lines = set_lines(words, middle, measure, space)
        if len(lines) == len(best) and sum(len(line) for line in lines) == whole:
            best, high = lines, middle
        else:
            low = middle
    return best


def shortened(words: Sequence[str], fits: Callable[[Sequence[str]], bool]) -> list[str]:
    """The words if they fit, else as many as do with "…" after the last; of a single word that is too long, its beginning."""
    if fits(words):
        return list(words)
    count = _longest(len(words) - 1, lambda count: fits(_cut_after(words, count)))
    if count:
        return _cut_after(words, count)
    first = words[0]
    return [first[: _longest(len(first) - 1, lambda length: fits([first[:length] + ELLIPSIS]))] + ELLIPSIS]


def _cut_after(words: Sequence[str], count: int) -> list[str]:
    kept = list(words[:count])
    while len(kept) > 1 and not kept[-1].rstrip(_LOOSE_ENDS):
        kept.pop()
    return [*kept[:-1], kept[-1].rstrip(_LOOSE_ENDS) + ELLIPSIS]


_LOOSE_ENDS = ",;:&/|·–—-(\u00a0"


def title_lines(title: str, settings: Sequence[tuple[Measure, float]], width: float) -> tuple[int, tuple[Line, ...]]:
    """The first setting in which the title takes three lines without cutting a word; in the last it is shortened at a word.

    A setting is a measure and the space between words. Returns its index and the lines.
    """
    words = _BEFORE_DASH.sub("\u00a0", title).split(" ")
    for index, (measure, space) in enumerate(settings):
        if all(measure(word) <= width for word in words) and len(set_lines(words, width, measure, space)) <= MAX_LINES:
            return index, balanced(words, width, measure, space)
    measure, space = settings[-1]
    kept = shortened(words, lambda some: len(set_lines(some, width, measure, space)) <= MAX_LINES)
    return len(settings) - 1, balanced(kept, width, measure, space)


_BEFORE_DASH = re.compile(r" (?=[–—|/&·-] )")
"""A line never begins with a dash."""


def one_line(candidates: Sequence[str], width: float, measure: Measure) -> str:
    """The first candidate that fits; none does: the last, shortened at a word."""
    whole = next((text for text in candidates if measure(text) <= width), None)
    if whole is not None:
        return whole
    return " ".join(shortened(candidates[-1].split(), lambda words: measure(" ".join(words)) <= width))
