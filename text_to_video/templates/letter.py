"""letter: law, people, public service. A deep ground, serif, a hairline frame, a seal that turns, a gold underline."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from text_to_video.background import Cycle, round_and_round, two_tone
from text_to_video.colour import Rgb, readable
from text_to_video.drawing import FINE, fine_canvas, label, lettering, rounded
from text_to_video.fonts import Face
from text_to_video.layout import LANDSCAPE, RIGHT, SQUARE, VERTICAL, Stage
from text_to_video.picture import Box, Ink, Picture
from text_to_video.templates.base import Captions, Card, Scene, facing, facts_line, fit_title, monogram
from text_to_video.templates.emblem import company_beside, emblem

CREAM = Rgb.of("#f6ecd8")
TITLE = Face("Fraunces", 88, 560, tracking=-0.02, axes=(("optical", 72),)).down_to(52)
GRAND = 124, 96
COMPANY = Face("Fraunces", 34, 520, axes=(("optical", 36),))
INITIALS = Face("Fraunces", 23, 600, axes=(("optical", 24),))
FACTS = Face("Fraunces", 32, 450, axes=(("optical", 30),))
CAPTIONS = Face("Fraunces", 54, 600, axes=(("optical", 48),))

MARGIN, LEFT = {VERTICAL: 44, SQUARE: 14, LANDSCAPE: 24}, 88
BADGE = Box(LEFT, 162, 54, 54)
SEAL = {VERTICAL: Box(452, 982, 184, 184), SQUARE: Box(624, 300, 184, 184), LANDSCAPE: Box(1040, 482, 184, 184)}
PETALS = 12
PHASES, SECONDS = 90, 12.0
"""One petal's turn; after it the seal looks the same again."""


def scene(card: Card, stage: Stage) -> Scene:
    ground = card.tone(0.32, 0.065)
    gold = card.marker(readable(83, 0.135, ground, start=0.8), ground, ground)
    pale = _between(ground, CREAM, 0.86)
    width = RIGHT - LEFT
    face, lines = fit_title(card, TITLE, width, grand=GRAND)
    title_top, pitch = BADGE.y + 70, face.size * 1.03
    texts = [lettering(lines, face, LEFT, title_top, pitch, CREAM)]
    ring = rounded(*BADGE[:2], BADGE.right, BADGE.bottom, BADGE.width / 2, gold, border=2)
    badge = emblem(card, BADGE, monogram(card, INITIALS, *BADGE[:3], gold), [ring])
    texts += badge.texts
    left = badge.after(LEFT, 16)
    company, facts = company_beside(card, badge, COMPANY, RIGHT - left), facts_line(card, FACTS, width)
    if company:
        texts.append(label(company, COMPANY, left, BADGE.y, BADGE.height, pale))
    rule = title_top + pitch * len(lines) + 20
    if facts:
        texts.append(label(facts, FACTS, LEFT, rule + 14, 44, pale))
    shapes = facing(card, (*badge.shapes, rounded(LEFT, rule, LEFT + 120, rule + 6, 0, gold)), LEFT, RIGHT)
    captions = Captions(CAPTIONS, CREAM, _brighter(gold), "underline", gold, left=LEFT, rtl=card.rtl)
    background = _background(ground, _between(ground, gold, 0.42), stage)
    frame = _frame(_between(ground, CREAM, 0.3), stage)
    return Scene(background, shapes, facing(card, texts, LEFT, RIGHT), captions, gold, fixed=frame, stage=stage)


def _between(ground: Rgb, ink: Rgb, share: float) -> Rgb:
    return Rgb(*(round(low + (high - low) * share) for low, high in zip(ground, ink, strict=True)))


def _brighter(gold: Rgb) -> Rgb:
    return _between(gold, Rgb.of("#ffe9a8"), 0.35)


def _frame(colour: Rgb, stage: Stage) -> tuple[Ink, ...]:
    """A hairline around everything, as four narrow inks: a single one would cover the whole frame."""
    margin = MARGIN[stage]
    left, top, right, bottom = margin, margin, stage.width - margin, stage.height - margin
    whole = rounded(left, top, right, bottom, 20, colour, border=2)
    corner = 24
    return (
        whole.within(Box(left, top, right - left, corner)),
        whole.within(Box(left, bottom - corner, right - left, corner)),
        whole.within(Box(left, top + corner, 4, bottom - top - 2 * corner)),
        whole.within(Box(right - 4, top + corner, 4, bottom - top - 2 * corner)),
    )


def _background(ground: Rgb, line: Rgb, stage: Stage) -> Cycle:
    box = SEAL[stage].meet(stage.frame)
    seal = _seal(SEAL[stage])

    def phase(step: int) -> Picture:
        turned = seal.rotate(-360 / PETALS * step / PHASES, Image.Resampling.BICUBIC).crop((0, 0, box.width, box.height))
        return two_tone(np.asarray(turned, np.float32) / np.float32(255), ground, line)

    return Cycle(Picture.plain(ground, stage.width, stage.height), box, phase, round_and_round(PHASES, SECONDS))


def _seal(box: Box) -> Image.Image:
    """Interlaced rosettes, as on a bond."""
    mask, canvas = fine_canvas(box)
    centre, radius = mask.width / 2, mask.width / 2 - 8
    angles = [math.tau * n / 1440 for n in range(1441)]
    for low, high, shift in ((0.62, 1.0, 0.0), (0.62, 1.0, 0.5), (0.3, 0.56, 0.25), (0.3, 0.56, 0.75)):
        reach = [radius * (low + (high - low) * (0.5 + 0.5 * math.cos(PETALS * a + math.tau * shift))) for a in angles]
        canvas.line([(centre + r * math.cos(a), centre + r * math.sin(a)) for r, a in zip(reach, angles, strict=True)], fill=255, width=9)
    return mask.reduce(FINE)
