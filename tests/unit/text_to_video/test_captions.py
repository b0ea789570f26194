"""Caption pages: complete, in order, within a line, broken where a reader would break; and as WebVTT."""

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from text_to_video.captions import Page, pages, webvtt
from text_to_video.speech.base import Speech, Word

RATE = 1000


def fits(words: Sequence[str]) -> bool:
    """Three lines of eighteen characters, broken greedily as the renderer does."""
    lines, used = 1, 0
    for word in words:
        used += len(word) + (used > 0)
        if used > 18:
            lines, used = lines + 1, len(word)
    return lines <= 3 and all(len(word) <= 18 for word in words)


def speech(*lines: str, pause_before: str = "") -> Speech:
    """A word takes 0.3 s; there is a pause of half a second between lines and before `pause_before`."""
    words: list[Word] = []
    now = 0.0
    for number, line in enumerate(lines):
        for text in line.split():
            now += 0.5 * (text == pause_before)
            words.append(Word(text, now, now + 0.3, number))
            now += 0.3
        now += 0.5
    return Speech(np.zeros(round((now + 0.1) * RATE), np.float32), RATE, tuple(words))


def shown(made: Sequence[Page]) -> list[str]:
    return [" ".join(word.text for word in page.words) for page in made]


words_of_a_line = st.lists(st.text("abcde.,", min_size=1, max_size=24), min_size=1, max_size=30).map(" ".join)


@given(st.lists(words_of_a_line, max_size=6))
def test_pages_hold_every_word_once_in_order_and_fit(lines: list[str]) -> None:
    said = speech(*lines)
    made = pages(said, fits)
    assert [word for page in made for word in page.words] == list(said.words)
    for page in made:
        assert len({word.line for word in page.words}) == 1
        assert len(page.words) == 1 or fits([word.text for word in page.words])
        assert page.start == page.words[0].start < page.words[-1].end <= page.end
    assert all(before.end == after.start for before, after in pairwise(made))
    assert not made or made[-1].end == said.duration


@given(words_of_a_line)
def test_there_are_hardly_more_pages_than_must_be(line: str) -> None:
    said = speech(line)
    left, fewest = [word.text for word in said.words], 0
    while left:
        most = max((n for n in range(1, len(left) + 1) if fits(left[:n])), default=1)
        left, fewest = left[most:], fewest + 1
    assert fewest <= len(pages(said, fits)) <= fewest + 1


def test_a_line_that_fits_is_one_page() -> None:
    assert shown(pages(speech("You'll bake bread for the whole town.", "Tap apply."), fits)) == [
        "You'll bake bread for the whole town.",
        "Tap apply.",
    ]


def test_breaks_at_punctuation() -> None:
    made = pages(speech("You'll weigh the flour and the salt, then shape two hundred loaves of rye."), fits)
    assert shown(made) == ["You'll weigh the flour and the salt,", "then shape two hundred loaves of rye."]


def test_breaks_at_a_pause() -> None:
    line = "bread butter salt water flour yeast seeds honey milk eggs"
    assert shown(pages(speech(line, pause_before="yeast"), fits))[0] == "bread butter salt water flour"


def test_no_word_is_left_alone_when_it_can_have_company() -> None:
    made = pages(speech("You'll shape sourdough loaves for restaurants across the neighbourhood tonight"), fits)
    assert len(made) == 2
    assert all(len(page.words) > 1 for page in made)


def test_a_word_wider_than_the_page_gets_its_own() -> None:
    made = pages(speech("Donaudampfschifffahrtsgesellschaft hires"), fits)
    assert shown(made) == ["Donaudampfschifffahrtsgesellschaft", "hires"]


def test_webvtt_of_a_page() -> None:
    page = Page((Word("R&D", 61.2, 61.5, 0), Word("<b>", 61.5, 61.9, 0), Word("-->", 61.9, 62.4, 0)), 61.2, 63.0)
    assert webvtt([page]) == ("WEBVTT\n\n00:01:01.200 --> 00:01:03.000\nR&amp;D <00:01:01.500>&lt;b&gt; <00:01:01.900>--&gt;\n")


def spoken(*texts: str) -> Page:
    return Page(tuple(Word(text, n / 2, n / 2 + 0.4, 0) for n, text in enumerate(texts)), 0.0, 3.0)


def test_webvtt_puts_no_space_where_a_script_has_none() -> None:
    assert webvtt([spoken("パン\u200b", "職人を\u200b", "募集。")]).split("\n")[3] == "パン<00:00:00.500>職人を<00:00:01.000>募集。"


def test_webvtt_marks_a_cue_that_reads_from_right_to_left_but_begins_with_a_latin_word() -> None:
    assert webvtt([spoken("Acme", "מחפשת", "אופה", "לעיר")]).split("\n")[3].startswith("\u200fAcme")
    assert webvtt([spoken("מחפשת", "Acme")]).split("\n")[3].startswith("מחפשת")
    assert webvtt([spoken("Petra", "Tours", "(البتراء)")]).split("\n")[3].startswith("Petra")


def test_breaks_at_the_punctuation_of_other_scripts() -> None:
    line = " ".join(
        f"{part}\u200b" for part in "毎朝三百個の パンを焼き上げ、 町中の三つの大きな お店へ車で届けて お客さまに 笑顔で 手渡すこと".split()
    )
    made = pages(speech(line), fits)
    assert made[0].words[-1].text == "パンを焼き上げ、\u200b"


def test_webvtt_of_nothing_is_still_a_file() -> None:
    assert webvtt([]) == "WEBVTT\n"


CUE = re.compile(r"(\d\d:\d\d:\d\d\.\d{3}) --> (\d\d:\d\d:\d\d\.\d{3})\n(.+)")


@given(st.lists(words_of_a_line, min_size=1, max_size=5), st.floats(0.0001, 500))
def test_webvtt_times_rise_within_every_cue(lines: list[str], scale: float) -> None:
    made = [
        Page(tuple(Word(w.text, w.start * scale, w.end * scale, w.line) for w in page.words), page.start * scale, page.end * scale)
        for page in pages(speech(*lines), fits)
    ]
    text = webvtt(made)
    header, *cues = text.split("\n\n")
    assert header == "WEBVTT"
    for cue in cues:
        match = CUE.fullmatch(cue.rstrip("\n"))
        assert match is not None, cue
        times = [match[1], *re.findall(r"<(\d\d:\d\d:\d\d\.\d{3})>", match[3]), match[2]]
        assert all(before < after for before, after in pairwise(times))
