"""ticket: travel, service, many cities. A card with a perforation, places as fields, a wheel that turns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from text_to_video.background import Cycle, grid, reached, round_and_round, two_tone
from text_to_video.colour import WHITE, Rgb, oklch
from text_to_video.drawing import label, lettering, rounded, rounded_mask
from text_to_video.fonts import Face
from text_to_video.layout import LANDSCAPE, SQUARE, VERTICAL, Stage, one_line
from text_to_video.picture import Box, Ink, Picture
from text_to_video.templates.base import Captions, Card, Scene, facing, fit_title, monogram, place_names
from text_to_video.templates.emblem import company_beside, emblem

TITLE = Face("Space Grotesk", 72, 700, tracking=-0.035).down_to(48)
GRAND = 120, 96
COMPANY = Face("Space Grotesk", 30, 700)
INITIALS = Face("Space Grotesk", 22, 700)
FIELD = Face("Space Grotesk", 21, 640, tracking=0.06)
VALUE = Face("Space Grotesk", 32, 700).down_to(24)
CAPTIONS = Face("Space Grotesk", 54, 700)

CARD = Box(48, 162, 558, 434)
PERFORATION = CARD.y + 318
NOTCH, GAP = 18, 36
INNER, INNER_RIGHT = CARD.x + 40, CARD.right - 40
BADGE = Box(INNER_RIGHT - 54, CARD.y + 18, 54, 54)

HUB = {VERTICAL: (96, 1240), SQUARE: (936, 610), LANDSCAPE: (1172, 786)}
RADIUS, SPOKES = 310, 24
PHASES, SECONDS = 60, 6.0
"""One spoke's turn; after it the wheel looks the same again."""


def scene(card: Card, stage: Stage) -> Scene:
    ground = card.ground(WHITE, 0.23, start=0.5)
    dark = card.tone(0.22, 0.09)
    marker = card.marker(oklch(0.91, 0.17, 102), dark, ground)
    face, lines = fit_title(card, TITLE, INNER_RIGHT - INNER, grand=GRAND)
    pitch = face.size * 1.02
    top = CARD.y + 76
    texts = [lettering(lines, face, INNER, top, pitch, dark)]
    disc = rounded(*BADGE[:2], BADGE.right, BADGE.bottom, BADGE.width / 2, ground)
    badge = emblem(card, BADGE, monogram(card, INITIALS, *BADGE[:3], WHITE), [disc], from_right=True)
    company = company_beside(replace(card, company=card.company.upper()), badge, COMPANY, INNER_RIGHT - INNER - badge.width - 16)
    if company:
        texts.append(label(company, COMPANY, INNER, BADGE.y, BADGE.height, ground))
    texts += [*badge.texts, *_fields(card, dark, card.readable(0.05, WHITE, start=0.56))]
    shapes = (_paper(), _dashes(card.tone(0.88, 0.04)), *badge.shapes)
    captions = Captions(CAPTIONS, WHITE, dark, "box", marker, 15, rtl=card.rtl)
    column = INNER, INNER_RIGHT
    shown = facing(card, shapes, *column), facing(card, texts, *column)
    return Scene(_background(ground, stage), *shown, captions, marker, stage=stage)


def _paper() -> Ink:
    """The card, with a notch at each end of the perforation."""
    edges = (CARD.x, CARD.y, CARD.right, CARD.bottom)
    mask = rounded_mask(CARD, edges, 36)
    hole = rounded_mask(CARD, (CARD.x - NOTCH, PERFORATION - NOTCH, CARD.x + NOTCH, PERFORATION + NOTCH), NOTCH)
    mask.paste(0, mask=hole)
    mask.paste(0, mask=rounded_mask(CARD, (CARD.right - NOTCH, PERFORATION - NOTCH, CARD.right + NOTCH, PERFORATION + NOTCH), NOTCH))
    return Ink.through(mask, CARD.x, CARD.y, WHITE)


