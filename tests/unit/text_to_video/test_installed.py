"""Local voices in a folder: found, ranked, and told what they are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from shared.schemas.reels import VOICE_IDS
from tests.tiny_voices import kokoro_voice, piper_voice
from text_to_video.speech.catalogue import CATALOGUE
from text_to_video.speech.installed import kokoro_in, piper_for, pipers_in


def put(folder: Path, *names: str) -> Path:
    for name in names:
        piper_voice(folder / "piper", name)
    return folder


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    assert (pipers_in(tmp_path / "nowhere"), kokoro_in(tmp_path), piper_for("en", tmp_path)) == ([], None, None)


def test_a_voice_needs_all_its_files(tmp_path: Path) -> None:
    piper_voice(tmp_path / "piper", "en_US-joe-medium").with_name("en_US-joe-medium.onnx.json").unlink()
    (kokoro_voice(tmp_path / "kokoro").parent / "voices-v1.0.bin").unlink()
    assert (pipers_in(tmp_path), kokoro_in(tmp_path)) == ([], None)


def test_kokoro_is_told_with_its_languages_and_size(tmp_path: Path) -> None:
    model = kokoro_voice(tmp_path / "kokoro")
    found = kokoro_in(tmp_path)
    assert found
    assert (found.model, found.engine, "fr" in found.languages) == (model, "kokoro", True)
    assert found.size == sum(path.stat().st_size for path in model.parent.iterdir())


@pytest.mark.parametrize(
    ("language", "wished", "speaks"),
    [
        ("en", "", "en_US-ljspeech-high"),
        ("en-GB", "", "en_GB-alba-medium"),
        ("en-AU", "", "en_US-ljspeech-high"),
        ("en", "en_US-zoe-low", "en_US-zoe-low"),
        ("de-AT", "en_US-zoe-low", "de_DE-thorsten-medium"),
        ("nl", "", None),
    ],
)
def test_the_best_voice_of_a_language_speaks_it(tmp_path: Path, language: str, wished: str, speaks: str | None) -> None:
    put(tmp_path, "en_US-zoe-low", "en_GB-alba-medium", "en_US-ljspeech-high", "de_DE-thorsten-medium")
    found = piper_for(language, tmp_path, wished)
    assert (found.name if found else None) == speaks


def test_a_voice_of_ones_own_says_its_language_in_its_configuration(tmp_path: Path) -> None:
    own = piper_voice(tmp_path / "piper", "grandpa", espeak="nl")
    file = own.with_name("grandpa.onnx.json")
    told = json.loads(file.read_text())
    for change, language in (({"language": {"code": "nl_BE"}}, "nl-BE"), ({"language": {}}, "nl")):
        file.write_text(json.dumps(told | change))
        assert pipers_in(tmp_path)[0].languages == (language,)
    for broken in ("", "[]", "{}"):
        file.write_text(broken)
        assert pipers_in(tmp_path)[0].languages == ("und",)


def test_the_catalogue_is_whole() -> None:
    assert len({voice.name for voice in CATALOGUE}) == len(CATALOGUE)
    assert {"piper", "kokoro"} == {voice.engine for voice in CATALOGUE} <= set(VOICE_IDS)
    for voice in CATALOGUE:
        assert voice.licence
        assert voice.languages
        for file in voice.files:
            assert re.fullmatch(r"https://(huggingface\.co|github\.com)/\S+", file.url)
            assert file.url.endswith(f"/{file.name}")
            assert re.fullmatch("[0-9a-f]{64}", file.sha256)
            assert file.size > 1000
    assert len({file.sha256 for voice in CATALOGUE for file in voice.files}) == sum(len(voice.files) for voice in CATALOGUE)
