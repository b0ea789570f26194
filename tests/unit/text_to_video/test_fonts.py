"""Type: what cannot be drawn is dropped, widths agree with what is drawn, tracking, fallback and scripts work, broken fonts are named."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from shared.errors import PartAway
from text_to_video import font_files, glyphs
from text_to_video.font_files import FILES, Family
from text_to_video.fonts import Face
from text_to_video.glyphs import Raster

DESIGN: tuple[Family, ...] = ("Archivo", "Bricolage Grotesque", "Fraunces", "Inter", "JetBrains Mono", "Space Grotesk")
FACES = [Face(family, 54, 650) for family in DESIGN]
TRACKED = Face("Archivo", 94, 850, tracking=-0.03, axes=(("width", 112),))
INTER = Face("Inter", 54, 700)

each_face = pytest.mark.parametrize("face", FACES, ids=lambda face: face.family)


def drawn(face: Face, text: str, *, rtl: bool | None = None) -> NDArray[np.uint8]:
    raster = Raster(1600, 220)
    face.draw(raster, 100, 130, text, rtl=rtl)
    return np.asarray(raster.mask())


@each_face
def test_latin_and_money_are_in_every_font(face: Face) -> None:
    text = "Łódź – Ærøskøbing’s café, €95k & £1,200 “naïve” Çelik Ş ğ ñ ß · …"
    assert face.visible(text) == text


@each_face
def test_emoji_and_scripts_without_a_font_are_dropped_and_leave_no_gap(face: Face) -> None:
    assert face.visible("Chef 👩‍🍳🚀 de cuisine") == "Chef de cuisine"
    assert face.visible("ᚠᛖᛋ sales 🇫🇷 ᮘᮞ") == "sales"
    assert face.visible("👩🏽‍💻\u200d\ufe0f") == ""


SAMPLES = {
    "Arabic": "مهندس برمجيات أول، ١٢ مدينة؟",
    "Persian": "می‌خواهید نرم‌افزار بسازید",
    "Urdu": "ہم ایک انجینئر ڈھونڈ رہے ہیں",
    "Hebrew": "מהנדס/ת תוכנה בע״מ",
    "Japanese": "シニアエンジニア「募集中」、年収600万円〜。ﾊﾟﾝ",
    "Chinese": "高级工程师（上海）資深後端，月薪2万元",
    "Korean": "시니어 백엔드 엔지니어",
    "Thai": "วิศวกรซอฟต์แวร์ผู้เชี่ยวชาญ",
    "Hindi": "वरिष्ठ सॉफ़्टवेयर इंजीनियर। क्ष्म",
    "Tamil": "மூத்த மென்பொருள் பொறியாளர்",
    "Russian": "Старший инженер",
    "Greek": "Ψάχνουμε μηχανικό",
}


@each_face
@pytest.mark.parametrize("text", SAMPLES.values(), ids=SAMPLES)
def test_scripts_the_family_lacks_are_drawn_by_another_without_a_missing_glyph(face: Face, text: str) -> None:
    assert face.visible(text) == text
    shown, _ = face.glyphs(text)
    assert all(glyph.number for glyph in shown), "glyph 0 is the box for a missing character"


def test_a_script_the_family_lacks_is_as_wide_as_the_other_font_makes_it() -> None:
    assert Face("Archivo", 54, 700).width("Инженер") == pytest.approx(INTER.width("Инженер"))


def test_letters_join_as_their_script_wants() -> None:
    """An Arabic word is narrower than its letters apart, a Hindi cluster has fewer glyphs than characters, a Thai mark no width."""
    assert INTER.width("هندسة") < 0.85 * sum(INTER.width(letter) for letter in "هندسة")
    assert len(INTER.glyphs("क्षि")[0]) < len("क्षि")
    assert INTER.width("ที่") == INTER.width("ท")


def test_text_from_right_to_left_begins_at_the_right() -> None:
    alef_first = drawn(INTER, "אאל", rtl=True)
    lamed = drawn(INTER, "ל", rtl=True)
    height = np.flatnonzero(lamed.any(1))[0]
    tall = np.flatnonzero(alef_first[height : height + 4].any(0))
    assert tall.max() < 100 + INTER.width("אאל") / 2, "the last letter, the only tall one, stands at the left end"


def test_brackets_face_the_way_the_text_runs() -> None:
    assert (drawn(INTER, "(", rtl=True) == drawn(INTER, ")", rtl=False)).all()


def test_chinese_and_japanese_take_their_own_forms_of_a_character() -> None:
    forms = [drawn(Face("Inter", 90, 700, language=language), "直") for language in ("ja", "zh-Hans", "zh-Hant", "ko")]
    assert (forms[0] != forms[1]).any()
    assert (drawn(Face("Inter", 90, 700), "直") == forms[0]).all()


def test_apostrophes_are_set_as_type_and_quotes_left_alone() -> None:
    assert INTER.visible("You'll love 'it'") == "You’ll love 'it'"


def test_decomposed_letters_are_composed() -> None:
    assert INTER.visible("Cafe\u0301") == "Café"


def test_weight_and_width_axes_reach_the_glyphs() -> None:
    assert Face("Archivo", 54, 850).width("technician") > Face("Archivo", 54, 400).width("technician")
    wide = Face("Archivo", 54, 700, axes=(("width", 125),))
    assert wide.width("technician") > 1.15 * Face("Archivo", 54, 700).width("technician")


def test_tracking_adds_its_share_between_letters_only() -> None:
    plain, tight = Face("Inter", 100, 700), Face("Inter", 100, 700, tracking=-0.03)
    assert tight.width("aaaaa") == pytest.approx(plain.width("aaaaa") - 4 * 3, abs=0.1)
    assert tight.width("مدينة") == pytest.approx(plain.width("مدينة")), "tracking would part joined letters"


def test_letters_are_kerned() -> None:
    assert INTER.width("AV") < INTER.width("A") + INTER.width("V") - 1


@given(st.text("ABCXYZabcfgjpqy ÅÉñ.,’-", min_size=1, max_size=12))
def test_ink_is_where_it_is_said_to_be(text: str) -> None:
    for face in (TRACKED, Face("Fraunces", 54, 600)):
        mask = drawn(face, text) > 127
        left, top, right, bottom = face.ink(text)
        if not mask.any():
            continue
        columns, rows = np.flatnonzero(mask.any(0)), np.flatnonzero(mask.any(1))
        assert columns[0] == pytest.approx(100 + left, abs=2)
        assert columns[-1] + 1 == pytest.approx(100 + right, abs=2)
        assert rows[0] == pytest.approx(130 + top, abs=2)
        assert rows[-1] + 1 == pytest.approx(130 + bottom, abs=2)
        assert right <= face.width(text) + 0.2 * face.size


def test_smaller_faces_go_down_to_the_smallest() -> None:
    assert [face.size for face in Face("Inter", 60, 700).down_to(52)] == [60, 56, 52]


@pytest.mark.parametrize("kept", [None, 0, 300, 20_000])
def test_a_missing_or_broken_font_is_no_fault_of_the_posting_and_is_named(
    kept: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "Heebo.ttf"
    if kept is not None:
        broken.write_bytes(FILES["Heebo"].read_bytes()[:kept])
    monkeypatch.setitem(font_files.FILES, "Heebo", broken)
    glyphs.close_fonts()
    try:
        with pytest.raises(PartAway, match=r"Heebo\.ttf") as failed:
            Face("Inter", 31, 700).visible("אופה")
        assert failed.value.code == "font_unreadable"
        assert Face("Inter", 31, 700).visible("Baker") == "Baker"
    finally:
        monkeypatch.undo()
        glyphs.close_fonts()
