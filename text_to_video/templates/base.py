"""What a template gets, the card of a posting, and what it gives: a scene of background, inks and caption style."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from shared.schemas.reels import ReelBrief
from shared.text import clean_line
from text_to_video.background import Background
from text_to_video.bidi import leans_rtl
from text_to_video.colour import DISTINCT, GREY, MUDDY, READABLE, Rgb, company_hue, contrast, lch, luminance, oklch, readable
from text_to_video.drawing import label
from text_to_video.fonts import Face
from text_to_video.layout import CAPTIONS_TOP, LEFT, MAX_LINES, RIGHT, VERTICAL, Line, Measure, Stage, one_line, title_lines
from text_to_video.picture import Ink
from text_to_video.script.alphabets import han_language
from text_to_video.script.language import language_of
from text_to_video.script.phrases import primary
from text_to_video.script.segments import segmented
from text_to_video.templates.words import Words, words_in

if TYPE_CHECKING:
    from text_to_video.brand import Brand

Mark = Literal["box", "marker", "underline"]
"""What, beside its colour, marks the word being spoken: a box around it, a marker pen with a stroke of ink, a line under it."""


_RTL = frozenset({"ar", "ckb", "fa", "he", "ps", "ur", "yi"})


@dataclass(frozen=True)
class Card:
    """What a template may show of a posting; all text is one clean line."""

    title: str
    company: str
    places: tuple[str, ...]
    pay: str | None
    hue: int
    """Of the company, in degrees."""
    language: str = "en"
    """BCP 47, of the posting."""
    brand: Brand | None = None

    def tone(self, lightness: float, chroma: float, turn: float = 0) -> Rgb:
        """A colour of the company's hue, turned by degrees; no more vivid than its own colour is."""
        return oklch(lightness, self._chroma(chroma), self._hue(turn, lightness))

    def readable(self, chroma: float, on: Rgb, *, start: float, turn: float = 0) -> Rgb:
        """The tone nearest to lightness `start` that reads on a ground."""
        return readable(self._hue(turn, 0 if luminance(on) > 0.18 else 1), self._chroma(chroma), on, start=start)

    def accent(self, lightness: float, chroma: float) -> Rgb:
        """The company's own colour where it is known, else this tone."""
        return self.brand.main if self.brand and self.brand.main else self.tone(lightness, chroma)

    def ground(self, ink: Rgb, chroma: float, *, start: float) -> Rgb:
        """The colour nearest to the company's own, or to this tone, on which `ink` reads."""
        main = self.brand and self.brand.main
        if main and contrast(main, ink) >= READABLE:
            return main
        return self.readable(chroma, ink, start=lch(main).lightness if main else start)

    def marker(self, usual: Rgb, dark: Rgb, ground: Rgb, *, of_main: bool = False) -> Rgb:
        """What marks words written in `dark` on a ground: the company's second colour, or with `of_main` its first, made as light as
        that needs; the usual colour where it has none."""
        colour = self.brand and (self.brand.second or (self.brand.main if of_main else None))
        if not colour:
            return usual
        lightness, chroma, hue = lch(colour)
        if chroma < GREY:
            lightness = max(lightness, 0.92)
        while contrast(colour := oklch(lightness, chroma, hue), dark) < READABLE or contrast(colour, ground) < DISTINCT:
            lightness += 0.01
        return colour

    def _chroma(self, chroma: float) -> float:
        main = self.brand and self.brand.main
        return min(chroma, lch(main).chroma) if main else chroma

    def _hue(self, turn: float, lightness: float) -> float:
        """A deep yellow is olive: where a colour is to be dark, amber or green stands for it."""
        hue = (self.hue + turn) % 360
        if lightness < 0.6 and MUDDY.start <= hue < MUDDY.stop:
            return MUDDY.start - 1 if hue < sum((MUDDY.start, MUDDY.stop)) / 2 else MUDDY.stop
        return hue

    @property
    def words(self) -> Words:
        return words_in(self.language)

    @property
    def rtl(self) -> bool:
        """Whether the posting reads from right to left, and so does the whole card."""
        return primary(self.language) in _RTL or leans_rtl(self.title)


@dataclass(frozen=True)
class Captions:
    """How captions look. `marked` is the colour of the spoken word; `mark`, `mark_colour` and `radius` (px, of a box) set it off."""

    face: Face
    ink: Rgb
    marked: Rgb
    mark: Mark
    mark_colour: Rgb
    radius: int = 0
    left: int = LEFT
    right: int = RIGHT - 12
    top: int = round(CAPTIONS_TOP) + 12
    rtl: bool = False
    """Whether the posting reads from right to left."""
    gap: float | None = None
    """Between words, in em; None: a little more than a font's own, so that a mark never touches the next word."""

    @property
    def pitch(self) -> int:
        """Height of a line in px, even: 1.28 of the size."""
        return round(self.face.size * 1.28 / 2) * 2

    @property
    def space(self) -> float:
        """Between words, in px."""
        return (self.gap or 0.29) * self.face.size


@dataclass(frozen=True)
class Scene:
    """A template's picture of one posting. Shapes are drawn first, then texts; neither reaches the band of the captions. What is
    `fixed` lies under them, and has its place on the stage, not in the header.

    Of the `chapters` one is drawn over them: the first, while the n-th step of a script is spoken the n-th after it, then the last.
    """

    background: Background
    shapes: tuple[Ink, ...]
    texts: tuple[Ink, ...]
    captions: Captions
    bar: Rgb
    chapters: tuple[tuple[Ink, ...], ...] = ()
    fixed: tuple[Ink, ...] = ()
    stage: Stage = VERTICAL

    def placed(self) -> Scene:
        """With header and captions, laid out for a vertical frame, where its stage has them."""
        across, down = self.stage.captions
        style = self.captions
        captions = replace(style, left=style.left + across, right=style.right + across, top=style.top + down)
        chapters = tuple(map(self._placed, self.chapters))
        return replace(self, shapes=self._placed(self.shapes), texts=self._placed(self.texts), captions=captions, chapters=chapters)

    def _placed(self, inks: Iterable[Ink]) -> tuple[Ink, ...]:
        across, down = self.stage.header
        return tuple(ink.moved(across).lowered(down) for ink in inks)


