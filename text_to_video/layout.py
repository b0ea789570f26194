"""Where words go: bands of the frame, lines that fit, titles that shrink before they are shortened. Pure, in px."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from shared.schemas.reels import FormatId
from text_to_video.bidi import Run, has_rtl, leans_rtl, levels, visual_runs
from text_to_video.picture import HEIGHT, WIDTH, Box
from text_to_video.script.base import JOINT, tokens

TOP = 0.12 * HEIGHT
"""Above lies the feed's search box: nothing of ours but background."""
HEADER_END = 0.47 * HEIGHT
CAPTIONS_TOP, CAPTIONS_END = 0.5 * HEIGHT, 0.68 * HEIGHT
QUIET = 0.7 * HEIGHT
"""Below lie the feed's text and its Apply button: only background."""
LEFT, RIGHT = 56, int(0.85 * WIDTH)
"""Text stays between; right of it are the feed's buttons."""


@dataclass(frozen=True)
class Stage:
    """A frame of one shape. Header and captions are laid out for a vertical one, and moved by so much (px, even) from there."""

    width: int
    height: int
    header: tuple[int, int] = (0, 0)
    captions: tuple[int, int] = (0, 0)

    @property
    def frame(self) -> Box:
        return Box(0, 0, self.width, self.height)

    @property
    def band(self) -> Box:
        """What captions are drawn in, with room for their rise."""
        x, y = self.captions
        return Box.around(x, CAPTIONS_TOP + y, x + WIDTH, CAPTIONS_END + 24 + y).meet(self.frame)


VERTICAL = Stage(WIDTH, HEIGHT)
SQUARE = Stage(720, 720, header=(0, -134), captions=(0, -168))
"""The header over the captions; what moves stays right of them."""
LANDSCAPE = Stage(1280, 720, header=(8, -22), captions=(632, -404))
"""The header on the left, the captions on the right; what moves stays below these."""
STAGES: Mapping[FormatId, Stage] = {"vertical": VERTICAL, "square": SQUARE, "landscape": LANDSCAPE}

MAX_LINES = 3
ELLIPSIS = "…"

