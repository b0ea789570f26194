"""split: food, retail, care. Two tones on a diagonal that tilts, huge initials, a round pill."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from text_to_video.background import F32, Cycle, grid, to_and_fro, two_tone
from text_to_video.colour import WHITE, Rgb
from text_to_video.drawing import label, lettering
from text_to_video.fonts import Face
from text_to_video.layout import LANDSCAPE, LEFT, RIGHT, TOP, Stage
from text_to_video.picture import Box, Ink, Picture
from text_to_video.templates.base import Captions, Card, Scene, facing, facts_line, fit_line, fit_title, initials
from text_to_video.templates.emblem import emblem

INITIALS = Face("Bricolage Grotesque", 112, 800, tracking=-0.06).down_to(64)
TITLE = Face("Bricolage Grotesque", 80, 800, tracking=-0.035).down_to(52)
COMPANY = Face("Bricolage Grotesque", 32, 700, axes=(("optical", 32),))
FACTS = Face("Bricolage Grotesque", 30, 560, axes=(("optical", 30),))
CAPTIONS = Face("Bricolage Grotesque", 54, 750, axes=(("optical", 54),))

GRAND = 124, 96
TITLE_TOP, SPACE = 264, 9
BADGE = Box(LEFT, 160, 92, 92)

PIVOT_X, PIVOT_Y = LEFT - 16, 632
STEEPEST, SWING = 0.36, 0.16
"""Slope of the diagonal, and the share of it by which it tilts back and forth."""
PHASES, SECONDS = 40, 16.0

MIDDLE, LEAN, FOOT = (654, 360), 0.1, 10
"""Where the line between the columns of a landscape frame stands, how far it leans, and what is dark below it for the progress bar."""


def scene(card: Card, stage: Stage) -> Scene:
    light, dark = card.tone(0.86, 0.1), card.tone(0.23, 0.075, turn=-20)
    badge = emblem(card, BADGE, _initials(card, card.readable(0.22, light, start=0.56)), [])
    face, lines = fit_title(card, TITLE, RIGHT - LEFT, grand=GRAND)
    below = TITLE_TOP + face.size * len(lines) + 12
    signature, corners = _signature(card, below, dark)
    corners += [(LEFT + line[-1].right, TITLE_TOP + face.size * (number + 1)) for number, line in enumerate(lines)]
    texts = (*badge.texts, lettering(lines, face, LEFT, TITLE_TOP, face.size, dark), *signature)
    pill = card.marker(card.tone(0.8, 0.14), dark, dark, of_main=True)
    captions = Captions(CAPTIONS, WHITE, dark, "box", pill, 40, rtl=card.rtl)
    background = _upright(light, dark, stage) if stage == LANDSCAPE else _diagonal(light, dark, corners, stage)
    shown = facing(card, badge.shapes, LEFT, RIGHT), facing(card, texts, LEFT, RIGHT)
    return Scene(background, *shown, captions, pill, stage=stage)


def _initials(card: Card, colour: Rgb) -> tuple[Ink, ...]:
    """Huge; smaller where they stand high and hang low at once."""
    letters = INITIALS[0].visible(initials(card.company))
    if not letters:
        return ()
    tops = {face: BADGE.y + 7 - _raised(face, letters) for face in INITIALS}
    fitting = (face for face, top in tops.items() if face.baseline(top, 96) + face.ink(letters)[1] >= TOP)
    face = next(fitting, INITIALS[-1])
    overhang = face.ink(letters)[2] - face.width(letters) if card.rtl else 0  # beyond the edge, once mirrored
    return (label(letters, face, LEFT, tops[face], 96, colour).moved(2 * math.ceil(max(0, overhang) / 2)),)


def _raised(face: Face, letters: str) -> float:
    """By how much, so that what hangs low does not touch the title."""
    return max(0, face.baseline(BADGE.y + 7, 96) + face.ink(letters)[3] + 10 - TITLE_TOP)


def _signature(card: Card, top: float, colour: Rgb) -> tuple[list[Ink], list[tuple[float, float]]]:
    """Company and facts, on one line where they fit; and the right lower corner of each line."""
    inks: list[Ink] = []
    corners: list[tuple[float, float]] = []
    for row in _rows(fit_line(card.company, COMPANY, RIGHT - LEFT), facts_line(card, FACTS, RIGHT - LEFT)):
        right = float(LEFT)
        for words, face in row:
            inks.append(label(words, face, right, top, 40, colour))
            right += face.width(words) + SPACE
        top += 40
        corners.append((RIGHT if card.rtl else right - SPACE, top))
    return inks, corners


def _rows(company: str, facts: str) -> list[list[tuple[str, Face]]]:
    if company and facts and COMPANY.width(company) + SPACE + FACTS.width(f"· {facts}") <= RIGHT - LEFT:
        return [[(company, COMPANY), (f"· {facts}", FACTS)]]
    return [[row] for row in ((company, COMPANY), (facts, FACTS)) if row[0]]


def _diagonal(light: Rgb, dark: Rgb, corners: Sequence[tuple[float, float]], stage: Stage) -> Cycle:
    """The diagonal rises from the left of the captions, as steep as the text above it lets it."""
    pivot, header = PIVOT_Y + stage.captions[1], stage.header[1]
    steep = min([STEEPEST, *((pivot - bottom - header - 8) / (right - PIVOT_X + 12) for right, bottom in corners)])
    steep = max(steep, 0.02)
    box = Box.around(0, pivot - steep * (stage.width - PIVOT_X) - 4, stage.width, pivot + steep * PIVOT_X + 4)
    below = Box(0, box.bottom, stage.width, stage.height - box.bottom)
    x, y = grid(box)

    def phase(step: int) -> Picture:
        slope = steep * (1 - SWING * step / (PHASES - 1))
        return _mixed((y - (pivot - slope * (x - PIVOT_X))) / np.hypot(1, slope), light, dark)

    return Cycle(_still(light, dark, below, stage), box, phase, to_and_fro(PHASES, SECONDS))


def _upright(light: Rgb, dark: Rgb, stage: Stage) -> Cycle:
    """A line between the columns that leans a little more, a little less."""
    middle_x, middle_y = MIDDLE
    box = Box.around(middle_x - LEAN * middle_y - 4, 0, middle_x + LEAN * middle_y + 4, stage.height - FOOT)
    right = Box(box.right, 0, stage.width - box.right, stage.height)
    still = _still(light, dark, right, stage)
    still.view(Box(0, box.bottom, stage.width, FOOT)).put(Picture.plain(dark, stage.width, FOOT))
    x, y = grid(box)

    def phase(step: int) -> Picture:
        lean = LEAN * (1 - SWING * step / (PHASES - 1))
        return _mixed((x - (middle_x + lean * (middle_y - y))) / np.hypot(1, lean), light, dark)

    return Cycle(still, box, phase, to_and_fro(PHASES, SECONDS))


def _mixed(inside: F32, light: Rgb, dark: Rgb) -> Picture:
    """`inside`: how far within the dark part each pixel lies, in px."""
    return two_tone(np.clip(inside + np.float32(0.5), 0, 1).astype(np.float32), light, dark)


def _still(light: Rgb, dark: Rgb, box: Box, stage: Stage) -> Picture:
    """Light, with this part dark."""
    still = Picture.plain(light, stage.width, stage.height)
    still.view(box).put(Picture.plain(dark, box.width, box.height))
    return still
