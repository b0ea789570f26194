"""Square and landscape: the header, the captions and what moves keep out of each other's way, inside the frame."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.schemas.clips import ARCHETYPES, Archetype, ClipBrief
from shared.schemas.reels import TEMPLATE_IDS, TemplateId
from text_to_video.caption_art import page_art
from text_to_video.layout import LANDSCAPE, SQUARE, VERTICAL, Stage
from text_to_video.picture import Box, Ink
from text_to_video.render import BAR_HEIGHT
from text_to_video.templates import TEMPLATES
from text_to_video.templates.base import Card, Scene
from text_to_video.templates.coach import clip_card

other_stages = pytest.mark.parametrize("stage", [SQUARE, LANDSCAPE])
MARGIN = 20
TITLES = st.sampled_from(
    ["Nurse", "Senior backend engineer", "Principal electromechanical maintenance technician of the night shift", "W" * 90]
)
WORDS = "everybody understands whatever Donaudampfschifffahrt means when a boat sails by".split()


def drawn(ink: Ink) -> Box:
    """The smallest even box of what an ink covers to an eighth at least."""
    mask = ink.keep[0] <= 224
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not rows.size:
        return Box(ink.box.x, ink.box.y, 0, 0)
    return Box.around(ink.box.x + columns[0], ink.box.y + rows[0], ink.box.x + columns[-1] + 1, ink.box.y + rows[-1] + 1)


def check(scene: Scene, stage: Stage) -> None:
    art = page_art(scene.captions, WORDS[:6])
    assert art is not None
    captions = drawn(art.plain)
    for marks in art.marks:
        for mark in marks:
            captions = captions.join(drawn(mark.inks[0]))
    assert captions.meet(stage.band) == captions
    assert captions.right <= stage.width - MARGIN
    assert captions.bottom <= stage.height - BAR_HEIGHT
    for ink in (*scene.shapes, *scene.texts, *(ink for chapter in scene.chapters for ink in chapter)):
        box = drawn(ink)
        assert box.meet(Box(MARGIN, MARGIN, stage.width - 2 * MARGIN, stage.height - 2 * MARGIN)) == box or not box.width
        assert not all(box.meet(captions)[2:]), "header and captions overlap"


@other_stages
@pytest.mark.parametrize("template", TEMPLATE_IDS)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(title=TITLES, company=st.sampled_from(["Northwind Energy", "Ørsted–Møller-Nørgaard Holding International"]))
def test_a_posting_fits(template: TemplateId, stage: Stage, title: str, company: str) -> None:
    check(TEMPLATES[template](Card(title, company, ("Berlin", "Leeds, England"), "€85–105k", 265), stage), stage)


@other_stages
@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_a_clip_fits(stage: Stage, archetype: Archetype) -> None:
    brief = ClipBrief(
        exercise="Goblet squat", kind="instruction", archetype=archetype, instructions=("Sit down.",), muscles=("quadriceps",)
    )
    check(TEMPLATES["coach"](clip_card(brief, 12), stage), stage)


@pytest.mark.parametrize("template", TEMPLATE_IDS)
def test_a_vertical_scene_is_what_it_is_without_a_stage(template: TemplateId) -> None:
    card = Card("Nurse", "Care", ("Leeds",), "£30k", 20)
    plain, staged = TEMPLATES[template](card), TEMPLATES[template](card, VERTICAL)
    assert [ink.box for ink in plain.texts] == [ink.box for ink in staged.texts]
    assert (plain.captions, plain.stage) == (staged.captions, VERTICAL)


@other_stages
def test_all_of_a_header_moves_by_the_same(stage: Stage) -> None:
    card = Card("Nurse", "Care", ("Leeds",), "£30k", 20)
    plain, staged = TEMPLATES["ticket"](card), TEMPLATES["ticket"](card, stage)
    for one, other in zip((*plain.shapes, *plain.texts), (*staged.shapes, *staged.texts), strict=True):
        assert (other.box.x - one.box.x, other.box.y - one.box.y) == stage.header
