"""coach: clips of exercises. Large step numbers, a body-part tag, rings that breathe or travel; calm or lively by archetype."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal

import numpy as np

from shared.schemas.clips import Archetype, ClipBrief
from shared.text import clean_line
from text_to_video.background import F32, Cycle, grid, reached, round_and_round, to_and_fro, two_tone
from text_to_video.colour import Rgb, company_hue, ink_on
from text_to_video.drawing import label, lettering, rounded
from text_to_video.fonts import Face
from text_to_video.layout import LANDSCAPE, LEFT, RIGHT, SQUARE, VERTICAL, Stage, one_line
from text_to_video.picture import Ink, Picture
from text_to_video.templates.base import Captions, Card, Mark, Scene, facing, facts_line, fit_line, fit_title


@dataclass(frozen=True)
class Manner:
    """What an archetype's reels look like: lightness and chroma of ground and accent, the letters' width and weight, the motion."""

    ground: tuple[float, float]
    accent: tuple[float, float]
    width: float
    weight: int
    mark: Mark
    radius: int
    motion: Literal["breath", "travel"]
    seconds: float
    """Of a breath in and out; of a ring's way to where the next one was."""
    rings: float
    """How far rings stand out from the ground, as a difference of lightness."""


MANNERS: Mapping[Archetype, Manner] = {
    "professional": Manner((0.24, 0.035), (0.87, 0.12), 100, 760, "box", 10, "breath", 9.0, 0.05),
    "mentor": Manner((0.95, 0.025), (0.5, 0.13), 92, 700, "underline", 0, "breath", 11.0, -0.05),
    "peer": Manner((0.8, 0.18), (0.26, 0.09), 118, 860, "box", 30, "travel", 3.0, -0.045),
}

_PARTS: Mapping[str, int] = {
    **dict.fromkeys(("chest", "shoulders", "triceps"), 35),
    **dict.fromkeys(("lats", "middle back", "lower back", "traps", "biceps", "forearms", "back"), 255),
    **dict.fromkeys(("quadriceps", "hamstrings", "calves", "glutes", "adductors", "abductors", "legs"), 155),
    **dict.fromkeys(("abdominals", "neck", "core"), 310),
}
"""The hue of a part of the body: pushing, pulling, legs, core."""


@dataclass(frozen=True)
class ClipCard(Card):
    """The card of an exercise: `title` names it, `tag` the part of the body; `facts`, the fullest first, say level and equipment.
    `steps` are numbered."""

    tag: str = ""
    facts: tuple[str, ...] = ()
    archetype: Archetype = "professional"
    steps: int = 0


