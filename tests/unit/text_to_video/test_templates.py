"""Every template, whatever the posting: registered, inside its bands, readable in every state."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from shared.schemas.reels import TEMPLATE_IDS, ReelBrief, TemplateId
from text_to_video.caption_art import fits, page_art
from text_to_video.colour import Rgb, contrast, luminance, rgb_from_yuv
from text_to_video.layout import CAPTIONS_END, CAPTIONS_TOP, HEADER_END, QUIET, RIGHT, TOP
from text_to_video.picture import FPS, FRAME, HEIGHT, U8, WIDTH, Box, Ink, Picture
from text_to_video.templates import TEMPLATES
from text_to_video.templates.base import Captions, Card, Scene, card_of, facts_line, initials

LEAST = 4.5
"""WCAG AA for text."""

each_template = pytest.mark.parametrize("template", TEMPLATE_IDS)

TITLES = st.one_of(
    st.text(max_size=120),
    st.text("ABCWMabcwmfgjpqyÅéß -/&()+#,.’", max_size=300),
    st.sampled_from(
        [
            "Donaudampfschifffahrtsgesellschaftskapitänsanwärter",
            "W" * 300,
            "🚀🚀🚀",
            "データエンジニア",
            "Senior 🔥 C++/C# Engineer — (m/w/d) – Remote, EMEA",
            "- - - -",
        ]
    ),
)
COMPANIES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["Oak & Ember", "X", "Å", "Ẫ Ự", "Ørsted–Møller-Nørgaard Holding International", "株式会社", "W" * 200]),
)
PLACES = st.lists(st.one_of(st.text(max_size=60), st.sampled_from(["Leeds, England, United Kingdom", "Remote", "San Juan"])), max_size=4)
CARDS = st.builds(Card, TITLES, COMPANIES, PLACES.map(tuple), st.one_of(st.none(), st.text(max_size=60)), st.integers(0, 359))


def card(hue: int = 265) -> Card:
    return Card("Senior backend engineer", "Northwind Energy", ("Berlin", "Leeds, England"), "€85–105k", hue)


def test_the_registry_holds_the_ids_that_are_data() -> None:
    assert tuple(TEMPLATES) == TEMPLATE_IDS


def covered(ink: Ink, least: int = 8) -> NDArray[np.bool_]:
    """Where on the frame an ink leaves a trace of at least `least` / 256."""
    frame = np.zeros((HEIGHT, WIDTH), bool)
    frame[ink.box.y : ink.box.bottom, ink.box.x : ink.box.right] = ink.keep[0] <= 256 - least
    return frame


def edges(ink: Ink) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what an ink draws; nowhere inside all bands for one that draws nothing."""
    mask = ink.keep[0] <= 248
    rows, columns = np.flatnonzero(mask.any(1)) + ink.box.y, np.flatnonzero(mask.any(0)) + ink.box.x
    if not rows.size:
        return 300, 300, 300, 300
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


@each_template
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=CARDS)
def test_no_text_leaves_its_band_or_touches_another(template: TemplateId, drawn: Card) -> None:
    scene = TEMPLATES[template](drawn)
    total = np.zeros((HEIGHT, WIDTH), np.int8)
    for ink in scene.texts:
        left, top, right, bottom = edges(ink)
        assert left >= 40
        assert right <= RIGHT + 2
        assert top >= TOP - 3
        assert bottom <= HEADER_END + 12
        total += covered(ink, least=128)
    assert total.max(initial=0) <= 1, "two texts overlap"


@each_template
def test_shapes_leave_the_quiet_bands_to_the_feed(template: TemplateId) -> None:
    for ink in TEMPLATES[template](card()).shapes:
        if ink.box.width > 100 and ink.box.height > 100:
            left, top, right, bottom = edges(ink)
            assert (left, top) >= (40, TOP - 3)
            assert right <= RIGHT + 2
            assert bottom <= CAPTIONS_TOP


WORDS = st.lists(st.one_of(st.text(min_size=1, max_size=14), st.text("mwjfgÅ-/", min_size=1, max_size=90)), min_size=1, max_size=12)


@each_template
@settings(max_examples=15, deadline=None)
@given(words=WORDS)
def test_captions_stay_in_their_band_with_every_word_marked(template: TemplateId, words: list[str]) -> None:
    style = TEMPLATES[template](card()).captions
    shown = words if fits(style)(words) else words[:1]
    art = page_art(style, shown)
    if art is None:
        assert not any(style.face.visible(word) for word in shown)
        return
    assert len(art.marks) == len(shown)
    for ink in (art.plain, *(ink for marks in art.marks for mark in marks for ink in mark.inks)):
        left, top, right, bottom = edges(ink)
        assert left >= 36
        assert right <= RIGHT + 2
        assert top == 300 or top >= CAPTIONS_TOP
        assert bottom <= CAPTIONS_END + 8 < QUIET


