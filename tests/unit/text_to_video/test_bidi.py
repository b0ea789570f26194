"""The order of mixed text on a line, against cases readers know and against another implementation of the algorithm."""

import pytest
from bidi import get_display
from hypothesis import given
from hypothesis import strategies as st

from text_to_video.bidi import has_rtl, leans_rtl, levels, visual_runs


def shown(text: str, *, rtl: bool) -> str:
    """Characters from left to right, brackets not yet mirrored."""
    return "".join(text[run.start : run.end][:: -1 if run.rtl else 1] for run in visual_runs(levels(text, rtl=rtl)))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("אבג דהו", "והד גבא"),
        ("ב-Java (Spring) או", "וא Java (Spring)-ב"),
        ("12 עד 15", "15 דע 12"),
        ("₪30,000–35,000 לחודש", "שדוחל 35,000–₪30,000"),
        ("(Oak & Ember)", ")Oak & Ember("),
        ("عام ٢٠٢٤ في", "يف ٢٠٢٤ ماع"),
    ],
)
def test_lines_readers_know(text: str, line: str) -> None:
    assert shown(text, rtl=True) == line


def test_plain_text_is_one_run() -> None:
    assert shown("Senior baker", rtl=False) == "Senior baker"
    assert len(visual_runs(levels("Senior baker", rtl=False))) == 1
    assert visual_runs([]) == []


@given(st.text('אבגדعربabXY 019٣٤()[]{}.,:;-+/%$€#&!?"«»\u0301\u064b', min_size=1, max_size=24), st.booleans())
def test_the_order_is_that_of_another_implementation(text: str, rtl: bool) -> None:
    assert shown(text, rtl=rtl) == get_display(text, base_dir="R" if rtl else "L")


@given(st.text(max_size=30), st.booleans())
def test_any_text_keeps_all_its_characters(text: str, rtl: bool) -> None:
    assert sorted(shown(text, rtl=rtl)) == sorted(text)


def test_direction_is_that_of_most_letters() -> None:
    assert leans_rtl("Oak & Ember מחפשת אופה לתל אביב")
    assert not leans_rtl("Guide in Petra (البتراء)")
    assert has_rtl("Petra (البتراء)")
    assert has_rtl("٢٠٢٤")
    assert not has_rtl("Łódź 日本語")
