"""poster: makers and trades. Paper, one disc of colour that rises, a wide heavy grotesque, a marker pen."""

from __future__ import annotations

import numpy as np

from text_to_video.background import Cycle, grid, reached, to_and_fro, two_tone
from text_to_video.colour import Rgb, ink_on
from text_to_video.drawing import label, lettering, rounded
from text_to_video.fonts import Face
from text_to_video.layout import LANDSCAPE, LEFT, RIGHT, SQUARE, VERTICAL, Stage
from text_to_video.picture import Box, Picture
from text_to_video.templates.base import Captions, Card, Scene, facing, facts_line, fit_title, monogram
from text_to_video.templates.emblem import company_beside, emblem

PAPER, INK = Rgb.of("#f4efe6"), Rgb.of("#16120c")
MARKER = Rgb.of("#ffd84d")
TITLE = (
    *Face("Archivo", 94, 850, tracking=-0.03, axes=(("width", 112),)).down_to(70),
    *Face("Archivo", 70, 850, tracking=-0.025, axes=(("width", 92),)).down_to(54),
)
"""Wide while there is room: a long title gets narrower letters before it gets small ones."""
GRAND = 130, 106
INITIALS = Face("Archivo", 23, 800)
COMPANY = Face("Archivo", 32, 700)
FACTS = Face("Archivo", 32, 780)
CAPTIONS = Face("Archivo", 54, 700)

BADGE = Box(LEFT, 162, 52, 52)
TITLE_TOP, PAD = 230, 20

RADIUS, RISE = 420, 26
CENTRE = {VERTICAL: (604, 1360), SQUARE: (1038, 660), LANDSCAPE: (1236, 904)}
PHASES, SECONDS = 36, 14.0


def scene(card: Card, stage: Stage) -> Scene:
    accent = card.accent(0.68, 0.21)
    face, lines = fit_title(card, TITLE, RIGHT - LEFT, grand=GRAND)
    pitch = face.size * 0.98
    texts = [lettering(lines, face, LEFT, TITLE_TOP, pitch, INK)]
    ink = ink_on(accent, INK)
    ground = card.ground(ink, 0.21, start=0.68)
    disc = rounded(BADGE.x, BADGE.y, BADGE.right, BADGE.bottom, BADGE.width / 2, ground)
    badge = emblem(card, BADGE, monogram(card, INITIALS, LEFT, BADGE.y, BADGE.height, ink), [disc])
    shapes, left = [*badge.shapes], badge.after(LEFT, 16)
    texts += badge.texts
    company, facts = company_beside(card, badge, COMPANY, RIGHT - left), facts_line(card, FACTS, RIGHT - LEFT - 2 * PAD)
    if company:
        texts.append(label(company, COMPANY, left, BADGE.y, BADGE.height, INK))
    if facts:
        # Pay and place on a block of the company's colour.
        top = TITLE_TOP + pitch * len(lines) + 20
        shapes.append(rounded(LEFT, top, LEFT + 2 * PAD + FACTS.width(facts), top + 56, 4, ground))
        texts.append(label(facts, FACTS, LEFT + PAD, top, 56, ink))
    captions = Captions(CAPTIONS, INK, INK, "marker", card.marker(MARKER, INK, INK), rtl=card.rtl)
    shown = facing(card, shapes, LEFT, RIGHT), facing(card, texts, LEFT, RIGHT)
    return Scene(_background(accent, stage), *shown, captions, INK, stage=stage)


def _background(accent: Rgb, stage: Stage) -> Cycle:
    centre_x, centre_y = CENTRE[stage]
    box = reached((centre_x, centre_y), RADIUS + RISE + 2, stage.frame)
    x, y = grid(box)

    def phase(step: int) -> Picture:
        rise = RISE * step / (PHASES - 1)
        distance = np.hypot(x - (centre_x - rise / 2), y - (centre_y - rise))
        return two_tone(np.clip(RADIUS - distance + 0.5, 0, 1), PAPER, accent)

    return Cycle(Picture.plain(PAPER, stage.width, stage.height), box, phase, to_and_fro(PHASES, SECONDS))
