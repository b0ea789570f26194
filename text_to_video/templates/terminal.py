"""terminal: engineering. A grid that breathes, monospace, a prompt, a block cursor on the spoken word."""

from __future__ import annotations

import re
import unicodedata

from text_to_video.background import Cycle, to_and_fro
from text_to_video.colour import Rgb, yuv
from text_to_video.drawing import label, lettering
from text_to_video.fonts import Face
from text_to_video.layout import LEFT, RIGHT, Stage, one_line
from text_to_video.picture import Box, Ink, Picture
from text_to_video.templates.base import Captions, Card, Scene, facing, fit_line, fit_title, place_names
from text_to_video.templates.emblem import emblem

GROUND, TEXT, DIM = Rgb.of("#0b0e0c"), Rgb.of("#e3ebe5"), Rgb.of("#93a69b")
TITLE = Face("JetBrains Mono", 72, 720, tracking=-0.035).down_to(52)
PROMPT = Face("JetBrains Mono", 30, 520)
CAPTIONS = Face("JetBrains Mono", 50, 700, tracking=-0.03)

GRAND = 112, 84
BADGE = Box(LEFT, 166, 56, 56)
TITLE_TOP, PITCH = 230, 1.14

CELL = 48
PHASES, SECONDS = 16, 9.0
FAINTEST = 13
"""Steps of luma by which the grid stands out at least; much less does not survive the encoder."""


def scene(card: Card, stage: Stage) -> Scene:
    bright = card.marker(card.tone(0.88, 0.19), GROUND, GROUND, of_main=True)
    badge = emblem(card, BADGE, (), ())
    left = badge.after(LEFT, 20)
    texts = [label(_prompt(card, RIGHT - left), PROMPT, left, BADGE.y, BADGE.height, card.readable(0.12, GROUND, start=0.76))]
    face, lines = fit_title(card, TITLE, RIGHT - LEFT, grand=GRAND)
    texts.append(lettering(lines, face, LEFT, TITLE_TOP, face.size * PITCH, TEXT))
    texts += _fields(card, TITLE_TOP + face.size * PITCH * len(lines) + 16, card.tone(0.83, 0.13, turn=60))
    captions = Captions(CAPTIONS, TEXT, GROUND, "box", bright, gap=None if card.rtl else CAPTIONS.width(" ") / CAPTIONS.size, rtl=card.rtl)
    shown = facing(card, badge.shapes, LEFT, RIGHT), facing(card, texts, LEFT, RIGHT)
    return Scene(_background(stage), *shown, captions, bright, stage=stage)


def _prompt(card: Card, width: float) -> str:
    """The company as a folder, as far as it fits: "~/kestrel-systems $ hire"."""
    slug = re.sub(r"[-\s]+", "-", "".join(map(_slug, PROMPT.visible(card.company).casefold()))).strip("-")
    room = width - PROMPT.width("~/… $ hire")
    while slug and PROMPT.width(slug) > room:
        slug = slug.rpartition("-")[0] or slug[: int(room / PROMPT.width("0"))]
    return f"~/{slug} $ hire" if slug else "~ $ hire"


def _slug(c: str) -> str:
    return c if c.isalnum() or unicodedata.category(c)[0] == "M" else "-"


def _fields(card: Card, top: float, colour: Rgb) -> list[Ink]:
    """Place and pay as key and value, a line each."""
    inks: list[Ink] = []
    wheres = [PROMPT.visible(name) for name in place_names(card.places, card.words)]
    where, pay = (
        ("city:", "pay:") if card.words.where == "Where" else (f"{word.casefold()}:" for word in (card.words.where, card.words.pay))
    )
    room = RIGHT - LEFT - max(PROMPT.width(where + " "), PROMPT.width(pay + " "))
    rows = [(where, one_line(wheres, room, PROMPT.width) if wheres else ""), (pay, fit_line(card.pay or "", PROMPT, room))]
    for key, value in (row for row in rows if row[1]):
        inks.append(label(key, PROMPT, LEFT, top, 46, DIM))
        inks.append(label(value, PROMPT, LEFT + PROMPT.width(key + " "), top, 46, colour))
        top += 46
    return inks


def _background(stage: Stage) -> Cycle:
    still = Picture.plain(GROUND, stage.width, stage.height)
    dark = yuv(GROUND).y

    def phase(step: int) -> Picture:
        luma = still.y.copy()
        luma[CELL // 2 :: CELL] = luma[:, CELL // 2 :: CELL] = dark + FAINTEST + step
        return Picture(luma, still.u, still.v)

    return Cycle(still, stage.frame, phase, to_and_fro(PHASES, SECONDS))
