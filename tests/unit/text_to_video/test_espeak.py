"""The offline voice: a time for every word, and nothing in a text that is not just text."""

import threading
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import RetryableJobError
from text_to_video.script.base import Line, Script, tokens
from text_to_video.script.segments import segmented
from text_to_video.script.spoken import spoken_line
from text_to_video.speech.base import Speech
from text_to_video.speech.espeak import EspeakVoice, speakable, word_spans

LINES = (
    "Could you bake for the best of the town?",
    "Korn & Kruste is hiring a Senior Baker.",
    "It pays $95k–$120k, 24/7 — or so they say.",
    "You'll bring C++ and node.js to the front-end of our Zürich café.",
)


def script(*lines: str, language: str = "en") -> Script:
    return Script(tuple(spoken_line("duty", line, language) for line in lines), language)


def speak(*lines: str, language: str = "en") -> Speech:
    return EspeakVoice().speak(script(*lines, language=language))


def assert_sound(speech: Speech, *lines: str) -> None:
    """Every token in its order and its line, each with a time of its own within the speech."""
    assert [word.text for word in speech.words] == [token for line in lines for token in tokens(line)]
    assert [word.line for word in speech.words] == [i for i, line in enumerate(lines) for _ in tokens(line)]
    ends = [0.0, *(word.end for word in speech.words)]
    assert all(before <= word.start < word.end for before, word in zip(ends, speech.words, strict=False))
    assert speech.words[-1].end <= speech.duration
    assert speech.samples.dtype == np.float32
    assert speech.samples.ndim == 1
    assert np.abs(speech.samples).max() <= 1


def test_every_word_has_its_time() -> None:
    assert_sound(speak(*LINES), *LINES)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("zh", "我们正在寻找一位面包师，负责每天烤制200个面包。"),
        ("zh-Hant", "我們正在尋找一位麵包師。"),
        ("ko", "저희는 서울에서 제빵사를 모집합니다."),
        ("hi", "आप Python में बड़े सिस्टम बनाएँगे।"),
        ("fa", "می‌خواهید نرم‌افزار بسازید؟"),
        ("ar", "هل تبحث عن وظيفة جديدة؟"),
        ("ru", "Мы печём хлеб для всего города."),
        ("ta", "நீங்கள் பெரிய அமைப்புகளை உருவாக்குவீர்கள்."),
    ],
)
def test_voices_of_other_scripts_time_their_words(language: str, line: str) -> None:
    display = segmented(line, language)
    speech = speak(display, language=language)
    assert_sound(speech, display)
    assert np.abs(speech.samples).max() > 0.1
    lasts = [word.end - word.start for word in speech.words]
    assert min(lasts) > 0.05
    assert max(lasts) < 2.5, "words that the voice does not name would share the time of others"


def test_japanese_is_spoken_as_it_is_read() -> None:
    display = segmented("私達は東京でパンを焼きます。", "ja")
    line = Line("duty", display, " ".join(["ワタシタチワ", "トウキョウデ", "パンオ", "ヤキマス。"]))
    assert len(tokens(display)) == 4
    speech = EspeakVoice().speak(Script((line,), "ja"))
    assert_sound(speech, display)
    assert np.abs(speech.samples).max() > 0.1
    assert 1.5 < speech.duration < 5


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("he", "אנחנו מחפשים אופה, עכשיו."),
        ("th", "เรา\u200bกำลัง\u200bมองหา คนทำ\u200bขนมปัง"),
        ("ja", "私達は\u200b東京で\u200bパンを\u200b焼きます。"),
    ],
)
def test_where_no_voice_can_be_understood_captions_run_in_silence(language: str, line: str) -> None:
    said = Line("duty", line, line.replace("\u200b", " "))
    speech = EspeakVoice().speak(Script((said, said), language))
    assert_sound(speech, line, line)
    assert not speech.samples.any()
    assert (speech.timing, len(speech.degraded)) == ("proportional", 1)
    assert f"no voice speaks {language}" in speech.degraded[0]
    assert 60 <= len(speech.words) / speech.duration * 60 <= 180, "at the pace of reading"


