"""What a template gets, the card of a posting, and what it gives: a scene of background, inks and caption style."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from shared.schemas.reels import ReelBrief
from shared.text import clean_line
from text_to_video.background import Background
from text_to_video.colour import Rgb, company_hue
from text_to_video.drawing import label
from text_to_video.fonts import Face
from text_to_video.layout import LEFT, RIGHT, Line, Measure, one_line, title_lines
from text_to_video.picture import Ink

Mark = Literal["box", "marker", "underline"]
"""What, beside its colour, marks the word being spoken: a box around it, a marker pen with a stroke of ink, a line under it."""


@dataclass(frozen=True)
class Card:
    """What a template may show of a posting; all text is one clean line."""

    title: str
    company: str
    places: tuple[str, ...]
    pay: str | None
    hue: int
    """Of the company, in degrees."""


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

    @property
    def pitch(self) -> int:
        """Height of a line in px, even: 1.28 of the size."""
        return round(self.face.size * 1.28 / 2) * 2

    @property
    def space(self) -> float:
        """Between words, in px: a little more than the font's, so that a mark never touches the next word."""
        return 0.29 * self.face.size


@dataclass(frozen=True)
class Scene:
    """A template's picture of one posting. Shapes are drawn first, then texts; neither reaches the band of the captions."""

    background: Background
    shapes: tuple[Ink, ...]
    texts: tuple[Ink, ...]
    captions: Captions
    bar: Rgb


def card_of(brief: ReelBrief) -> Card:
    places = tuple(filter(None, map(clean_line, brief.places)))
    if brief.remote and not any("remote" in place.casefold() for place in places):
        places = (*places, "Remote")
    company = clean_line(brief.company)
    return Card(clean_line(brief.title), company, places, clean_line(brief.pay or "") or None, company_hue(company))


_NOISE = frozenset("the and of for a an inc llc ltd limited gmbh ag se sa bv plc corp corporation co company group llp".split())


def initials(company: str) -> str:
    """One or two letters for a badge: of the first two telling words, or the first two of a single one; "" if there are none."""
    words: list[str] = re.findall(r"[^\W_]+", company)
    telling = [word for word in words if word.casefold() not in _NOISE] or words
    letters = telling[0][:2].capitalize() if len(telling) == 1 else "".join(word[0] for word in telling[:2]).upper()
    return "".join(_one_accent(letter) for letter in letters)


def _one_accent(letter: str) -> str:
    """Stacked accents would reach out of the header's band."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", letter)[:2])


def monogram(card: Card, face: Face, left: float, top: float, size: float, colour: Rgb) -> tuple[Ink, ...]:
    """The company's initials in the middle of a square; nothing where no font can draw them."""
    letters = face.visible(initials(card.company))
    return (label(letters, face, left + (size - face.width(letters)) / 2, top, size, colour),) if letters else ()


def place_names(places: Sequence[str]) -> Iterator[str]:
    """Ways to say where, the fullest first: "Lisbon, Portugal", "Lisbon"; "Lisbon · Porto", "Lisbon + 1 more"."""
    if len(places) > 1:
        yield " · ".join(places)
        yield f"{places[0]} + {len(places) - 1} more"
        yield f"{places[0].split(',')[0]} + {len(places) - 1} more"
    elif places:
        parts = places[0].split(",")
        yield from (",".join(parts[:count]).strip() for count in range(len(parts), 0, -1))


def facts_line(card: Card, face: Face, width: float) -> str:
    """Pay and place on one line, as full as fits; "" when the posting states neither."""
    pay = face.visible(card.pay or "")
    wheres = [face.visible(name) for name in place_names(card.places)]
    candidates = [" · ".join(filter(None, [pay, where])) for where in wheres] + ([pay] if pay else [])
    return one_line(candidates, width, face.width) if any(candidates) else ""


def fit_title(card: Card, faces: Sequence[Face], width: float) -> tuple[Face, tuple[Line, ...]]:
    """The title's lines and the first of the faces they fit in. A title without a drawable letter says that it is a job."""
    settings: list[tuple[Measure, float]] = [(face.width, face.width("n n") - 2 * face.width("n")) for face in faces]
    index, lines = title_lines(faces[0].visible(card.title) or "We’re hiring", settings, width)
    return faces[index], lines


def fit_line(words: str, face: Face, width: float) -> str:
    """Words on one line, without what the face cannot draw, shortened at a word; "" if nothing is left."""
    visible = face.visible(words)
    return one_line([visible], width, face.width) if visible else ""
