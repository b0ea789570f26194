"""split: food, retail, care. Two tones on a diagonal that tilts, huge initials, a round pill."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from text_to_video.background import Cycle, grid, to_and_fro, two_tone
from text_to_video.colour import Rgb, oklch, readable
from text_to_video.drawing import label, lettering
from text_to_video.fonts import Face
from text_to_video.layout import LEFT, RIGHT
from text_to_video.picture import HEIGHT, WIDTH, Box, Ink, Picture
from text_to_video.templates.base import Captions, Card, Scene, facing, facts_line, fit_line, fit_title, initials

INITIALS = Face("Bricolage Grotesque", 112, 800, tracking=-0.06)
TITLE = Face("Bricolage Grotesque", 80, 800, tracking=-0.035).down_to(52)
COMPANY = Face("Bricolage Grotesque", 32, 700, axes=(("optical", 32),))
FACTS = Face("Bricolage Grotesque", 30, 560, axes=(("optical", 30),))
CAPTIONS = Face("Bricolage Grotesque", 54, 750, axes=(("optical", 54),))

TITLE_TOP = 264

PIVOT_X, PIVOT_Y = LEFT - 16, 632
STEEPEST, SWING = 0.36, 0.16
"""Slope of the diagonal, and the share of it by which it tilts back and forth."""
PHASES, SECONDS = 40, 16.0


def scene(card: Card) -> Scene:
    light, dark = oklch(0.86, 0.1, card.hue), oklch(0.23, 0.075, card.hue - 20)
    width = RIGHT - LEFT
    texts: list[Ink] = []
    letters = INITIALS.visible(initials(card.company))
    if letters:
        texts.append(label(letters, INITIALS, LEFT, 167, 96, readable(card.hue, 0.22, light, start=0.56)))
    face, lines = fit_title(card, TITLE, width)
    texts.append(lettering(lines, face, LEFT, TITLE_TOP, face.size, dark))
    below = TITLE_TOP + face.size * len(lines) + 12
    corners = [(LEFT + line[-1].right, TITLE_TOP + face.size * (number + 1)) for number, line in enumerate(lines)]
    for words, style in ((fit_line(card.company, COMPANY, width), COMPANY), (facts_line(card, FACTS, width), FACTS)):
        if words:
            texts.append(label(words, style, LEFT, below, 40, dark))
            below += 40
            corners.append((RIGHT if card.rtl else LEFT + style.width(words), below))
    pill = oklch(0.8, 0.14, card.hue)
    captions = Captions(CAPTIONS, Rgb.of("#ffffff"), dark, "box", pill, 40, rtl=card.rtl)
    return Scene(_background(light, dark, corners), (), facing(card, texts, LEFT, RIGHT), captions, pill)


def _background(light: Rgb, dark: Rgb, corners: Sequence[tuple[float, float]]) -> Cycle:
    """The diagonal rises from the left of the captions, as steep as the text above it lets it."""
    steep = min([STEEPEST, *((PIVOT_Y - bottom - 8) / (right - PIVOT_X + 12) for right, bottom in corners)])
    steep = max(steep, 0.02)
    box = Box.around(0, PIVOT_Y - steep * (WIDTH - PIVOT_X) - 4, WIDTH, PIVOT_Y + steep * PIVOT_X + 4)
    still = Picture.plain(light)
    still.view(Box(0, box.bottom, WIDTH, HEIGHT - box.bottom)).put(Picture.plain(dark, WIDTH, HEIGHT - box.bottom))
    x, y = grid(box)

    def phase(step: int) -> Picture:
        slope = steep * (1 - SWING * step / (PHASES - 1))
        below = (y - (PIVOT_Y - slope * (x - PIVOT_X))) / np.hypot(1, slope)
        return two_tone(np.clip(below + np.float32(0.5), 0, 1).astype(np.float32), light, dark)

    return Cycle(still, box, phase, to_and_fro(PHASES, SECONDS))
