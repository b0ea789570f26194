"""aurora: tech and health. A deep gradient that drifts, a glass badge, a bright pill."""

from __future__ import annotations

import numpy as np

from text_to_video.background import Drift, smooth
from text_to_video.colour import Rgb, oklch
from text_to_video.drawing import label, lettering, rounded
from text_to_video.fonts import Face
from text_to_video.layout import LEFT, RIGHT
from text_to_video.picture import HEIGHT, WIDTH, Ink
from text_to_video.templates.base import Captions, Card, Scene, facing, facts_line, fit_line, fit_title, monogram

WHITE, PALE = Rgb.of("#ffffff"), Rgb.of("#e6eaf6")
TITLE = Face("Inter", 84, 780, tracking=-0.035).down_to(52)
BADGE = Face("Inter", 38, 700)
COMPANY = Face("Inter", 32, 600)
FACTS = Face("Inter", 32, 500)
CAPTIONS = Face("Inter", 54, 720)

ROOM_X, ROOM_Y, SECONDS = 200, 160, 48.0
SHRINK = 8
"""The gradient is computed this many times smaller; it has nothing finer."""


def scene(card: Card) -> Scene:
    hue = cool(card.hue)
    pill = oklch(0.89, 0.11, hue - 85)
    night = oklch(0.2, 0.05, hue)
    shapes, texts = _badge(card)
    face, lines = fit_title(card, TITLE, RIGHT - LEFT)
    top = 274.0
    texts.append(lettering(lines, face, LEFT, top, face.size * 1.04, WHITE))
    facts = facts_line(card, FACTS, RIGHT - LEFT)
    if facts:
        texts.append(label(facts, FACTS, LEFT, top + face.size * 1.04 * len(lines) + 14, 44, PALE))
    captions = Captions(CAPTIONS, WHITE, night, "box", pill, 17, rtl=card.rtl)
    return Scene(_background(hue), facing(card, shapes, LEFT, RIGHT), facing(card, texts, LEFT, RIGHT), captions, pill)


def cool(hue: int) -> float:
    """The company's hue moved into the part of the circle where lights at night look like one: teal to magenta."""
    return 245 + hue / 360 * 85


def _badge(card: Card) -> tuple[list[Ink], list[Ink]]:
    """Initials on a pane of glass, the company's name beside it."""
    size, top, left = 92, 160, LEFT
    pane = rounded(left, top, left + size, top + size, 26, WHITE).faded(0.13)
    edge = rounded(left, top, left + size, top + size, 26, WHITE, border=2).faded(0.3)
    texts = list(monogram(card, BADGE, left, top, size, WHITE))
    company = fit_line(card.company, COMPANY, RIGHT - left - size - 24)
    if company:
        texts.append(label(company, COMPANY, left + size + 24, top, size, WHITE))
    return [pane, edge], texts


def _background(hue: float) -> Drift:
    """Three lights over a deep night; so deep that white reads on the brightest of them."""
    width, height = WIDTH + ROOM_X, HEIGHT + ROOM_Y
    y, x = np.mgrid[0 : height // SHRINK, 0 : width // SHRINK].astype(np.float32) * SHRINK
    rgb = np.broadcast_to(np.array(oklch(0.17, 0.045, hue), np.float32), (*x.shape, 3))
    for centre_x, centre_y, reach, lightness, chroma, turn in LIGHTS:
        colour = np.array(oklch(lightness, chroma, hue + turn), np.float32)
        glow = np.exp(-((((x - centre_x) ** 2 + (y - centre_y) ** 2) / reach**2) ** 1.15))[..., None]
        rgb = rgb + (colour - rgb) * glow
    return Drift(smooth(rgb, width, height), SECONDS)


LIGHTS = (
    (190, 260, 520, 0.47, 0.2, 0),
    (890, 700, 470, 0.53, 0.13, -80),
    (330, 1420, 560, 0.44, 0.22, 40),
)
"""x, y, reach (px), lightness, chroma, turn of the hue."""
