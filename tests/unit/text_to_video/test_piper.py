"""Piper's models: fed as they were trained, on a tiny one made here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.tiny_voices import HOP, SYMBOLS, levels, piper_voice
from text_to_video.script.base import Script, tokens
from text_to_video.script.spoken import spoken_line
from text_to_video.speech.base import VoiceFailed
from text_to_video.speech.lines import LineVoice
from text_to_video.speech.piper import PiperConfig, PiperEngine, phoneme_ids

LINE = "You'll shape sourdough loaves, rolls and rye breads."


def config(**changed: Any) -> PiperConfig:
    told: dict[str, Any] = {
        "audio": {"sample_rate": 22_050},
        "espeak": {"voice": "en-us"},
        "phoneme_id_map": {symbol: [number] for number, symbol in enumerate(SYMBOLS)},
    }
    return PiperConfig.model_validate(told | changed)


def spelled(ids: list[int]) -> str:
    return "".join(SYMBOLS[each] for each in ids)


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("Hi, you.", "^_h_ˈ_a_ɪ_,_ _j_u_ː_._$"),
        ("Hi", "^_h_ˈ_a_ɪ_$"),
        ("Hi?!", "^_h_ˈ_a_ɪ_?_$"),
        ("", "^_$"),
    ],
)
def test_symbols_are_padded_between_a_begin_and_an_end(text: str, spelling: str) -> None:
    assert spelled(phoneme_ids(text, config())) == spelling


def test_symbols_the_voice_was_not_taught_are_left_out() -> None:
    taught = {symbol: [number] for number, symbol in enumerate("_^$hˈaɪ")}
    assert "".join("_^$hˈaɪ"[each] for each in phoneme_ids("Hi, you.", config(phoneme_id_map=taught))) == "^_h_ˈ_a_ɪ_$"


def test_accents_are_symbols_of_their_own() -> None:
    """Piper's voices know "ɑ̃" as two."""
    assert "ɑ_\u0303" in spelled(phoneme_ids("Le chat mange", config(espeak={"voice": "fr"})))


def test_the_model_hears_the_symbols_and_tells_its_rate(tmp_path: Path) -> None:
    engine = PiperEngine(piper_voice(tmp_path))
    [said] = engine.say([LINE], "en")
    assert said.sample_rate == 22_050
    assert levels(said.samples) == phoneme_ids(LINE, config())


def test_a_model_of_many_speakers_is_given_one(tmp_path: Path) -> None:
    [said] = PiperEngine(piper_voice(tmp_path, speakers=3)).say(["Hi"], "en")
    assert len(said.samples) == HOP * len(phoneme_ids("Hi", config()))


def test_a_line_comes_out_with_its_words_aligned(tmp_path: Path) -> None:
    line = spoken_line("duty", "You'll train two apprentices.")
    speech = LineVoice(PiperEngine(piper_voice(tmp_path))).speak(Script((line,)))
    assert [word.text for word in speech.words] == tokens(line.display)
    assert (speech.voice_id, speech.timing) == ("piper", "aligned")


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("en_US-tiny-low.onnx", b"not a model", "piper: en_US-tiny-low.onnx cannot be loaded"),
        ("en_US-tiny-low.onnx.json", b"{}", "piper: en_US-tiny-low.onnx.json cannot be used"),
        ("en_US-tiny-low.onnx.json", b"\xff", "piper: en_US-tiny-low.onnx.json cannot be used"),
    ],
)
def test_a_broken_voice_is_named(tmp_path: Path, name: str, content: bytes, complaint: str) -> None:
    engine = PiperEngine(piper_voice(tmp_path))
    (tmp_path / name).write_bytes(content)
    with pytest.raises(VoiceFailed, match=complaint):
        engine.say(["Hi"], "en")


def test_voices_that_want_other_than_espeaks_phonemes_are_refused(tmp_path: Path) -> None:
    model = piper_voice(tmp_path)
    file = model.with_name(f"{model.name}.json")
    file.write_text(json.dumps(json.loads(file.read_text()) | {"phoneme_type": "pinyin"}))
    with pytest.raises(VoiceFailed, match="cannot be used"):
        PiperEngine(model).say(["Hi"], "en")
