"""Caption pages in scripts that run the other way, have no spaces, or stand tall: every word is marked where it stands."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from shared.schemas.reels import TEMPLATE_IDS, TemplateId
from text_to_video.caption_art import PageArt, page_art
from text_to_video.captions import Page
from text_to_video.layout import CAPTIONS_TOP, QUIET, RIGHT, TOP
from text_to_video.picture import FPS, HEIGHT, WIDTH, Ink, Picture
from text_to_video.render import EASE, Painter, timeline
from text_to_video.script.base import tokens
from text_to_video.script.segments import segmented
from text_to_video.speech.base import Word
from text_to_video.templates import TEMPLATES
from text_to_video.templates.base import Captions, Card

TEXTS = {
    "en": "You’ll steer fjord ferries, quickly, by night.",
    "ar": "ستطوّر خدمات Python (Django) وتدير أجهزة جميع المدن",
    "he": "תפתחו שירותים ב-Python (Django) עבור Oak & Ember",
    "fa": "می‌خواهید نرم‌افزار بسازید؟",
    "ja": segmented("WebサービスのAPIを設計・開発します。", "ja"),
    "zh": segmented("我们正在寻找一位工程师，负责使用Python开发平台。", "zh"),
    "ko": "풍력 발전 플랫폼의 백엔드 서비스를 설계합니다.",
    "th": segmented("พัฒนาระบบด้วย Python ผู้ที่มีปี่", "th"),
    "hi": "आप Python में बड़े सिस्टम बनाएँगे और कुर्सी ढूँढेंगे।",
    "ta": "நீங்கள் பெரிய அமைப்புகளை உருவாக்குவீர்கள்.",
    "de": "Rindfleischetikettierungsüberwachungsaufgabenübertragung",
}

each_template = pytest.mark.parametrize("template", TEMPLATE_IDS)
each_language = pytest.mark.parametrize("language", TEXTS)


def card(language: str) -> Card:
    return Card("Senior engineer", "Northwind", ("Berlin",), None, 200, language)


def drawn(template: TemplateId, language: str) -> tuple[Captions, list[str], PageArt]:
    style = TEMPLATES[template](card(language)).captions
    words = tokens(TEXTS[language])
    art = page_art(style, words)
    assert art is not None
    return style, words, art


def covered(ink: Ink, least: int = 96) -> NDArray[np.bool_]:
    frame = np.zeros((HEIGHT, WIDTH), bool)
    frame[ink.box.y : ink.box.bottom, ink.box.x : ink.box.right] = ink.keep[0] <= 256 - least
    return frame


@each_template
@each_language
def test_every_letter_belongs_to_one_word_and_no_mark_hides_another(template: TemplateId, language: str) -> None:
    style, words, art = drawn(template, language)
    letters = covered(art.plain)
    marked = [np.logical_or.reduce([covered(mark.inks[-1]) for mark in marks]) for marks in art.marks]
    assert len(marked) == len(words)
    assert all(mask.any() for mask in marked)
    assert (letters & ~np.logical_or.reduce(marked)).sum() <= 0.002 * letters.sum()
    assert (sum(mask.astype(int) for mask in marked) > 1).sum() <= 0.002 * letters.sum()
    for mine, marks in zip(marked, art.marks, strict=True):
        others = letters & ~mine
        lost = np.zeros_like(others)
        for mark in marks:
            box = mark.box
            lost[box.y : box.bottom, box.x : box.right] |= others[box.y : box.bottom, box.x : box.right]
        assert lost.sum() <= 0.01 * letters.sum(), "restoring the mark's box rubs out a neighbour"
        shape = np.logical_or.reduce([covered(mark.inks[0]) for mark in marks])
        if style.mark != "underline":
            assert (mine & ~shape).sum() <= 0.02 * mine.sum(), "the word sticks out of its mark"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "ستطوّر خدمات وتدير أجهزة"),
        ("he", "תפתחו שירותים גדולים עם צוות"),
        ("ja", segmented("毎朝パンを焼いて店へ届けます。", "ja")),
        ("en", "You’ll bake by night"),
    ],
)
def test_words_follow_one_another_from_the_side_on_which_the_script_begins(language: str, text: str) -> None:
    art = page_art(TEMPLATES["aurora"](card(language)).captions, tokens(text))
    assert art is not None
    places = [(marks[0].inks[-1].box.y, marks[0].inks[-1].box.x) for marks in art.marks]
    neighbours = [(one, other) for one, other in pairwise(places) if one[0] == other[0]]
    assert neighbours
    assert all((one[1] > other[1]) == (language in ("ar", "he")) for one, other in neighbours)


def test_a_foreign_phrase_keeps_its_own_order() -> None:
    style = TEMPLATES["aurora"](card("he")).captions
    art = page_art(style, ["עבור", "Oak", "&", "Elm", "בעיר"])
    assert art is not None
    first, oak, and_, elm, last = (marks[0].inks[-1].box for marks in art.marks)
    assert len({box.y for box in (first, oak, and_, elm, last)}) == 1
    assert last.x < oak.x < and_.x < elm.x < first.x


@each_template
@each_language
def test_on_rendered_frames_captions_keep_clear_of_what_a_feed_draws(template: TemplateId, language: str) -> None:
    """The right 15 %, the top 12 % and the bottom 30 % are the same pixels with and without captions, rising, settled and marked."""
    scene = TEMPLATES[template](card(language))
    words = tuple(Word(text, n / 5, n / 5 + 0.2, 0) for n, text in enumerate(tokens(TEXTS[language])))
    page = Page(words, 0.0, words[-1].end)
    moments = timeline([page], round(page.end * FPS))
    with_, without = (Picture.plain(scene.bar), Picture.plain(scene.bar))
    painter, plain = Painter(scene, [page], moments, with_), Painter(scene, [], [None] * len(moments), without)
    seen = 0
    for frame in range(len(moments)):
        painter.paint(frame)
        plain.paint(frame)
        if frame <= EASE or frame % 6 == 3:
            differs = np.abs(with_.y.astype(int) - without.y) > 2
            rows, columns = np.flatnonzero(differs.any(1)), np.flatnonzero(differs.any(0))
            assert rows[0] >= CAPTIONS_TOP > TOP
            assert rows[-1] < QUIET
            assert columns[0] >= 36
            assert columns[-1] < RIGHT + 2
            seen += 1
    assert seen > EASE


def test_a_word_longer_than_the_page_is_hyphenated_inside_it() -> None:
    _, words, art = drawn("poster", "de")
    assert len({mark.inks[-1].box.y for mark in art.marks[0]}) >= 2
    assert len(words) == 1