def _dashes(colour: Rgb) -> Ink:
    box = Box.around(INNER - 8, PERFORATION - 2, INNER_RIGHT + 8, PERFORATION + 2)
    mask = Image.new("L", (box.width, box.height))
    for start in range(0, box.width, 24):
        mask.paste(255, (start, 0, start + 14, box.height))
    return Ink.through(mask, box.x, box.y, colour)


def _fields(card: Card, dark: Rgb, faint: Rgb) -> list[Ink]:
    """At most two facts as on a boarding card; without any it says that the job is open."""
    inks: list[Ink] = []
    left = float(INNER)
    face, fields = _fitted(_facts(card))
    for name, value in fields:
        inks.append(label(name, FIELD, left, PERFORATION + 18, 30, faint))
        inks.append(label(value, face, left, PERFORATION + 48, 42, dark))
        left += max(face.width(value), FIELD.width(name)) + GAP
    return inks


Fact = tuple[str, list[str]]
"""The name of a field, and ways to say its value, the fullest first."""


def _fitted(facts: Sequence[Fact]) -> tuple[Face, list[tuple[str, str]]]:
    """As full and as large as both fit: the first gives way to the second, of which half a number would be worse than none."""
    room = INNER_RIGHT - INNER
    visible = [(name, shown) for name, values in facts if (shown := [v for value in values if (v := VALUE[0].visible(value))])]
    if len(visible) == 2:
        (one, ways), (two, (value, *_)) = visible
        for face in VALUE:
            left = room - GAP - max(face.width(value), FIELD.width(two))
            if fits := [way for way in ways if max(face.width(way), FIELD.width(one)) <= left]:
                return face, [(one, fits[0]), (two, value)]
    if not visible:
        return VALUE[0], []
    name, ways = visible[-1]
    face = next((face for face in VALUE if face.width(ways[-1]) <= room), VALUE[-1])
    return face, [(name, one_line(ways, room, face.width))]


def _facts(card: Card) -> list[Fact]:
    words = card.words
    pay = [(words.pay.upper(), [card.pay])] if card.pay else []
    cities = [place.split(",")[0] for place in card.places]
    if not cities:
        return pay or [(words.status.upper(), [words.open])]
    if pay or len(cities) == 1:
        return [(words.where.upper(), list(place_names(card.places, words))), *pay]
    if cities[1:] == [words.remote]:
        return [(words.where.upper(), [cities[0]]), (words.either.upper(), [words.remote])]
    more = words.more.format(n=len(cities) - 1, m=len(cities))
    return [(words.where.upper(), [cities[0]]), (more.upper(), [_listed(cities[1:])])]


def _listed(cities: Sequence[str]) -> str:
    """As many of the cities as leave room for another beside them."""
    return one_line([", ".join(map(VALUE[0].visible, cities))], 0.6 * (INNER_RIGHT - INNER), VALUE[0].width)


def _background(ground: Rgb, stage: Stage) -> Cycle:
    """A wheel in the corner: a ring, and spokes that go round."""
    centre_x, centre_y = HUB[stage]
    box = reached((centre_x, centre_y), RADIUS + 2, stage.frame)
    x, y = grid(box)
    distance = np.hypot(x - centre_x, y - centre_y)
    turns, arc = np.arctan2(y - centre_y, x - centre_x) * np.float32(SPOKES / math.tau), distance * np.float32(math.tau / SPOKES)
    ring = np.clip(np.minimum(distance - 190, RADIUS - distance) + 0.5, 0, 1)
    rim = np.clip(np.minimum(distance - 166, 176 - distance) + 0.5, 0, 1)
    tint = Rgb(*(round(low + (255 - low) * 0.11) for low in ground))

    def phase(step: int) -> Picture:
        away = turns - np.float32(step / PHASES + 0.5)
        away -= np.rint(away)
        spokes = np.clip(np.abs(away) * arc - np.float32(5.5), 0, 1)
        return two_tone(ring * spokes + rim, ground, tint)

    return Cycle(Picture.plain(ground, stage.width, stage.height), box, phase, round_and_round(PHASES, SECONDS))