def test_words_are_where_the_sound_is() -> None:
    """A word between two pauses lies on sound, and the pauses hold none."""
    speech = speak("Bread.", "Butter.", "Salt.")
    for word in speech.words:
        inside = speech.samples[round(word.start * speech.sample_rate) : round(word.end * speech.sample_rate)]
        assert np.abs(inside).max() > 0.05
    for before, after in pairwise(speech.words):
        gap = speech.samples[round(before.end * speech.sample_rate) : round(after.start * speech.sample_rate)]
        assert len(gap) / speech.sample_rate >= EspeakVoice().pause
        assert np.abs(gap).max() < 0.01


def test_speaks_at_a_pace_one_can_follow() -> None:
    speech = speak(
        "Korn & Kruste is hiring a Senior Baker in Berlin.",
        "You'll shape sourdough loaves, rolls and rye breads in a stone oven.",
        "You'll train two apprentices in lamination.",
    )
    assert 130 <= len(speech.words) / speech.duration * 60 <= 180


def test_a_faster_rate_is_faster() -> None:
    assert EspeakVoice(rate=240).speak(script(*LINES)).duration < 0.85 * speak(*LINES).duration


def assert_alike(one: Speech, other: Speech) -> None:
    """Said in the same voice: the engine's flutter moves a word by some 10 ms at most."""
    assert [word.start for word in one.words] == pytest.approx([word.start for word in other.words], abs=0.05)
    assert one.duration == pytest.approx(other.duration, abs=0.05)


def test_same_text_same_speech() -> None:
    assert_alike(speak(*LINES), speak(*LINES))


@pytest.mark.parametrize(
    "line",
    [
        "hello \x01+90S world",  # espeak's own commands begin with control-A
        'say <break time="9s"/> <prosody rate="x-slow">slowly</prosody>',
        "[[h@l'oU]] there",
        "nul\x00byte and \ud800 surrogate",
        "🍞 🥐 🧈",
        "!!! ??? ***",
        "— – …",
        "日本語 ไทย עברית العربية",
        "a" * 300,
    ],
)
def test_text_is_only_ever_text(line: str) -> None:
    speech = speak(line, "The end.")
    assert_sound(speech, line, "The end.")
    assert speech.duration < 60


def test_marked_up_text_says_no_more_than_its_words() -> None:
    assert speak('<break time="9s"/> <speak> Bread').duration < 6


@pytest.mark.parametrize(
    ("token", "heard"),
    [
        ("bread,", "bread,"),
        ("<b>", "b"),
        ("\x01+50S", "+50S"),
        ("🍞", ""),
        ("***", ""),
        ("—", "–"),
        ("5+", "5+"),
        ("€5", "€5"),
        ("don’t", "don’t"),
    ],
)
def test_speakable(token: str, heard: str) -> None:
    assert speakable(token) == heard


def test_languages_sound_different_and_unknown_ones_are_english() -> None:
    line = "Die Backstube liegt mitten in Berlin"
    english, german = speak(line), speak(line, language="de-AT")
    assert abs(german.duration - english.duration) > 0.05
    for unknown in ("xx", "", "tlh-Latn"):
        assert_alike(speak(line, language=unknown), english)


def test_an_empty_script_is_an_error_one_may_retry() -> None:
    with pytest.raises(RetryableJobError) as caught:
        speak()
    assert caught.value.code == "speech_failed"


def test_no_voice_at_all_is_an_error_one_may_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("text_to_video.speech.espeak.FALLBACK_VOICE", "no-such-voice")
    with pytest.raises(RetryableJobError) as caught:
        speak("Bread", language="xx")
    assert caught.value.code == "speech_failed"


def test_threads_take_turns() -> None:
    alone = [speak(line) for line in LINES]
    together: dict[int, Speech] = {}

    def work(n: int) -> None:
        together[n] = speak(LINES[n % len(LINES)])

    threads = [threading.Thread(target=work, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for n in range(12):
        assert_alike(together[n], alone[n % len(LINES)])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=60).filter(lambda text: bool(tokens(text))), min_size=1, max_size=3))
def test_any_text_gets_a_time_for_every_word(lines: list[str]) -> None:
    assert_sound(speak(*lines), *lines)


@given(
    length=st.integers(40, 400),
    starts=st.lists(st.none() | st.integers(-5, 500), min_size=1, max_size=20),
)
def test_spans_hold_whatever_the_library_reports(length: int, starts: list[int | None]) -> None:
    spans = word_spans(np.full(length, 9000, np.int16), starts, [3] * len(starts))
    assert len(spans) == len(starts)
    assert spans[0][0] == 0
    assert spans[-1][1] <= length
    assert all(first < last for first, last in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