@each_template
def test_a_mark_covers_its_word_and_no_other(template: TemplateId) -> None:
    style = TEMPLATES[template](card()).captions
    words = ["You’ll", "steer", "fjord", "ferries,", "(quickly)", "by", "night."]
    art = page_art(style, words)
    assert art is not None
    letters = covered(art.plain, least=96)
    marked = [np.logical_or.reduce([covered(mark.inks[-1], least=96) for mark in marks]) for marks in art.marks]
    assert (np.logical_or.reduce(marked) == letters).all(), "a letter belongs to no word"
    assert sum(mask.astype(int) for mask in marked).max() == 1, "a letter belongs to two words"
    for mine, (mark,) in zip(marked, art.marks, strict=True):
        shape = covered(mark.inks[0])
        assert not (shape & letters & ~mine).any(), "the mark touches a neighbour"
        if style.mark != "underline":
            assert (mine & ~shape).sum() <= 0.02 * mine.sum(), "the word sticks out of its mark"


def pixels(picture: Picture, box: Box) -> U8:
    part = picture.view(box)
    return rgb_from_yuv(part.y, *(plane.repeat(2, 0).repeat(2, 1) for plane in part[1:]))


def least_contrast(colour: Rgb, ground: U8) -> float:
    """Of a colour against any of the pixels (n, 3)."""
    share = ground.reshape(-1, 3).astype(float) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    light, own = linear @ np.array([0.2126, 0.7152, 0.0722]), luminance(colour)
    return float(((np.maximum(light, own) + 0.05) / (np.minimum(light, own) + 0.05)).min())


def backgrounds(scene: Scene) -> Iterator[Picture]:
    """The background at moments all over its round."""
    background = scene.background
    for step in {background.step(frame) for frame in range(0, 50 * FPS, 7 * FPS)}:
        picture = background.still.copy()
        picture.view(background.box).put(background.at(step))
        yield picture


@each_template
@pytest.mark.parametrize("hue", range(0, 360, 40))
def test_text_reads_on_what_lies_under_it(template: TemplateId, hue: int) -> None:
    scene = TEMPLATES[template](card(hue))
    for picture in backgrounds(scene):
        for shape in scene.shapes:
            shape.over(picture)
        for ink in scene.texts:
            assert least_contrast(ink.colour, pixels(picture, ink.box)[ink.keep[0] < 128]) >= LEAST
        band = pixels(picture, _caption_box(scene.captions))
        assert least_contrast(scene.captions.ink, band) >= LEAST
        for colour in _mark_colours(scene.captions):
            assert least_contrast(colour, band) >= 3, "the mark itself must be seen: WCAG 1.4.11"
        if scene.captions.mark == "underline":
            assert least_contrast(scene.captions.marked, band) >= LEAST
        else:
            assert contrast(scene.captions.marked, scene.captions.mark_colour) >= LEAST


def _caption_box(style: Captions) -> Box:
    return Box.around(style.left - 12, CAPTIONS_TOP + 4, style.right + 12, CAPTIONS_END)


def _mark_colours(style: Captions) -> list[Rgb]:
    """The colours that set a mark off from the ground; of a marker pen, the stroke of ink under it."""
    return [style.ink if style.mark == "marker" else style.mark_colour]


@each_template
def test_the_background_moves_but_only_within_its_box(template: TemplateId) -> None:
    scene = TEMPLATES[template](card())
    steps = {scene.background.step(frame) for frame in range(20 * FPS)}
    assert len(steps) >= 10
    assert scene.background.box.meet(FRAME) == scene.background.box
    sizes = {plane.shape for step in sorted(steps)[:3] for plane in scene.background.at(step)[:1]}
    assert sizes == {(scene.background.box.height, scene.background.box.width)}


@pytest.mark.parametrize(
    ("company", "letters"),
    [
        ("Northwind Energy", "NE"),
        ("Bonbon House", "BH"),
        ("Alder & Finch LLP", "AF"),
        ("The Agency", "Ag"),
        ("9fin", "9f"),
        ("X", "X"),
        ("The", "Th"),
        ("🚀", ""),
    ],
)
def test_initials(company: str, letters: str) -> None:
    assert initials(company) == letters


def test_remote_joins_the_places_unless_one_says_so() -> None:
    brief = ReelBrief(title="Nurse", company="Care", description="", places=("Berlin",), remote=True)
    assert card_of(brief).places == ("Berlin", "Remote")
    assert card_of(brief.model_copy(update={"places": ("Remote, EU",)})).places == ("Remote, EU",)


def test_facts_get_shorter_before_they_are_cut() -> None:
    face = TEMPLATES["aurora"](card()).captions.face
    long = Card("Nurse", "Care", ("Leeds, England, United Kingdom",), "£30k", 0)
    assert facts_line(long, face, 2000) == "£30k · Leeds, England, United Kingdom"
    assert facts_line(long, face, face.width("£30k · Leeds") + 1) == "£30k · Leeds"
    assert facts_line(Card("Nurse", "Care", (), None, 0), face, 500) == ""
