"""ticket: travel, service, many cities. A card with a perforation, places as fields, a wheel that turns."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from text_to_video.background import Cycle, grid, round_and_round, two_tone
from text_to_video.colour import Rgb, oklch, readable
from text_to_video.drawing import label, lettering, rounded, rounded_mask
from text_to_video.fonts import Face
from text_to_video.layout import one_line
from text_to_video.picture import HEIGHT, Box, Ink, Picture
from text_to_video.templates.base import Captions, Card, Scene, facing, fit_line, fit_title, monogram, place_names

WHITE = Rgb.of("#ffffff")
TITLE = Face("Space Grotesk", 72, 700, tracking=-0.035).down_to(48)
COMPANY = Face("Space Grotesk", 30, 700)
BADGE = Face("Space Grotesk", 22, 700)
FIELD = Face("Space Grotesk", 21, 640, tracking=0.06)
VALUE = Face("Space Grotesk", 32, 700)
CAPTIONS = Face("Space Grotesk", 54, 700)

CARD = Box(48, 162, 558, 434)
PERFORATION = CARD.y + 318
NOTCH = 18
BADGE_TOP, BADGE_SIZE = CARD.y + 20, 50
INNER, INNER_RIGHT = CARD.x + 40, CARD.right - 40

WHEEL = Box(0, 920, 440, HEIGHT - 920)
SPOKES = 24
PHASES, SECONDS = 60, 6.0
"""One spoke's turn; after it the wheel looks the same again."""


def scene(card: Card) -> Scene:
    ground = readable(card.hue, 0.23, WHITE, start=0.5)
    dark = oklch(0.22, 0.09, card.hue)
    marker = oklch(0.91, 0.17, 102)
    face, lines = fit_title(card, TITLE, INNER_RIGHT - INNER)
    pitch = face.size * 1.02
    top = CARD.y + 68
    texts = [lettering(lines, face, INNER, top, pitch, dark)]
    company = fit_line(card.company.upper(), COMPANY, INNER_RIGHT - INNER - BADGE_SIZE - 16)
    if company:
        texts.append(label(company, COMPANY, INNER, BADGE_TOP, BADGE_SIZE, ground))
    letters = monogram(card, BADGE, INNER_RIGHT - BADGE_SIZE, BADGE_TOP, BADGE_SIZE, WHITE)
    badge = [rounded(INNER_RIGHT - BADGE_SIZE, BADGE_TOP, INNER_RIGHT, BADGE_TOP + BADGE_SIZE, BADGE_SIZE / 2, ground)] if letters else []
    texts += _fields(card, dark, readable(card.hue, 0.05, WHITE, start=0.56))
    shapes = (_paper(), _dashes(oklch(0.88, 0.04, card.hue)), *badge)
    captions = Captions(CAPTIONS, WHITE, dark, "box", marker, 15, rtl=card.rtl)
    column = INNER, INNER_RIGHT
    return Scene(_background(ground), facing(card, shapes, *column), facing(card, (*texts, *letters), *column), captions, marker)


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
    fields = _facts(card)
    for number, (name, values) in enumerate(fields):
        room = INNER_RIGHT - left if number == len(fields) - 1 else 0.5 * (INNER_RIGHT - INNER)
        shown = one_line([VALUE.visible(value) for value in values], room, VALUE.width)
        if shown:
            inks.append(label(name, FIELD, left, PERFORATION + 18, 30, faint))
            inks.append(label(shown, VALUE, left, PERFORATION + 48, 42, dark))
            left += max(VALUE.width(shown), FIELD.width(name)) + 36
    return inks


def _facts(card: Card) -> list[tuple[str, list[str]]]:
    """Names of fields, each with ways to say its value, the fullest first."""
    words = card.words
    pay = [(words.pay.upper(), [card.pay])] if card.pay else []
    cities = [place.split(",")[0] for place in card.places]
    if not cities:
        return pay or [(words.status.upper(), [words.open])]
    if pay or len(cities) == 1:
        return [(words.where.upper(), list(place_names(card.places, words))), *pay]
    second = words.either if cities[1:] == [words.remote] else words.more.format(n=len(cities) - 1, m=len(cities))
    return [(words.where.upper(), [cities[0]]), (second.upper(), [", ".join(cities[1:])])]


def _background(ground: Rgb) -> Cycle:
    """A wheel in the corner: a ring, and spokes that go round."""
    x, y = grid(WHEEL)
    centre_x, centre_y = 96, HEIGHT - 40
    distance = np.hypot(x - centre_x, y - centre_y)
    turns, arc = np.arctan2(y - centre_y, x - centre_x) * np.float32(SPOKES / math.tau), distance * np.float32(math.tau / SPOKES)
    ring = np.clip(np.minimum(distance - 190, 310 - distance) + 0.5, 0, 1)
    rim = np.clip(np.minimum(distance - 166, 176 - distance) + 0.5, 0, 1)
    tint = Rgb(*(round(low + (255 - low) * 0.11) for low in ground))

    def phase(step: int) -> Picture:
        away = turns - np.float32(step / PHASES + 0.5)
        away -= np.rint(away)
        spokes = np.clip(np.abs(away) * arc - np.float32(5.5), 0, 1)
        return two_tone(ring * spokes + rim, ground, tint)

    return Cycle(Picture.plain(ground), WHEEL, phase, round_and_round(PHASES, SECONDS))
