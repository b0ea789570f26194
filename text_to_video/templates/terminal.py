"""terminal: engineering. A grid that breathes, monospace, a prompt, a block cursor on the spoken word."""

from __future__ import annotations

import re
import unicodedata

from text_to_video.background import Cycle, to_and_fro
from text_to_video.colour import Rgb, oklch, readable, yuv
from text_to_video.drawing import label, lettering
from text_to_video.fonts import Face
from text_to_video.layout import LEFT, RIGHT, one_line
from text_to_video.picture import FRAME, Ink, Picture
from text_to_video.templates.base import Captions, Card, Scene, facing, fit_line, fit_title, place_names

GROUND, TEXT, DIM = Rgb.of("#0b0e0c"), Rgb.of("#e3ebe5"), Rgb.of("#93a69b")
TITLE = Face("JetBrains Mono", 72, 720, tracking=-0.035).down_to(52)
PROMPT = Face("JetBrains Mono", 30, 520)
CAPTIONS = Face("JetBrains Mono", 50, 700, tracking=-0.03)

CELL = 48
PHASES, SECONDS = 16, 9.0
FAINTEST = 13
"""Steps of luma by which the grid stands out at least; much less does not survive the encoder."""


def scene(card: Card) -> Scene:
    bright = oklch(0.88, 0.19, card.hue)
    prompt = readable(card.hue, 0.12, GROUND, start=0.76)
    top = 172.0
    texts = [label(_prompt(card), PROMPT, LEFT, top, 44, prompt)]
    face, lines = fit_title(card, TITLE, RIGHT - LEFT)
    texts.append(lettering(lines, face, LEFT, top + 58, face.size * 1.14, TEXT))
    texts += _fields(card, top + 58 + face.size * 1.14 * len(lines) + 16, oklch(0.83, 0.13, card.hue + 60))
    captions = Captions(CAPTIONS, TEXT, GROUND, "box", bright, rtl=card.rtl)
    return Scene(_background(), (), facing(card, texts, LEFT, RIGHT), captions, bright)


def _prompt(card: Card) -> str:
    """The company as a folder, as far as it fits: "~/kestrel-systems $ hire"."""
    slug = re.sub(r"[-\s]+", "-", "".join(map(_slug, PROMPT.visible(card.company).casefold()))).strip("-")
    room = RIGHT - LEFT - PROMPT.width("~/… $ hire")
    while slug and PROMPT.width(slug) > room:
        slug = slug.rpartition("-")[0] or slug[: int(room / PROMPT.width("0"))]
    return f"~/{slug} $ hire" if slug else "~ $ hire"


def _slug(c: str) -> str:
    return c if c.isalnum() or unicodedata.category(c)[0] == "M" else "-"


def _fields(card: Card, top: float, colour: Rgb) -> list[Ink]:
    """Place and pay as key and value, a line each."""
    inks: list[Ink] = []
    room = RIGHT - LEFT - PROMPT.width("city: ")
    wheres = [PROMPT.visible(name) for name in place_names(card.places, card.words)]
    rows = [("city:", one_line(wheres, room, PROMPT.width) if wheres else ""), ("pay:", fit_line(card.pay or "", PROMPT, room))]
    for key, value in (row for row in rows if row[1]):
        inks.append(label(key, PROMPT, LEFT, top, 46, DIM))
        inks.append(label(value, PROMPT, LEFT + PROMPT.width(key + " "), top, 46, colour))
        top += 46
    return inks


def _background() -> Cycle:
    still = Picture.plain(GROUND)
    dark = yuv(GROUND).y

    def phase(step: int) -> Picture:
        luma = still.y.copy()
        luma[CELL // 2 :: CELL] = luma[:, CELL // 2 :: CELL] = dark + FAINTEST + step
        return Picture(luma, still.u, still.v)

    return Cycle(still, FRAME, phase, to_and_fro(PHASES, SECONDS))
