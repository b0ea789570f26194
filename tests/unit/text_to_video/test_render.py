"""Frames: what is shown when, and that drawing only what changes gives the same picture as drawing everything."""

from itertools import pairwise

import numpy as np
import pytest

from shared.schemas.reels import TEMPLATE_IDS, TemplateId
from text_to_video.captions import Page
from text_to_video.colour import Rgb
from text_to_video.layout import STAGES, Stage
from text_to_video.picture import FPS, WIDTH, Picture
from text_to_video.render import BAR_HEIGHT, EASE, Moment, Painter, poster_frame, timeline
from text_to_video.speech.base import Word
from text_to_video.templates import TEMPLATES
from text_to_video.templates.base import Card

CARD = Card("Wind turbine technician", "Northwind Energy", ("Aarhus",), "€48–56k", 200)


def page(text: str, start: float, step: float = 0.3) -> Page:
    words = text.split()
    spoken = tuple(Word(word, start + i * step, start + (i + 0.8) * step, 0) for i, word in enumerate(words))
    return Page(spoken, start, start + len(words) * step)


PAGES = (page("You’ll climb, inspect", 0.2), page("and repair the 🚀 turbines that light up", 1.1), page("日本語", 3.2))


def test_the_timeline_follows_the_words() -> None:
    moments = timeline(PAGES[:2], 4 * FPS)
    assert moments[5] is None
    assert moments[6] == Moment(page=0, word=0, age=0)
    assert moments[6 + EASE] == Moment(page=0, word=0, age=EASE)
    assert [moment.word for moment in moments[6:33] if moment] == [0] * 9 + [1] * 9 + [2] * 8 + [None]
    assert moments[33] == Moment(page=1, word=0, age=0)
    assert moments[-1] == Moment(page=1, word=None, age=EASE)


def test_a_word_too_short_to_see_is_marked_long_enough() -> None:
    short = Page((Word("I", 0.0, 0.03, 0),), 0.0, 0.03)
    assert [moment.word for moment in timeline([short], 9) if moment] == [0] * 6 + [None] * 3


def test_the_poster_shows_the_first_page_settled() -> None:
    moment = timeline(PAGES, 4 * FPS)[poster_frame(timeline(PAGES, 4 * FPS))]
    assert moment is not None
    assert (moment.page, moment.age) == (0, EASE)


@pytest.mark.parametrize("template", TEMPLATE_IDS)
@pytest.mark.parametrize("stage", STAGES.values())
def test_drawing_what_changes_is_drawing_everything(template: TemplateId, stage: Stage) -> None:
    scene = TEMPLATES[template](CARD, stage)
    moments = timeline(PAGES, 4 * FPS)
    picture = Picture.plain(Rgb(0, 0, 0), stage.width, stage.height)
    painter = Painter(scene, PAGES, moments, picture)
    for frame in range(len(moments)):
        painter.paint(frame)
        if frame % 7 == 0:
            fresh = Picture.plain(Rgb(0, 0, 0), stage.width, stage.height)
            Painter(scene, PAGES, moments, fresh).paint(frame)
            for drawn, expected in zip(picture, fresh, strict=True):
                above_bar = np.s_[: len(drawn) * (stage.height - BAR_HEIGHT) // stage.height]
                assert (drawn[above_bar] == expected[above_bar]).all(), f"frame {frame}"


def test_the_bar_grows_a_little_every_frame_to_the_full_width() -> None:
    scene = TEMPLATES["poster"](CARD)
    picture = Picture.plain(Rgb(0, 0, 0))
    moments = timeline(PAGES, 40 * FPS)
    painter = Painter(scene, PAGES, moments, picture)
    rows = []
    for frame in range(len(moments)):
        painter.paint(frame)
        rows.append(picture.y[-1].copy())
    assert all((one != other).any() for one, other in pairwise(rows))
    assert len(set(rows[-1].tolist())) == 1
    assert rows[-1][WIDTH - 1] == rows[len(rows) // 2][0]