def clip_card(brief: ClipBrief, steps: int) -> ClipCard:
    """The card of a clip that says so many steps."""
    muscles = [clean_line(muscle) for muscle in brief.muscles]
    hue = next((_PARTS[muscle.casefold()] for muscle in muscles if muscle.casefold() in _PARTS), None)
    facts = [_capital(each) for each in map(clean_line, (brief.level or "", brief.equipment or "")) if each]
    name = clean_line(brief.exercise)
    return ClipCard(
        title=name,
        company="",
        places=(),
        pay=None,
        hue=company_hue(muscles[0] if muscles else name) if hue is None else hue,
        language=brief.language,
        tag=_capital(muscles[0]) if muscles else "",
        facts=(" · ".join(facts), *facts),
        archetype=brief.archetype,
        steps=steps,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


TAG, ROW = Face("Archivo", 30, 720), Face("Archivo", 30, 560)
TAG_TOP, TAG_HEIGHT, PAD = 160, 56, 22
TITLE_TOP = 246
NUMBER_TOP, NUMBER_HEIGHT = 244, 300
MARKS_TOP, MARK_GAP = 584, 10

CENTRE = {VERTICAL: (590, 1300), SQUARE: (900, 400), LANDSCAPE: (1150, 876)}
REACH = {VERTICAL: 400, SQUARE: 284, LANDSCAPE: 400}
SPACING, THICK = 110, 46
PHASES = 40


@dataclass(frozen=True)
class Look:
    """The colours and faces of one clip."""

    manner: Manner
    ground: Rgb
    ink: Rgb
    accent: Rgb

    @property
    def on_accent(self) -> Rgb:
        """What reads on the accent."""
        return ink_on(self.accent)

    def face(self, size: int, tracking: float = 0.0) -> Face:
        return Face("Archivo", size, self.manner.weight, tracking, axes=(("width", self.manner.width),))


def scene(card: Card, stage: Stage) -> Scene:
    """Of a posting it is a plain card: tag and facts are its company's."""
    clip = card if isinstance(card, ClipCard) else _plain(card)
    look = _look(clip)
    shapes, texts, left = _tag(clip, look)
    steps = [_step(clip, look, left, number) for number in range(1, clip.steps + 1)]
    return Scene(
        _background(clip, look, stage),
        facing(clip, shapes, LEFT, RIGHT),
        facing(clip, texts, LEFT, RIGHT),
        _captions(clip, look),
        look.accent,
        chapters=(_named(clip, look, left, done=0), *steps, _named(clip, look, left, done=clip.steps)),
        stage=stage,
    )


def _plain(card: Card) -> ClipCard:
    shared = {field.name: getattr(card, field.name) for field in fields(card)}
    return ClipCard(**shared, tag=card.company, facts=(facts_line(card, ROW, (RIGHT - LEFT) / 2),))


def _look(clip: ClipCard) -> Look:
    manner = MANNERS[clip.archetype]
    ground = clip.tone(*manner.ground)
    lightness, chroma = manner.accent
    return Look(manner, ground, ink_on(ground), clip.readable(chroma, ground, start=lightness))


def _tag(clip: ClipCard, look: Look) -> tuple[list[Ink], list[Ink], float]:
    """The part of the body on a pill, and where what stands beside it begins."""
    tag = fit_line(clip.tag, TAG, (RIGHT - LEFT) / 2)
    if not tag:
        return [], [], LEFT
    right = LEFT + TAG.width(tag) + 2 * PAD
    pill = rounded(LEFT, TAG_TOP, right, TAG_TOP + TAG_HEIGHT, TAG_HEIGHT / 2, look.accent)
    return [pill], [label(tag, TAG, LEFT + PAD, TAG_TOP, TAG_HEIGHT, look.on_accent)], right + 18


def _named(clip: ClipCard, look: Look, left: float, *, done: int) -> tuple[Ink, ...]:
    """Opening and end: the exercise's name, level and equipment, and a mark for each step."""
    face, lines = fit_title(clip, look.face(90, -0.025).down_to(52), RIGHT - LEFT, grand=(124, 102))
    title = lettering(lines, face, LEFT, TITLE_TOP, face.size * 1.02, look.ink)
    return facing(clip, [*_beside(clip.facts, look, left), title, *_marks(clip, look, done)], LEFT, RIGHT)


def _step(clip: ClipCard, look: Look, left: float, number: int) -> tuple[Ink, ...]:
    """The step's number, as large as there is room for, and of how many."""
    around = facing(clip, [*_beside([clip.title], look, left), *_marks(clip, look, number)], LEFT, RIGHT)
    return *around, *_count(clip, look, number)


def _count(clip: ClipCard, look: Look, number: int) -> tuple[Ink, Ink]:
    """Numbers read from left to right in every script: as a whole they stand at the edge where one begins to read."""
    face, small = look.face(400, -0.04), replace(look.face(64, -0.02), weight=600)
    digit, of = str(number), f"/{clip.steps}"
    foot = face.baseline(NUMBER_TOP, NUMBER_HEIGHT)
    wide = face.ink(digit)[2] - face.ink(digit)[0] + 26
    left = RIGHT - wide - small.ink(of)[2] if clip.rtl else LEFT
    large = label(digit, face, left, NUMBER_TOP, NUMBER_HEIGHT, look.accent)
    return large, label(of, small, left + wide, foot - (70 + small.cap_height) / 2, 70, look.ink)


def _beside(candidates: Sequence[str], look: Look, left: float) -> list[Ink]:
    visible = [shown for words in candidates if (shown := ROW.visible(words))]
    shown = one_line(visible, RIGHT - left, ROW.width) if visible else ""
    return [label(shown, ROW, left, TAG_TOP, TAG_HEIGHT, look.ink)] if shown else []


def _marks(clip: ClipCard, look: Look, done: int) -> list[Ink]:
    """A bar for each step, those so far in colour."""
    width = (RIGHT - LEFT - MARK_GAP * (clip.steps - 1)) / max(1, clip.steps)
    lefts = [LEFT + number * (width + MARK_GAP) for number in range(clip.steps)]
    bars = [rounded(left, MARKS_TOP, left + width, MARKS_TOP + 10, 5, look.accent) for left in lefts]
    return [bar if number < done else bar.faded(0.28) for number, bar in enumerate(bars)]


def _captions(clip: ClipCard, look: Look) -> Captions:
    face = replace(look.face(54), weight=680, axes=(("width", 100),))
    marked = look.accent if look.manner.mark == "underline" else look.on_accent
    return Captions(face, look.ink, marked, look.manner.mark, look.accent, look.manner.radius, rtl=clip.rtl)


def _background(clip: ClipCard, look: Look, stage: Stage) -> Cycle:
    """Rings around a corner, faint: they breathe, or travel outward one after the other."""
    lightness, chroma = look.manner.ground
    tint = clip.tone(lightness + look.manner.rings, chroma)
    centre, reach = CENTRE[stage], REACH[stage]
    box = reached(centre, reach, stage.frame)
    x, y = grid(box)
    distance = np.hypot(x - centre[0], y - centre[1]).astype(np.float32)
    travels = look.manner.motion == "travel"

    def phase(step: int) -> Picture:
        grown = distance - SPACING * step / PHASES if travels else distance / np.float32(1 + 0.16 * step / (PHASES - 1))
        away = np.abs((grown + SPACING / 2) % SPACING - SPACING / 2)
        return two_tone(np.clip(THICK / 2 - away + 0.5, 0, 1) * _faint(distance, reach), look.ground, tint)

    step = round_and_round(PHASES, look.manner.seconds) if travels else to_and_fro(PHASES, look.manner.seconds)
    return Cycle(Picture.plain(look.ground, stage.width, stage.height), box, phase, step)


def _faint(distance: F32, reach: int) -> F32:
    """Rings fade out before they reach the edge of their box."""
    cover: F32 = np.clip((reach - distance) / np.float32(120), 0, 1)
    return cover
