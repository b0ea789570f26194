"""Kokoro: its spelling, its speakers, and a tiny model fed as the real ones are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.tiny_voices import kokoro_voice, levels
from text_to_video.script.base import Script, tokens
from text_to_video.script.spoken import spoken_line
from text_to_video.speech.base import VoiceFailed
from text_to_video.speech.kokoro import SYMBOLS, KokoroEngine, spelled, symbol_ids
from text_to_video.speech.kokoro_voices import speaker_for
from text_to_video.speech.lines import LineVoice

LINE = "You'll train two apprentices."


def test_the_symbols_are_those_of_the_model() -> None:
    """A few from all over its config.json: 114 symbols, ids up to 177."""
    known = {";": 1, ".": 4, "—": 9, " ": 16, "ʣ": 18, "A": 24, "I": 25, "O": 31, "W": 39, "ᵊ": 42, "a": 43, "f": 48, "h": 50, "z": 68}
    known |= {"æ": 72, "ð": 81, "ʤ": 82, "ə": 83, "ɡ": 92, "ɪ": 102, "ŋ": 112, "θ": 119, "ɹ": 123, "ʃ": 131, "ʧ": 133, "ʊ": 135, "ʌ": 138}
    known |= {"ʒ": 147, "ˈ": 156, "ː": 158, "ʲ": 164, "↗": 172, "ᵻ": 177}
    assert {symbol: SYMBOLS[symbol] for symbol in known} == known
    assert (len(SYMBOLS), len(set(SYMBOLS.values())), max(SYMBOLS.values())) == (114, 114, 177)


@pytest.mark.parametrize(
    ("text", "voice", "spelling"),
    [
        ("Boy, why now?", "en-us", "bˈY, wˌI nˈW?"),
        ("No way.", "en-us", "nˈO wˈA."),
        ("Nurse", "en-us", "nˈɜɹs"),
        ("I know", "en-gb", "I nˈQ"),
        ("Judge the church", "en-us", "ʤˈʌʤ ðə ʧˈɜɹʧ"),
        ("Le chat", "fr-fr", "lə ʃˈa"),
        ("...", "en-us", ""),
    ],
)
def test_espeaks_phonemes_are_respelled(text: str, voice: str, spelling: str) -> None:
    assert spelled(text, voice) == spelling


@pytest.mark.parametrize(
    ("language", "wished", "speaker"),
    [
        ("en", "", ("af_heart", "en-us")),
        ("en-GB", "", ("bf_emma", "en-gb")),
        ("en", "am_michael", ("am_michael", "en-us")),
        ("en", "bm_george", ("bm_george", "en-gb")),
        ("fr-CA", "am_michael", ("ff_siwis", "fr-fr")),
        ("pt", "", ("pf_dora", "pt-br")),
        ("de", "", None),
        ("ja", "jf_alpha", None),
    ],
)
def test_who_speaks_a_language(language: str, wished: str, speaker: tuple[str, str] | None) -> None:
    assert speaker_for(language, wished) == speaker


@pytest.mark.parametrize("newer", [False, True])
def test_the_model_hears_the_symbols_between_two_pads(tmp_path: Path, *, newer: bool) -> None:
    [said] = KokoroEngine(kokoro_voice(tmp_path, newer=newer)).say([LINE], "en")
    assert said.sample_rate == 24_000
    assert levels(said.samples) == [0, *symbol_ids(spelled(LINE, "en-us")), 0]


def test_a_line_comes_out_with_its_words_aligned(tmp_path: Path) -> None:
    line = spoken_line("duty", LINE)
    speech = LineVoice(KokoroEngine(kokoro_voice(tmp_path))).speak(Script((line,)))
    assert [word.text for word in speech.words] == tokens(line.display)
    assert (speech.voice_id, speech.timing) == ("kokoro", "aligned")


def test_a_line_longer_than_the_model_takes_is_cut(tmp_path: Path) -> None:
    [said] = KokoroEngine(kokoro_voice(tmp_path)).say(["bread " * 200], "en")
    assert len(levels(said.samples)) == 512


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", None])
def test_a_broken_voice_is_named(tmp_path: Path, content: bytes | None) -> None:
    engine = KokoroEngine(kokoro_voice(tmp_path))
    file = tmp_path / "voices-v1.0.bin"
    if content is None:
        with file.open("wb") as out:
            np.save(out, np.zeros(3))
    else:
        file.write_bytes(content)
    with pytest.raises(VoiceFailed, match=r"voices-v1\.0\.bin has no voice af_heart"):
        engine.say([LINE], "en")


def test_a_voice_the_file_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(VoiceFailed, match="no voice am_nobody"):
        KokoroEngine(kokoro_voice(tmp_path), "am_nobody").say([LINE], "en")


def test_a_language_nobody_speaks_is_named(tmp_path: Path) -> None:
    with pytest.raises(VoiceFailed, match="no voice for de"):
        KokoroEngine(kokoro_voice(tmp_path)).say(["Brot"], "de")
