"""Lines: nothing is wider than its line, nothing is lost before it must be, titles shrink before they are cut."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_to_video.layout import ELLIPSIS, Line, balanced, label_line, one_line, set_lines, shortened, title_lines

WIDTH, SPACE = 200.0, 5.0

WORDS = st.lists(st.text("abcdefghij-/éß", min_size=1, max_size=60), min_size=1, max_size=12)


def measure(text: str) -> float:
    return 10.0 * len(text)


def texts(lines: tuple[Line, ...]) -> list[str]:
    return [" ".join(piece.text for piece in line) for line in lines]


def letters(lines: tuple[Line, ...]) -> str:
    """Without hyphens, which a break may have put there."""
    return "".join(piece.text for line in lines for piece in line).replace("-", "")


@given(WORDS)
def test_no_line_is_too_wide_and_no_letter_is_lost(words: list[str]) -> None:
    lines = set_lines(words, WIDTH, measure, SPACE)
    assert all(line[-1].right <= WIDTH for line in lines)
    assert letters(lines) == "".join(words).replace("-", "")


@given(WORDS)
def test_pieces_of_a_line_stand_apart(words: list[str]) -> None:
    for line in set_lines(words, WIDTH, measure, SPACE):
        assert all(left.right + SPACE <= right.x + 1e-9 for left, right in pairwise(line))


@given(WORDS)
def test_balancing_keeps_the_letters_and_the_number_of_lines(words: list[str]) -> None:
    plain, even = set_lines(words, WIDTH, measure, SPACE), balanced(words, WIDTH, measure, SPACE)
    assert len(even) == len(plain)
    assert letters(even) == letters(plain)
    assert max(line[-1].right for line in even) <= WIDTH


def test_balancing_leaves_no_word_alone() -> None:
    words = "aaaa bbbb cccc dddd".split()  # three fit a line
    assert texts(set_lines(words, WIDTH, measure, SPACE)) == ["aaaa bbbb cccc dddd"]
    assert texts(set_lines(words, 150, measure, SPACE)) == ["aaaa bbbb cccc", "dddd"]
    assert texts(balanced(words, 150, measure, SPACE)) == ["aaaa bbbb", "cccc dddd"]


def test_a_long_word_breaks_at_its_own_joints_first() -> None:
    assert texts(set_lines(["Engineer/Coordinator"], 120, measure, SPACE)) == ["Engineer/", "Coordinator"]
    assert texts(set_lines(["Donaudampfschiff"], 120, measure, SPACE)) == ["Donaudampf-", "schiff"]


def test_a_long_word_breaks_between_syllables_with_a_hyphen() -> None:
    compound = "Rechtsschutzversicherungsgesellschaften"
    assert texts(set_lines([compound], 120, measure, SPACE)) == ["Rechts-", "schutzversi-", "cherungsge-", "sellschaften"]
    assert texts(set_lines([compound], 160, measure, SPACE)) == ["Rechtsschutzver-", "sicherungsge-", "sellschaften"]


def test_scripts_without_capitals_break_without_a_hyphen_and_never_before_a_mark() -> None:
    assert texts(set_lines(["データサイエンティスト"], 60, measure, SPACE)) == ["データサイ", "エンティスト"]
    for width in range(70, 150, 10):
        lines = set_lines(["क्षत्रियविश्वविद्यालयीन"], width, measure, SPACE)
        assert all(unicodedata.category(line[0].text[0]) == "Lo" for line in lines)
        assert not any(line[-1].text.endswith("\u094d") for line in lines)


def test_words_joined_without_a_space_stand_without_one() -> None:
    [line] = set_lines(["パン\u200b", "職人を\u200b", "募集", "中"], WIDTH, measure, SPACE)
    assert [(piece.text, piece.x) for piece in line] == [("パン", 0), ("職人を", 20), ("募集", 50), ("中", 70 + SPACE)]


def test_lines_from_right_to_left_begin_at_the_right_edge_with_foreign_words_in_their_own_order() -> None:
    lines = set_lines("אנחנו מחפשים אופה עבור Oak & Ember בעיר".split(), 290, measure, SPACE)
    assert texts(lines) == ["Oak & עבור אופה מחפשים אנחנו", "בעיר Ember"]
    assert [piece.word for piece in lines[0]] == [4, 5, 3, 2, 1, 0]
    assert all(line[-1].right == pytest.approx(290) for line in lines)


def test_a_word_of_two_directions_is_cut_where_they_meet() -> None:
    [line] = set_lines("שירותים ב-Java (Spring)".split(), WIDTH + 40, measure, SPACE, rtl=True)
    assert [(piece.text, piece.word, piece.rtl) for piece in line] == [
        ("Java", 1, False), ("(Spring)", 2, False), ("ב-", 1, True), ("שירותים", 0, True)
    ]  # fmt: skip
    assert line[2].x == line[1].right, "no space between what is written together"


def test_latin_words_on_a_page_of_another_direction_keep_their_order_at_the_right() -> None:
    [line] = set_lines("Oak & Ember.".split(), WIDTH, measure, SPACE, rtl=True)
    assert [piece.text for piece in line] == ["Oak", "&", "Ember."]
    assert line[-1].right == WIDTH


@given(st.lists(st.text("אבגדABC12(),-.", min_size=1, max_size=9), min_size=1, max_size=10))
def test_mixed_lines_lose_nothing_and_overlap_nowhere(words: list[str]) -> None:
    for setter in (set_lines, balanced):
        lines = setter(words, WIDTH, measure, SPACE)
        assert sorted("".join(piece.text for line in lines for piece in line)) == sorted("".join(words))
        for line in lines:
            assert line[0].x >= -1e-9
            assert line[-1].right <= WIDTH + 1e-9
            assert all(left.right <= right.x + 1e-9 for left, right in pairwise(line))


def test_a_label_stands_as_it_reads() -> None:
    assert [piece.text for piece in label_line("Oak & Ember", measure)] == ["Oak & Ember"]
    assert [piece.text for piece in label_line("₪30 · תל אביב", measure)] == [" · תל אביב", "₪30"]


def test_a_title_takes_the_first_setting_that_holds_it() -> None:
    settings = [(lambda text, size=size: size * len(text), size * 0.5) for size in (20.0, 15.0, 10.0)]
    assert title_lines("Sommelier", settings, WIDTH)[0] == 0
    assert title_lines("Immigration paralegal", settings, WIDTH)[0] == 1
    index, lines = title_lines("Principal electromechanical maintenance technician of the night shift", settings, WIDTH)
    assert index == 2
    assert len(lines) == 3
    assert texts(lines)[-1].endswith(ELLIPSIS)


def test_a_line_of_a_title_never_begins_with_a_dash() -> None:
    _, lines = title_lines("Registered nurse – paediatric ward", [(measure, SPACE)], 160)
    assert texts(lines) == ["Registered", "nurse\u00a0–", "paediatric ward"]


@given(WORDS, st.integers(2, 40))
def test_what_is_shortened_fits_and_says_so(words: list[str], room: int) -> None:
    kept = shortened(words, lambda some: len(" ".join(some)) <= room)
    assert len(" ".join(kept)) <= room
    assert kept == words or kept[-1].endswith(ELLIPSIS)


def test_one_line_prefers_the_fullest_that_fits() -> None:
    assert one_line(["Leeds, England, United Kingdom", "Leeds, England", "Leeds"], WIDTH, measure) == "Leeds, England"
    assert one_line(["one hundred thousand euros a year"], WIDTH, measure) == "one hundred…"
