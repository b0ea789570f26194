"""Every template at three moments of a sample reel, on one picture."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from PIL import Image

from shared.errors import InvalidInput
from shared.schemas.clips import ARCHETYPES, Archetype, ClipBrief
from shared.schemas.reels import PostingTemplateId, ReelBrief, TemplateId
from text_to_video.briefs import Brief, drafted
from text_to_video.caption_art import fits
from text_to_video.captions import pages
from text_to_video.colour import WHITE, Rgb, rgb_from_yuv
from text_to_video.drawing import label
from text_to_video.fonts import Face
from text_to_video.look import Look
from text_to_video.picture import FPS, Box, Picture
from text_to_video.render import Painter, timeline
from text_to_video.speech.silence import silent_speech

MOMENTS = (0.06, 0.42, 0.8)
"""Shares of a reel: its opening, the middle, near its end."""
ACROSS = 3
"""Reels beside each other."""
WIDTH, GAP, SPACE, TITLE = 152, 6, 34, 46
"""Px: of a frame, between frames, between reels, for a reel's name."""
GROUND = Rgb.of("#16181d")
NAME = Face("Inter", 22, 600)


class Sample(NamedTuple):
    name: str
    template_id: TemplateId
    brief: Brief


def _posting(title: str, company: str, place: str, pay: str | None, *duties: str) -> ReelBrief:
    description = "\n".join(["What you will do", "", *(f"• {duty}" for duty in duties)])
    return ReelBrief(title=title, company=company, places=(place,), pay=pay, description=description)


_POSTINGS: dict[PostingTemplateId, ReelBrief] = {
    "poster": _posting(
        "Stone mason",
        "Harrow & Flint",
        "Ghent",
        "€38–44k",
        "Cut and set sandstone for church windows by hand",
        "Draw full-size patterns from old photographs",
        "Teach two apprentices how to read a block before they touch it",
    ),
    "aurora": _posting(
        "Sleep data scientist",
        "Lull Health",
        "Remote, Europe",
        "from €82k",
        "Analyse the breathing of forty thousand nights",
        "Build models that doctors can question and correct",
        "Explain to patients what a chart of their night means",
    ),
    "terminal": _posting(
        "Compiler engineer",
        "Brackish Systems",
        "Tallinn",
        "€70–95k",
        "Write the passes that make small chips fast",
        "Hunt for the one miscompiled loop in a million lines",
        "Review patches from volunteers with patience",
    ),
    "letter": _posting(
        "Family mediator",
        "Hollis Quill",
        "Halifax",
        None,
        "Help parents agree on what matters to their children",
        "Write down what was agreed in words everybody understands",
        "Keep the room calm when it is hard to be",
    ),
    "ticket": _posting(
        "Night train steward",
        "Halcyon Rail",
        "Vienna",
        "€2,900 a month",
        "Guide ninety guests from Vienna to Genoa",
        "Serve breakfast before the Alps come into view",
        "Know every connection when a train is late",
    ),
    "split": _posting(
        "Head gelato maker",
        "Pistacchio",
        "Rotterdam",
        "€36k",
        "Make twelve flavours before the doors open",
        "Select growers whose fruit travels less than a day",
        "Invent one flavour a month and defend it at the counter",
    ),
}


def _clip(archetype: Archetype, exercise: str, muscle: str, equipment: str, *steps: str) -> Sample:
    brief = ClipBrief(
        exercise=exercise,
        kind="instruction",
        archetype=archetype,
        instructions=steps,
        level="beginner",
        equipment=equipment,
        muscles=(muscle,),
    )
    return Sample(f"coach · {archetype}", "coach", brief)


_CLIPS: dict[Archetype, Sample] = {
    "professional": _clip(
        "professional",
        "Goblet squat",
        "quadriceps",
        "kettlebell",
        "Hold the bell against your chest with both hands.",
        "Sit down between your heels until your elbows reach your knees.",
        "Push the floor away and stand up without leaning forward.",
    ),
    "mentor": _clip(
        "mentor",
        "Bird dog",
        "lower back",
        "no equipment",
        "Kneel on all fours with your back flat.",
        "Reach one arm forward and the opposite leg back.",
        "Hold for a slow breath, then change sides.",
    ),
    "peer": _clip(
        "peer",
        "Push-up",
        "chest",
        "no equipment",
        "Put your hands a little wider than your shoulders.",
        "Lower your chest until it almost touches the floor.",
        "Push back up and keep your body in one line.",
    ),
}


def samples() -> list[Sample]:
    """Every template with a brief made for it, and the coach in each archetype's manner."""
    return [*(Sample(name, name, brief) for name, brief in _POSTINGS.items()), *(_CLIPS[archetype] for archetype in ARCHETYPES)]


def moments(sample: Sample) -> list[Image.Image]:
    """Frames of the sample's reel at MOMENTS of it, as they are encoded; the words run at reading pace, nobody speaks."""
    script = drafted(sample.brief)
    speech = silent_speech(script, 0.3)
    dressed = Look().dressed(sample.brief, sample.template_id, script.lines)
    shown = pages(speech, fits(dressed.scene.captions))
    count = round(speech.duration * FPS)
    states = timeline(shown, count)
    picture = Picture.plain(GROUND)
    painter = Painter(dressed.scene, shown, states, picture, dressed.steps)
    images: list[Image.Image] = []
    for share in MOMENTS:
        painter.paint(round(share * count))
        images.append(_image(picture))
    return images


def _image(picture: Picture) -> Image.Image:
    return Image.fromarray(rgb_from_yuv(picture.y, *(plane.repeat(2, 0).repeat(2, 1) for plane in picture[1:])))


def contact_sheet() -> Image.Image:
    """All samples, each with its name."""
    shown = samples()
    frame = WIDTH, WIDTH * 16 // 9
    width, height = len(MOMENTS) * (WIDTH + GAP) - GAP, TITLE + frame[1]
    rows = -(-len(shown) // ACROSS)
    sheet = Image.new("RGB", (ACROSS * (width + SPACE) + SPACE, rows * (height + SPACE // 2) + SPACE), GROUND)
    for number, sample in enumerate(shown):
        left, top = SPACE + number % ACROSS * (width + SPACE), SPACE // 2 + number // ACROSS * (height + SPACE // 2)
        sheet.paste(_name(sample.name, width), (left, top))
        for place, image in enumerate(moments(sample)):
            sheet.paste(image.resize(frame, reducing_gap=3), (left + place * (WIDTH + GAP), top + TITLE))
    return sheet


def _name(words: str, width: int) -> Image.Image:
    strip = Box(0, 0, width // 2 * 2, TITLE)
    picture = Picture.plain(GROUND, strip.width, strip.height)
    label(words, NAME, 0, 0, TITLE, WHITE).within(strip).over(picture)
    return _image(picture)


def write_sheet(path: Path) -> None:
    """The contact sheet as PNG or JPEG, by the file's ending. Raises InvalidInput (field "out")."""
    kind = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}.get(path.suffix.lower())
    if kind is None:
        raise InvalidInput(f"{path} ends neither in .png nor in .jpg", field="out")
    try:
        contact_sheet().save(path, kind, quality=86, optimize=True)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}", field="out") from error
