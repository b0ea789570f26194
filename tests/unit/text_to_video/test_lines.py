"""A voice made of an engine that says one line at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from shared.schemas.reels import VoiceId
from text_to_video.script.base import JOINT, Line, Script, tokens
from text_to_video.script.spoken import spoken_line
from text_to_video.speech.base import Letter, Said, Speech, VoiceFailed
from text_to_video.speech.espeak import EspeakVoice
from text_to_video.speech.lines import LineVoice, plain
from text_to_video.speech.spelling import spread

RATE = 16_000


@dataclass
class Beeper:
    """An engine that says a tone for every word: 0.2 s long, 0.1 s apart, after a silence. It may know when."""

    voice_id: ClassVar[VoiceId] = "openai"
    knows: bool = True
    levels: Sequence[float] = (0.5,)
    asked: list[str] = field(default_factory=list)

    def say(self, texts: Sequence[str], language: str) -> list[Said]:
        self.asked += texts
        return [self._said(text, self.levels[i % len(self.levels)]) for i, text in enumerate(texts)]

    def _said(self, text: str, level: float) -> Said:
        words = text.split(" ")
        tone = (level * np.sin(2 * np.pi * 300 * np.arange(round(0.2 * RATE)) / RATE)).astype(np.float32)
        pieces = [np.zeros(round(0.5 * RATE), np.float32)]
        for _ in words:
            pieces += [tone, np.zeros(round(0.1 * RATE), np.float32)]
        letters = [letter for i, word in enumerate(words) for letter in spread(word, 0.5 + 0.3 * i, 0.7 + 0.3 * i)]
        return Said(np.concatenate(pieces), RATE, letters if self.knows else None)


@dataclass
class Saying:
    """An engine that says what it is given."""

    voice_id: ClassVar[VoiceId] = "gemini"
    said: Said

    def say(self, texts: Sequence[str], language: str) -> list[Said]:
        return [self.said] * len(texts)


def script(*lines: str, language: str = "en") -> Script:
    return Script(tuple(Line("duty", line, line) for line in lines), language)


def noise(seconds: float, level: float = 0.3) -> NDArray[np.float32]:
    return np.random.default_rng(1).normal(0, level / 3, round(seconds * RATE)).clip(-1, 1).astype(np.float32)


def test_words_come_when_the_engine_says_they_do() -> None:
    speech = LineVoice(Beeper(), pause=0.3).speak(script("Rye bread", "Salt"))
    assert (speech.timing, speech.voice_id, speech.sample_rate) == ("vendor", "openai", RATE)
    assert [(word.text, word.line) for word in speech.words] == [("Rye", 0), ("bread", 0), ("Salt", 1)]
    rye, bread, salt = speech.words
    assert [bread.start - rye.start, bread.end - bread.start] == pytest.approx([0.3, 0.2], abs=0.02)
    assert salt.start - bread.end == pytest.approx(0.04 + 0.3, abs=0.03), "the silence around lines is the engine's no more"


def test_every_display_token_is_timed_where_the_words_are() -> None:
    line = spoken_line("pay", "It pays $95k – $120k, 24/7.")
    speech = LineVoice(Beeper(knows=False)).speak(Script((line,)))
    assert [word.text for word in speech.words] == tokens(line.display)
    assert all(before.end <= after.start for before, after in pairwise(speech.words))


def test_an_engine_without_times_is_aligned_where_espeak_knows_the_language() -> None:
    line = "You'll train two apprentices in lamination."
    other = EspeakVoice(variant="f4", rate=140).speak(script(line))
    speech = LineVoice(Saying(Said(other.samples, other.sample_rate))).speak(script(line))
    assert speech.timing == "aligned"
    shift = other.words[0].start - speech.words[0].start
    assert np.median([abs(a.start + shift - b.start) for a, b in zip(speech.words, other.words, strict=True)]) < 0.03


@pytest.mark.parametrize("language", ["he", "xx", "th"])
def test_elsewhere_words_share_the_time_and_it_is_said(language: str) -> None:
    speech = LineVoice(Beeper(knows=False)).speak(script("short considerably-longer", language=language))
    assert speech.timing == "proportional"
    short, longer = speech.words
    assert longer.end - longer.start > 2 * (short.end - short.start)


def test_the_worst_timing_is_told() -> None:
    class Forgetful(Beeper):
        def say(self, texts: Sequence[str], language: str) -> list[Said]:
            first, *rest = super().say(texts, language)
            return [first, *(Said(each.samples, each.sample_rate) for each in rest)]

    assert LineVoice(Forgetful()).speak(script("Rye bread", "Salt and flour")).timing == "aligned"


def test_letters_of_other_words_are_not_believed() -> None:
    letters = [Letter("z", 0.1 * i, 0.1 * i + 0.1) for i in range(9)]
    assert LineVoice(Saying(Said(noise(1.5), RATE, letters))).speak(script("Knead the dough")).timing == "aligned"


def test_a_line_is_said_once() -> None:
    engine = Beeper()
    voice = LineVoice(engine)
    first = voice.speak(script("Rye bread", "Salt"))
    again = voice.speak(script("Salt", "Rye bread", "Rye bread", "Flour"))
    assert engine.asked == ["Rye bread", "Salt", "Flour"]
    assert again.words[1].end - again.words[1].start == pytest.approx(first.words[0].end - first.words[0].start, abs=1e-6)


def test_lines_come_out_equally_loud() -> None:
    speech = LineVoice(Beeper(levels=(0.2, 0.35))).speak(script("one two three", "four five six"))
    levels = [loudest(speech, line) for line in (0, 1)]
    assert levels[0] == pytest.approx(levels[1], rel=0.05)
    assert np.abs(LineVoice(Beeper(levels=(1.0, 0.6))).speak(script("one two", "three")).samples).max() <= 1


def loudest(speech: Speech, line: int) -> float:
    words = [word for word in speech.words if word.line == line]
    return float(np.abs(speech.samples[round(words[0].start * RATE) : round(words[-1].end * RATE)]).max())


def test_a_line_without_words_is_shown_and_not_asked_for() -> None:
    engine = Beeper()
    speech = LineVoice(engine).speak(script("🍞 🥐", "Rye bread"))
    assert engine.asked == ["Rye bread"]
    assert [word.text for word in speech.words] == ["🍞", "🥐", "Rye", "bread"]
    with pytest.raises(VoiceFailed, match="no words"):
        LineVoice(engine).speak(script("🍞"))


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (Said(np.zeros(RATE, np.float32), RATE), "said nothing"),
        (Said(np.zeros(0, np.float32), RATE), "said nothing"),
        (Said(noise(40), RATE), "took 40.0 s"),
    ],
)
def test_an_engine_that_falls_silent_or_talks_on_has_failed(said: Said, complaint: str) -> None:
    with pytest.raises(VoiceFailed, match=complaint):
        LineVoice(Saying(said)).speak(script("You'll shape sourdough loaves, rolls and rye breads."))


def test_one_word_for_a_whole_sentence_is_no_reading_of_it() -> None:
    with pytest.raises(VoiceFailed, match=r"took 0\.3 s"):
        LineVoice(Saying(Said(noise(0.3), RATE))).speak(script("You'll shape sourdough loaves, rolls and rye breads, in a stone oven."))


@pytest.mark.parametrize(
    ("spoken", "said"),
    [
        ("Bread and butter.", "Bread and butter."),
        ("95\u00a0thousand\u00a0dollars a year", "95 thousand dollars a year"),
        (f"面包{JOINT} 很好。", "面包很好。"),
        ("<b>Bold</b> [laugh] {x}", "b Bold /b laugh x"),
        ("– …", ""),
        ("🍞", ""),
    ],
)
def test_what_an_engine_is_given(spoken: str, said: str) -> None:
    assert plain(Line("duty", spoken, spoken)) == said
