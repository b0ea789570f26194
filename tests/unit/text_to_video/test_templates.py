"""Every template, whatever the posting: registered, inside its bands, readable in every state."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from shared.schemas.reels import CLIP_TEMPLATE_IDS, POSTING_TEMPLATE_IDS, TEMPLATE_IDS, ReelBrief, TemplateId
from text_to_video.brand import Brand
from text_to_video.caption_art import fits, page_art
from text_to_video.colour import Rgb, contrast, luminance, rgb_from_yuv
from text_to_video.fonts import Face
from text_to_video.layout import CAPTIONS_END, CAPTIONS_TOP, HEADER_END, LANDSCAPE, QUIET, RIGHT, SQUARE, STAGES, TOP, Stage
from text_to_video.picture import FPS, FRAME, HEIGHT, U8, WIDTH, Box, Ink, Picture
from text_to_video.templates import TEMPLATES
from text_to_video.templates.base import Captions, Card, Scene, card_of, facts_line, fit_title, initials
from text_to_video.templates.ticket import _facts, _fitted

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
LANGUAGES = st.sampled_from(["en", "de", "ar", "ja"])
CARDS = st.builds(Card, TITLES, COMPANIES, PLACES.map(tuple), st.one_of(st.none(), st.text(max_size=60)), st.integers(0, 359), LANGUAGES)

BRANDS = [
    ("#ffffff", None),
    ("#000000", "#ffffff"),
    ("#808080", None),
    ("#ffe600", "#1a1a1a"),
    ("#ff0000", "#00ff00"),
    ("#0000ff", "#000080"),
    ("#7fff00", None),
    ("#00246b", "#cadcfc"),
]
"""Colours no template would choose for itself."""


def card(hue: int = 265) -> Card:
    return Card("Senior backend engineer", "Northwind Energy", ("Berlin", "Leeds, England"), "€85–105k", hue)


def test_the_registry_holds_the_ids_that_are_data() -> None:
    assert tuple(TEMPLATES) == TEMPLATE_IDS == (*POSTING_TEMPLATE_IDS, *CLIP_TEMPLATE_IDS)


def test_a_posting_is_never_drawn_the_clips_template() -> None:
    assert "coach" in CLIP_TEMPLATE_IDS
    assert not set(POSTING_TEMPLATE_IDS) & set(CLIP_TEMPLATE_IDS)


def covered(ink: Ink, least: int = 8) -> NDArray[np.bool_]:
    """Where on the frame an ink leaves a trace of at least `least` / 256."""
    frame, ink = np.zeros((HEIGHT, WIDTH), bool), ink.within(FRAME)
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
    check_contrast(TEMPLATES[template](card(hue)))


@each_template
@pytest.mark.parametrize("stage", [SQUARE, LANDSCAPE])
def test_text_reads_in_every_format(template: TemplateId, stage: Stage) -> None:
    for hue in (20, 160, 280):
        check_contrast(TEMPLATES[template](card(hue), stage))


@each_template
@pytest.mark.parametrize(("main", "second"), BRANDS)
def test_text_reads_in_any_companys_own_colours(template: TemplateId, main: str, second: str | None) -> None:
    brand = Brand(main=Rgb.of(main), second=Rgb.of(second) if second else None)
    brief = ReelBrief(title="Senior backend engineer", company="Northwind", description="", places=("Berlin",), pay="€85–105k")
    check_contrast(TEMPLATES[template](card_of(brief, brand)))


def test_a_companys_own_colour_is_shown_as_it_is_where_it_reads() -> None:
    navy = Rgb.of("#00246b")
    brief = ReelBrief(title="Nurse", company="Care", description="", pay="£30k")
    assert navy in {shape.colour for shape in TEMPLATES["poster"](card_of(brief, Brand(main=navy))).shapes}
    assert TEMPLATES["ticket"](card_of(brief, Brand(main=navy, second=Rgb.of("#ffcc00")))).bar == Rgb.of("#ffcc00")


def test_a_brand_file_may_say_the_name_people_know() -> None:
    brief = ReelBrief(title="Nurse", company="acme-holdings-gmbh", description="")
    assert card_of(brief, Brand(company="Acme")).company == "Acme"
    assert card_of(brief, Brand(company="Acme")).hue == card_of(brief).hue


def check_contrast(scene: Scene) -> None:
    for picture in backgrounds(scene):
        for shape in (*scene.fixed, *scene.shapes):
            shape.within(scene.stage.frame).over(picture)
        for ink in (text.within(scene.stage.frame) for text in scene.texts):
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
    top = style.top - round(CAPTIONS_TOP) - 12
    return Box.around(style.left - 12, CAPTIONS_TOP + top + 4, style.right + 12, CAPTIONS_END + top)


def _mark_colours(style: Captions) -> list[Rgb]:
    """The colours that set a mark off from the ground; of a marker pen, the stroke of ink under it."""
    return [style.ink if style.mark == "marker" else style.mark_colour]


@each_template
@pytest.mark.parametrize("stage", STAGES.values())
def test_the_background_moves_but_only_within_its_box(template: TemplateId, stage: Stage) -> None:
    scene = TEMPLATES[template](card(), stage)
    steps = {scene.background.step(frame) for frame in range(20 * FPS)}
    assert len(steps) >= 10
    assert scene.background.still.y.shape == (stage.height, stage.width)
    assert scene.background.box.meet(stage.frame) == scene.background.box
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


@pytest.mark.parametrize(
    ("title", "lines", "sizes"),
    [
        ("Nurse", 1, range(100, 121)),
        ("Senior data engineer", 2, range(84, 101)),
        ("Senior nurse for the night shift", 3, range(52, 85)),
        ("Senior nurse for nights and weekends on the ward for premature children", 3, range(52, 53)),
    ],
)
def test_the_shorter_a_title_the_larger(title: str, lines: int, sizes: range) -> None:
    faces = Face("Inter", 84, 780, tracking=-0.035).down_to(52)
    face, shown = fit_title(Card(title, "Care", (), None, 0), faces, 556, grand=(120, 100))
    assert len(shown) == lines
    assert face.size in sizes


def test_a_ticket_never_cuts_an_amount() -> None:
    long = "£120,000–£145,000 a year"
    card_of_both = Card("Engineer", "Care", ("Newcastle upon Tyne, Tyne and Wear", "Leeds"), long, 0)
    _, fields = _fitted(_facts(card_of_both))
    assert fields[-1] == ("PAY", long)
    _, fields = _fitted(_facts(Card("Engineer", "Care", ("Leeds, England",), "£32k", 0)))
    assert fields == [("WHERE", "Leeds, England"), ("PAY", "£32k")]
