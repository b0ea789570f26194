"""aurora: tech and health. A deep gradient that drifts, a glass badge, a bright pill."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from text_to_video.background import Drift, smooth
from text_to_video.colour import WHITE, Rgb, oklch
from text_to_video.drawing import label, lettering, rounded
from text_to_video.fonts import Face
from text_to_video.layout import LEFT, RIGHT, Stage
from text_to_video.picture import HEIGHT, WIDTH, Box, Ink
from text_to_video.templates.base import Captions, Card, Scene, facing, facts_line, fit_title, monogram
from text_to_video.templates.emblem import company_beside, emblem

PALE = Rgb.of("#e6eaf6")
TITLE = Face("Inter", 84, 780, tracking=-0.035).down_to(52)
GRAND = 116, 96
INITIALS = Face("Inter", 38, 700)
COMPANY = Face("Inter", 32, 600)
FACTS = Face("Inter", 32, 500)
CAPTIONS = Face("Inter", 54, 720)

BADGE = Box(LEFT, 160, 92, 92)
ROOM_X, ROOM_Y, SECONDS = 200, 160, 48.0
SHRINK = 8
"""The gradient is computed this many times smaller; it has nothing finer."""


def scene(card: Card, stage: Stage) -> Scene:
    own = card.brand is not None and card.brand.main is not None
    card = card if own else replace(card, hue=cool(card.hue))
    night = card.tone(0.2, 0.05)
    pill = card.marker(oklch(0.89, 0.11, card.hue - 85), night, card.readable(0.0, PALE, start=0.6), of_main=True)
    shapes, texts = _badge(card)
    face, lines = fit_title(card, TITLE, RIGHT - LEFT, grand=GRAND)
    top = 274.0
    texts.append(lettering(lines, face, LEFT, top, face.size * 1.04, WHITE))
    facts = facts_line(card, FACTS, RIGHT - LEFT)
    if facts:
        texts.append(label(facts, FACTS, LEFT, top + face.size * 1.04 * len(lines) + 14, 44, PALE))
    captions = Captions(CAPTIONS, WHITE, night, "box", pill, 17, rtl=card.rtl)
    shown = facing(card, shapes, LEFT, RIGHT), facing(card, texts, LEFT, RIGHT)
    return Scene(_background(card, OWN if own else COOL, stage), *shown, captions, pill, stage=stage)


def cool(hue: int) -> int:
    """The company's hue moved into the part of the circle where lights at night look like one: teal to magenta."""
    return round(245 + hue / 360 * 85)


def _badge(card: Card) -> tuple[list[Ink], list[Ink]]:
    """Logo, or initials on a pane of glass; the company's name beside it."""
    pane = rounded(*BADGE[:2], BADGE.right, BADGE.bottom, 26, WHITE)
    edge = rounded(*BADGE[:2], BADGE.right, BADGE.bottom, 26, WHITE, border=2)
    badge = emblem(card, BADGE, monogram(card, INITIALS, *BADGE[:3], WHITE), [pane.faded(0.1), edge.faded(0.3)])
    left = badge.after(LEFT, 24)
    company = company_beside(card, badge, COMPANY, RIGHT - left)
    name = [label(company, COMPANY, left, BADGE.y, BADGE.height, WHITE)] if company else []
    return [*badge.shapes], [*badge.texts, *name]


@dataclass(frozen=True)
class Light:
    """Centre and reach in px, chroma, turn of the hue in degrees."""

    x: int
    y: int
    reach: int
    chroma: float
    turn: int


COOL = (Light(170, 210, 480, 0.24, 0), Light(930, 690, 450, 0.14, -80), Light(330, 1450, 520, 0.25, 40))
OWN = (Light(170, 210, 480, 0.2, 0), Light(930, 690, 450, 0.16, -40), Light(330, 1450, 520, 0.22, 20))
"""Around a hue that is a company's own it stays closer to it."""


def _background(card: Card, lights: Sequence[Light], stage: Stage) -> Drift:
    """Three lights over a deep night, each as bright as text on it allows; other frames than the vertical one have them at like places."""
    width, height = stage.width + ROOM_X, stage.height + ROOM_Y
    across, down = width / (WIDTH + ROOM_X), height / (HEIGHT + ROOM_Y)
    size = math.sqrt(across * down)
    y, x = np.mgrid[0 : height // SHRINK, 0 : width // SHRINK].astype(np.float32) * SHRINK
    rgb = np.broadcast_to(np.array(card.tone(0.15, 0.045), np.float32), (*x.shape, 3))
    for light in lights:
        colour = np.array(card.readable(light.chroma, PALE, start=0.6, turn=light.turn), np.float32)
        distance = np.hypot(x - light.x * across, y - light.y * down) / (light.reach * size)
        glow = np.exp(-(distance**2.4))[..., None]
        rgb = rgb + (colour - rgb) * glow
    return Drift(smooth(rgb, width, height), SECONDS, stage.frame)