def card_of(brief: ReelBrief, brand: Brand | None = None) -> Card:
    language = language_of(brief)
    remote = words_in(language).remote
    places = tuple(filter(None, map(clean_line, brief.places)))
    if brief.remote and not any(word in place.casefold() for place in places for word in ("remote", remote.casefold())):
        places = (*places, remote)
    company = clean_line((brand and brand.company) or brief.company)
    hue = round(lch(brand.main).hue) if brand and brand.main else company_hue(clean_line(brief.company))
    return Card(clean_line(brief.title), company, places, clean_line(brief.pay or "") or None, hue, language, brand)


_NOISE = frozenset("the and of for a an inc llc ltd limited gmbh ag se sa bv plc corp corporation co company group llp".split())
_COMPANY_FORMS = re.compile(r"株式会社|合同会社|有限会社|주식회사|유한회사|\(주\)|股份有限公司|有限公司|^شركة |^شرکت |^บริษัท ?")


def initials(company: str) -> str:
    """What stands for a company on a badge: of the first two telling words a letter each, or the first two of a single one; "" if
    there are none. One sign of a script whose signs are syllables, join or carry marks."""
    words: list[str] = re.findall(r"[^\W_]+", _COMPANY_FORMS.sub(" ", company)) or re.findall(r"[^\W_]+", company)
    telling = [word for word in words if word.casefold() not in _NOISE] or words
    if telling and not telling[0][0].isascii() and unicodedata.category(telling[0][0]) == "Lo" and not "א" <= telling[0][0] <= "ת":
        return (telling[0].removeprefix("ال") or telling[0])[0]
    letters = telling[0][:2].capitalize() if len(telling) == 1 else "".join(word[0] for word in telling[:2]).upper()
    return "".join(_one_accent(letter) for letter in letters)


def _one_accent(letter: str) -> str:
    """Stacked accents would reach out of the header's band."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", letter)[:2])


def monogram(card: Card, face: Face, left: float, top: float, size: float, colour: Rgb) -> tuple[Ink, ...]:
    """The company's initials in the middle of a square; nothing where no font can draw them."""
    letters = face.visible(initials(card.company))
    return (label(letters, face, left + (size - face.width(letters)) / 2, top, size, colour),) if letters else ()


def place_names(places: Sequence[str], words: Words) -> Iterator[str]:
    """Ways to say where, the fullest first: "Lisbon, Portugal", "Lisbon"; "Lisbon · Porto", "Lisbon + 1 more"."""
    if len(places) > 1:
        more = words.more.format(n=len(places) - 1, m=len(places))
        yield " · ".join(places)
        yield f"{places[0]} {more}"
        yield f"{places[0].split(',')[0]} {more}"
    elif places:
        parts = places[0].split(",")
        yield from (",".join(parts[:count]).strip() for count in range(len(parts), 0, -1))


def facts_line(card: Card, face: Face, width: float) -> str:
    """Pay and place on one line, as full as fits; "" when the posting states neither."""
    pay = face.visible(card.pay or "")
    wheres = [face.visible(name) for name in place_names(card.places, card.words)]
    candidates = [" · ".join(filter(None, [pay, where])) for where in wheres] + ([pay] if pay else [])
    return one_line(candidates, width, face.width) if any(candidates) else ""


def fit_title(card: Card, faces: Sequence[Face], width: float, *, grand: tuple[int, int]) -> tuple[Face, tuple[Line, ...]]:
    """The title's lines and the first of the faces they fit in. A title without a drawable letter says that it is a job.

    Before `faces` come larger ones, up to the two sizes of `grand` (px): for a title of one line, and of two.
    """
    language = card.language if card.language.startswith(("zh", "ja", "ko")) else han_language(card.title)
    title = segmented(faces[0].visible(card.title) or card.words.hiring, language)
    steep = -faces[0].ink(title)[1] > _TALLEST * faces[0].size
    ones, twos = ((), ()) if steep else _larger(faces[0], grand)
    every = [replace(face, language=language) for face in (*ones, *twos, *faces)]
    most = [1] * len(ones) + [2] * len(twos) + [MAX_LINES] * len(faces)
    settings: list[tuple[Measure, float]] = [(face.width, face.width("n n") - 2 * face.width("n")) for face in every]
    index, lines = title_lines(title, settings, width, most, rtl=card.rtl)
    return every[index], lines


_TALLEST = 0.95
"""Em above the baseline; letters that stand higher, or carry marks that do, have no room to grow."""


def _larger(face: Face, grand: tuple[int, int]) -> tuple[tuple[Face, ...], tuple[Face, ...]]:
    one, two = grand
    return replace(face, size=one).down_to(two + 4), replace(face, size=two).down_to(face.size + 4)


def facing(card: Card, inks: Iterable[Ink], left: float, right: float) -> tuple[Ink, ...]:
    """The inks where they are, or mirrored in the column from `left` to `right` (px) where the card reads from right to left."""
    return tuple(ink.moved(round(left + right) - ink.box.x - ink.box.right) for ink in inks) if card.rtl else tuple(inks)


def fit_line(words: str, face: Face, width: float) -> str:
    """Words on one line, without what the face cannot draw, shortened at a word; "" if nothing is left."""
    visible = face.visible(words)
    return one_line([visible], width, face.width) if visible else ""