Measure = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or a part of one, on its line; `word` is its index in the words that were set.

    It reads in one direction: `rtl`, or None for that of its script, where the line has no other.
    """

    text: str
    word: int
    x: float
    width: float
    rtl: bool | None = None

    @property
    def right(self) -> float:
        return self.x + self.width


Line = tuple[Piece, ...]
"""Pieces from left to right, whichever way they read."""


def set_lines(words: Sequence[str], width: float, measure: Measure, space: float, *, rtl: bool = False) -> tuple[Line, ...]:
    """Words in lines no wider than `width`, set to the right where most of them or, with `rtl`, the whole text reads that way.

    Long ones break after "/" or "-", else between syllables with a hyphen. A word that ends with JOINT has no space after it.
    """
    return _arranged(words, _broken(words, width, measure, space), width, measure, space, rtl=rtl)


def balanced(words: Sequence[str], width: float, measure: Measure, space: float, *, rtl: bool = False) -> tuple[Line, ...]:
    """As few lines as `set_lines`, with their lengths evened out so that no word is left alone."""
    best = _broken(words, width, measure, space)
    whole = sum(map(len, best))
    low, high = 0.5 * width, width
    while high - low > 4 and len(best) > 1:
        middle = (low + high) / 2
        lines = _broken(words, middle, measure, space)
        if len(lines) == len(best) and sum(map(len, lines)) == whole:
            best, high = lines, middle
        else:
            low = middle
    return _arranged(words, best, width, measure, space, rtl=rtl)


def label_line(words: str, measure: Measure) -> Line:
    """One line as it stands."""
    width = measure(words)
    return _arranged([words], [[Piece(words, 0, 0.0, width)]], width, measure, 0.0, rtl=False)[0]


_Broken = list[list[Piece]]
"""Lines in the order in which they are read, each from 0 on."""


def _broken(words: Sequence[str], width: float, measure: Measure, space: float) -> _Broken:
    lines: _Broken = []
    for index, word in enumerate(words):
        gap = 0.0 if index and words[index - 1].endswith(JOINT) else space
        for part in _parts(word.rstrip(JOINT), width, measure):
            _place(lines, part, index, width, measure, gap)
    return lines


def _place(lines: _Broken, part: str, word: int, width: float, measure: Measure, gap: float) -> None:
    last = lines[-1][-1] if lines else None
    if last is None:
        lines.append([Piece(part, word, 0.0, measure(part))])
        return
    joined = last.text + part if last.word == word else part
    x = last.x if last.word == word else last.right + gap
    if x + measure(joined) > width:
        lines.append([Piece(part, word, 0.0, measure(part))])
    elif last.word == word:
        lines[-1][-1] = Piece(joined, word, x, measure(joined))
    else:
        lines[-1].append(Piece(joined, word, x, measure(joined)))


def _arranged(words: Sequence[str], lines: _Broken, width: float, measure: Measure, space: float, *, rtl: bool) -> tuple[Line, ...]:
    """The lines from left to right; moved to the right edge where the text reads that way."""
    text = " ".join(words)
    rtl = rtl or leans_rtl(text)
    arranged = _from_left(lines, words, measure, space, rtl=rtl) if has_rtl(text) else tuple(map(tuple, lines))
    return tuple(_flush_right(line, width) if rtl else line for line in arranged)


def _flush_right(line: Line, width: float) -> Line:
    return tuple(replace(piece, x=piece.x + width - line[-1].right) for piece in line)


def _from_left(lines: _Broken, words: Sequence[str], measure: Measure, space: float, *, rtl: bool) -> tuple[Line, ...]:
    """The lines' pieces cut where the direction changes, and in the order in which they stand.

    Directions are found in the whole text: what a break parts still stands in its sentence.
    """
    spaced = [_spaced(line, words) for line in lines]
    level_of = levels(" ".join(text for text, _ in spaced), rtl=rtl)
    arranged: list[Line] = []
    for line, (text, owners) in zip(lines, spaced, strict=True):
        fragments = _fragments(owners, visual_runs(level_of[: len(text)]))
        level_of = level_of[len(text) + 1 :]
        placed: list[Piece] = []
        x = 0.0
        for start, end, is_rtl in fragments:
            owner = owners[start]
            if owner is None:
                x += space
            else:
                placed.append(Piece(text[start:end], line[owner].word, x, measure(text[start:end]), is_rtl))
                x = placed[-1].right
        arranged.append(tuple(placed))
    return tuple(arranged)


def _spaced(line: Sequence[Piece], words: Sequence[str]) -> tuple[str, list[int | None]]:
    """The line as one text, and of every character the piece it belongs to; None of a space between words."""
    text, owners = line[0].text, list[int | None]([0] * len(line[0].text))
    for index in range(1, len(line)):
        if not words[line[index - 1].word].endswith(JOINT):
            text, owners = text + " ", [*owners, None]
        text, owners = text + line[index].text, [*owners, *([index] * len(line[index].text))]
    return text, owners


def _fragments(owners: Sequence[int | None], runs: Sequence[Run]) -> Iterator[tuple[int, int, bool]]:
    """(start, end, rtl) of what is of one piece and one direction, from left to right."""
    for run in runs:
        places = [list(each) for _, each in groupby(range(run.start, run.end), key=owners.__getitem__)]
        for part in reversed(places) if run.rtl else places:
            yield part[0], part[-1] + 1, run.rtl


def _parts(word: str, width: float, measure: Measure) -> list[str]:
    """The word whole if a line holds it, else cut: at its own joints first, then by force."""
    if measure(word) <= width:
        return [word]
    return [piece for part in re.split(r"(?<=[/–—-])(?=\w)", word) for piece in _forced(part, width, measure)]


def _forced(part: str, width: float, measure: Measure) -> Iterator[str]:
    """Parts that fit, with a hyphen where letters have one; scripts without capitals have none."""
    while measure(part) > width and len(part) > 2:
        cut = _cut_at(part, width, measure)
        yield part[:cut] + ("-" if part[cut - 1].lower() != part[cut - 1].upper() else "")
        part = part[cut:]
    yield part


_VOWEL = "aeiouyäöüåæøœáàâãąéèêëęěíìîïıóòôõőúùûűůýÿаеёиоуыэюяіїєαεηιουωάέήίόύώ"
_SYLLABLE = re.compile(
    r"(?:(?<=ungs)|(?<=ions)|(?<=heits)|(?<=keits)|(?<=schafts))(?=\w\w\w)"
    rf"|(?<=\w\w\w)(?<!ung)(?<!ion)(?<!eit)(?<!schaft)(?:sch|[cpst]h|qu|[^\W\d_{_VOWEL}])(?=[{_VOWEL}]\w\w)",
    re.IGNORECASE,
)
"""Where a syllable begins in most languages with cases: at the last consonant before a vowel ("Schiff-fahrts-ge-sell-schaft"), and in
German after an "s" that joins two words."""


def _cut_at(part: str, width: float, measure: Measure) -> int:
    """How much of a word to leave on this line: up to a syllable if that is not much less, and never apart from its marks."""
    most = max(1, largest(len(part) - 1, lambda count: measure(part[:count] + "-") <= width))
    syllables = [match.start() for match in _SYLLABLE.finditer(part) if most / 2 < match.start() <= most]
    if syllables:
        return syllables[-1]
    cut = most
    while cut > 1 and (unicodedata.category(part[cut])[0] == "M" or unicodedata.combining(part[cut - 1]) == _VIRAMA or part[cut] in _SMALL):
        cut -= 1
    return cut


_SMALL = frozenset("ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々")
"""Signs of Japanese that belong to the one before them and never begin a line."""
_VIRAMA = 9
"""The combining class of what joins two consonants of India into one shape."""


def largest(most: int, fits: Callable[[int], bool]) -> int:
    """The largest count up to `most` that fits, 0 if none does; where one fits, all smaller ones do."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def shortened(words: Sequence[str], fits: Callable[[Sequence[str]], bool]) -> list[str]:
    """The words if they fit, else as many as do with "…" after the last; of a single word that is too long, its beginning."""
    if fits(words):
        return list(words)
    count = largest(len(words) - 1, lambda count: fits(_cut_after(words, count)))
    if count:
        return _cut_after(words, count)
    first = words[0]
    return [first[: largest(len(first) - 1, lambda length: fits([first[:length] + ELLIPSIS]))] + ELLIPSIS]


