"""Type: what cannot be drawn is dropped, widths agree with what is drawn, tracking and fallback work."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from text_to_video.fonts import FILES, FINE, Face, Family

FACES = [Face(family, 54, 650) for family in FILES]
TRACKED = Face("Archivo", 94, 850, tracking=-0.03, axes=(("width", 112),))


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.family)
def test_latin_and_money_are_in_every_font(face: Face) -> None:
    text = "Łódź – Ærøskøbing’s café, €95k & £1,200 “naïve” Çelik Ş ğ ñ ß · …"
    assert face.visible(text) == text


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.family)
def test_emoji_and_scripts_without_a_font_are_dropped_and_leave_no_gap(face: Face) -> None:
    assert face.visible("Chef 👩‍🍳🚀 de cuisine") == "Chef de cuisine"
    assert face.visible("日本語 sales 🇫🇷 ١٢") == "sales"
    assert face.visible("👩🏽‍💻\u200d\ufe0f") == ""


def test_a_script_the_family_lacks_comes_from_inter() -> None:
    face = Face("Archivo", 54, 700)
    assert face.visible("Инженер Δέλτα") == "Инженер Δέλτα"
    assert face.width("Инженер") == pytest.approx(Face("Inter", 54, 700).width("Инженер"))


def test_apostrophes_are_set_as_type_and_quotes_left_alone() -> None:
    assert Face("Inter", 54, 700).visible("You'll love 'it'") == "You’ll love 'it'"


def test_decomposed_letters_are_composed() -> None:
    assert Face("Inter", 54, 700).visible("Cafe\u0301") == "Café"


def test_weight_and_width_axes_reach_the_glyphs() -> None:
    assert Face("Archivo", 54, 850).width("technician") > Face("Archivo", 54, 400).width("technician")
    wide = Face("Archivo", 54, 700, axes=(("width", 125),))
    assert wide.width("technician") > 1.15 * Face("Archivo", 54, 700).width("technician")


def test_tracking_adds_its_share_between_letters_only() -> None:
    plain, tight = Face("Inter", 100, 700), Face("Inter", 100, 700, tracking=-0.03)
    assert tight.width("aaaaa") == pytest.approx(plain.width("aaaaa") - 4 * 3, abs=1)


@given(st.text("ABCXYZabcfgjpqy ÅÉñ.,’-", min_size=1, max_size=12))
def test_ink_stays_within_the_width(text: str) -> None:
    for face in (TRACKED, Face("Fraunces", 54, 600)):
        canvas = Image.new("L", (1600 * FINE, 220 * FINE))
        face.draw(ImageDraw.Draw(canvas), 100, 130, text)
        box = canvas.reduce(FINE).getbbox()
        if box:
            assert box[0] >= 100 - 0.2 * face.size
            assert box[2] <= 100 + face.width(text) + 0.2 * face.size


def test_smaller_faces_go_down_to_the_smallest() -> None:
    family: Family = "Inter"
    assert [face.size for face in Face(family, 60, 700).down_to(52)] == [60, 56, 52]
