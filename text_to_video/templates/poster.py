"""poster: makers and trades. Paper, one disc of colour that rises, a wide heavy grotesque, a marker pen."""

from __future__ import annotations

import numpy as np

from text_to_video.background import Cycle, grid, to_and_fro, two_tone
from text_to_video.colour import Rgb, ink_on, oklch, readable
from text_to_video.drawing import label, lettering, rounded
from text_to_video.fonts import Face
from text_to_video.layout import LEFT, RIGHT
from text_to_video.picture import HEIGHT, WIDTH, Box, Picture
from text_to_video.templates.base import Captions, Card, Scene, facing, facts_line, fit_line, fit_title, monogram

PAPER, INK = Rgb.of("#f4efe6"), Rgb.of("#16120c")
MARKER = Rgb.of("#ffd84d")
TITLE = (
    *Face("Archivo", 94, 850, tracking=-0.03, axes=(("width", 112),)).down_to(70),
    *Face("Archivo", 70, 850, tracking=-0.025, axes=(("width", 92),)).down_to(54),
)
"""Wide while there is room: a long title gets narrower letters before it gets small ones."""
BADGE = Face("Archivo", 23, 800)
COMPANY = Face("Archivo", 32, 700)
FACTS = Face("Archivo", 32, 780)
CAPTIONS = Face("Archivo", 54, 700)

BADGE_TOP, BADGE_SIZE = 162, 52
TITLE_TOP, PAD = 230, 20

RADIUS = 420
DISC = Box(160, 904, WIDTH - 160, HEIGHT - 904)
PHASES, SECONDS = 36, 14.0


def scene(card: Card) -> Scene:
    accent = oklch(0.68, 0.21, card.hue)
    face, lines = fit_title(card, TITLE, RIGHT - LEFT)
    pitch = face.size * 0.98
    texts = [lettering(lines, face, LEFT, TITLE_TOP, pitch, INK)]
    ink = ink_on(accent, INK)
    ground = readable(card.hue, 0.21, ink, start=0.68)
    letters = monogram(card, BADGE, LEFT, BADGE_TOP, BADGE_SIZE, ink)
    shapes = [rounded(LEFT, BADGE_TOP, LEFT + BADGE_SIZE, BADGE_TOP + BADGE_SIZE, BADGE_SIZE / 2, ground)] if letters else []
    left = LEFT + BADGE_SIZE + 16 if letters else LEFT
    company, facts = fit_line(card.company, COMPANY, RIGHT - left), facts_line(card, FACTS, RIGHT - LEFT - 2 * PAD)
    if company:
        texts += [*letters, label(company, COMPANY, left, BADGE_TOP, BADGE_SIZE, INK)]
    if facts:
        # Pay and place on a block of the company's colour.
        top = TITLE_TOP + pitch * len(lines) + 20
        shapes.append(rounded(LEFT, top, LEFT + 2 * PAD + FACTS.width(facts), top + 56, 4, ground))
        texts.append(label(facts, FACTS, LEFT + PAD, top, 56, ink))
    captions = Captions(CAPTIONS, INK, INK, "marker", MARKER, rtl=card.rtl)
    return Scene(_background(accent), facing(card, shapes, LEFT, RIGHT), facing(card, texts, LEFT, RIGHT), captions, INK)


def _background(accent: Rgb) -> Cycle:
    x, y = grid(DISC)

    def phase(step: int) -> Picture:
        rise = 26 * step / (PHASES - 1)
        distance = np.hypot(x - (WIDTH - 116 - rise / 2), y - (HEIGHT + 80 - rise))
        return two_tone(np.clip(RADIUS - distance + 0.5, 0, 1), PAPER, accent)

    return Cycle(Picture.plain(PAPER), DISC, phase, to_and_fro(PHASES, SECONDS))