def _cut_after(words: Sequence[str], count: int) -> list[str]:
    kept = list(words[:count])
    while len(kept) > 1 and not kept[-1].rstrip(_LOOSE_ENDS):
        kept.pop()
    return [*kept[:-1], kept[-1].rstrip(_LOOSE_ENDS) + ELLIPSIS]


_LOOSE_ENDS = f",;:&/|·–—-(\u00a0、，；：（「،؛{JOINT}"


def title_lines(
    title: str, settings: Sequence[tuple[Measure, float]], width: float, most: Sequence[int] = (), *, rtl: bool = False
) -> tuple[int, tuple[Line, ...]]:
    """The first setting in which the title takes three lines without cutting a word; in the last it is shortened at a word.

    A setting is a measure and the space between words; `most` says how many lines each may take, if not three. Returns its index and
    the lines.
    """
    words = tokens(_BEFORE_DASH.sub("\u00a0", title))
    for index, (measure, space) in enumerate(settings):
        room = most[index] if most else MAX_LINES
        if all(measure(word.rstrip(JOINT)) <= width for word in words) and len(set_lines(words, width, measure, space)) <= room:
            return index, balanced(words, width, measure, space, rtl=rtl)
    measure, space = settings[-1]
    kept = shortened(words, lambda some: len(set_lines(some, width, measure, space)) <= MAX_LINES)
    return len(settings) - 1, balanced(kept, width, measure, space, rtl=rtl)


_BEFORE_DASH = re.compile(r" (?=[–—|/&·-] )")
"""A line never begins with a dash."""


def one_line(candidates: Sequence[str], width: float, measure: Measure) -> str:
    """The first candidate that fits; none does: the last, shortened at a word."""
    whole = next((text for text in candidates if measure(text) <= width), None)
    if whole is not None:
        return whole
    return " ".join(shortened(candidates[-1].split(), lambda words: measure(" ".join(words)) <= width))
