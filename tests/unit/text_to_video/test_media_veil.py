"""The veil over footage: every word reads on anything, and where nothing is written the footage shows."""

import numpy as np
import pytest

from shared.schemas.clips import ARCHETYPES, Archetype, ClipBrief
from shared.schemas.reels import POSTING_TEMPLATE_IDS, TEMPLATE_IDS, TemplateId
from text_to_video.colour import Rgb, contrast, luminance, rgb_from_yuv, yuv_planes
from text_to_video.layout import CAPTIONS_END, CAPTIONS_TOP, QUIET, STAGES, VERTICAL, Stage
from text_to_video.media.veil import veiled
from text_to_video.picture import HEIGHT, U8, WIDTH, Box, Ink, Picture
from text_to_video.render import BAR_HEIGHT
from text_to_video.templates import TEMPLATES, coach
from text_to_video.templates.base import Card, Scene


class Shows:
    """Footage of one picture, or as much of it as a stage has room for."""

    at_once = 1

    def __init__(self, picture: Picture, stage: Stage = VERTICAL) -> None:
        wide = Picture(*(np.hstack([plane, plane]) for plane in picture))
        self.picture = wide.view(stage.frame)

    def step(self, frame: int) -> int:
        return frame

    def at(self, step: int) -> Picture:
        return self.picture


def noise() -> Picture:
    """Colours at random, as any other footage with its chroma halved."""
    y, u, v = yuv_planes(np.random.default_rng(5).integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.float32))
    halves = [plane.reshape(HEIGHT // 2, 2, WIDTH // 2, 2).mean((1, 3)) for plane in (u, v)]
    return Picture(*(np.rint(plane).astype(np.uint8) for plane in (y, *halves)))


PICTURES = {
    "black": Picture.plain(Rgb(0, 0, 0)),
    "white": Picture.plain(Rgb(255, 255, 255)),
    "yellow": Picture.plain(Rgb(255, 255, 0)),
    "blue": Picture.plain(Rgb(0, 0, 255)),
    "grey": Picture.plain(Rgb(128, 128, 128)),
    "noise": noise(),
}


def pixels(picture: Picture, box: Box) -> U8:
    part = picture.view(box)
    return rgb_from_yuv(part.y, *(plane.repeat(2, 0).repeat(2, 1) for plane in part[1:]))


def least(colour: Rgb, ground: U8) -> float:
    share = ground.reshape(-1, 3).astype(float) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    light, own = linear @ np.array([0.2126, 0.7152, 0.0722]), luminance(colour)
    return float(((np.maximum(light, own) + 0.05) / (np.minimum(light, own) + 0.05)).min())


def check(scene: Scene, name: str) -> None:
    background = veiled(scene, Shows(PICTURES[name], scene.stage)).background
    assert background.box == scene.stage.frame
    picture = background.at(0).copy()
    for shape in (*scene.fixed, *scene.shapes):
        shape.over(picture)
    texts: list[Ink] = [*scene.texts, *(ink for chapter in scene.chapters for ink in chapter)]
    for ink in (text.within(scene.stage.frame) for text in texts):
        under = pixels(picture, ink.box)[ink.keep[0] < 128]
        if under.size:
            assert least(ink.colour, under) >= 4.5
    style = scene.captions
    lines = Box.around(style.left - 12, style.top - 6, style.right + 12, style.top + 3 * style.pitch)
    band = pixels(picture, lines.meet(scene.stage.frame))
    assert least(style.ink, band) >= 4.5
    assert least(style.ink if style.mark == "marker" else style.mark_colour, band) >= 3
    if style.mark == "underline":
        assert least(style.marked, band) >= 4.5
    foot = Box(0, scene.stage.height - BAR_HEIGHT, scene.stage.width, BAR_HEIGHT)
    if least(scene.bar, pixels(scene.background.still, foot)) >= 3:
        assert least(scene.bar, pixels(picture, foot)) >= 3


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("hue", [10, 150, 265])
@pytest.mark.parametrize("template", POSTING_TEMPLATE_IDS)
def test_every_word_reads_whatever_the_footage_shows(template: TemplateId, hue: int, name: str) -> None:
    check(TEMPLATES[template](Card("Senior backend engineer", "Northwind Energy", ("Berlin",), "€85–105k", hue)), name)


@pytest.mark.parametrize("name", ["black", "white"])
@pytest.mark.parametrize("stage", [STAGES["square"], STAGES["landscape"]])
@pytest.mark.parametrize("template", TEMPLATE_IDS)
def test_every_word_reads_in_any_shape_of_frame(template: TemplateId, stage: Stage, name: str) -> None:
    check(TEMPLATES[template](Card("Senior backend engineer", "Northwind Energy", ("Berlin",), "€85–105k", 265), stage), name)


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_every_step_reads_whatever_the_footage_shows(archetype: Archetype, name: str) -> None:
    brief = ClipBrief(exercise="Push-up", kind="instruction", archetype=archetype, instructions=("Push.",), muscles=("chest",))
    check(TEMPLATES["coach"](coach.clip_card(brief, 3)), name)


@pytest.mark.parametrize("template", POSTING_TEMPLATE_IDS)
def test_the_footage_is_seen_and_most_of_all_below_the_words(template: TemplateId) -> None:
    scene = TEMPLATES[template](Card("Nurse", "Care", ("Leeds",), None, 200))
    black, white = (veiled(scene, Shows(PICTURES[name])).background.at(0).copy().y.astype(int) for name in ("black", "white"))
    difference = (white - black).mean(1)
    assert difference[round(CAPTIONS_TOP) : round(CAPTIONS_END)].mean() > 0.1 * 219
    assert difference[round(QUIET) + 120 : HEIGHT - 120].mean() > 0.8 * 219
    assert np.abs(np.diff(difference)).max() < 0.05 * 219, "no edge"


def test_a_templates_own_ground_gives_the_footage_its_tint() -> None:
    tints = []
    for hue in (30, 260):
        scene = TEMPLATES["letter"](Card("Nurse", "Care", (), None, hue))
        tints.append(pixels(veiled(scene, Shows(PICTURES["grey"])).background.at(0), Box(0, 640, WIDTH, 100)).reshape(-1, 3).mean(0))
    assert tints[0][0] > tints[0][2]
    assert tints[1][2] > tints[1][0]
    assert contrast(Rgb(*map(round, tints[0])), Rgb(255, 255, 255)) > 4.5
