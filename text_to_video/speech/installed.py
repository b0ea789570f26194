"""Local voices on this machine: models in a folder, which may be the operator's own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from text_to_video.speech.catalogue import CATALOGUE, Downloadable, LocalEngine

_RANK = {voice.name: rank for rank, voice in enumerate(CATALOGUE)}
_KOKORO = next(voice for voice in CATALOGUE if voice.engine == "kokoro")


@dataclass(frozen=True)
class Installed:
    """`model` is the ONNX file, `languages` BCP 47 tags, `size` in bytes."""

    name: str
    engine: LocalEngine
    languages: tuple[str, ...]
    model: Path
    size: int


def folder_of(voice: Downloadable, voices: Path) -> Path:
    """Where its files lie in the folder of all voices."""
    return voices / voice.engine


def kokoro_in(voices: Path) -> Installed | None:
    paths = [folder_of(_KOKORO, voices) / file.name for file in _KOKORO.files]
    if not all(path.is_file() for path in paths):
        return None
    return Installed(_KOKORO.name, "kokoro", _KOKORO.languages, paths[-1], sum(path.stat().st_size for path in paths))


def pipers_in(voices: Path) -> list[Installed]:
    """Every NAME.onnx with its NAME.onnx.json, the best first: in the order of the catalogue, then by name."""
    found = [_piper(model) for model in (voices / "piper").glob("*.onnx") if _config(model).is_file()]
    return sorted(found, key=lambda each: (_RANK.get(each.name, len(_RANK)), each.name))


def piper_for(language: str, voices: Path, wished: str = "") -> Installed | None:
    """Who speaks `language`: `wished` by name if that is its language, else the best of the same region, else the best of any."""
    tag = language.lower()
    fit = [each for each in pipers_in(voices) if _primary(each.languages[0]) == _primary(tag)]
    named = next((each for each in fit if each.name == wished), None)
    near = next((each for each in fit if each.languages[0].lower() == tag), None)
    return named or near or next(iter(fit), None)


def _piper(model: Path) -> Installed:
    return Installed(model.stem, "piper", (_language(model),), model, model.stat().st_size + _config(model).stat().st_size)


def _language(model: Path) -> str:
    """From its name, "de_DE-thorsten-high"; of a model named otherwise, from its configuration; "und" where neither says."""
    locale = model.stem.partition("-")[0]
    if len(locale) == 5 and locale[2] == "_":
        return locale.replace("_", "-")
    try:
        config = json.loads(_config(model).read_bytes())
        return str(config.get("language", {}).get("code") or config["espeak"]["voice"]).replace("_", "-")
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return "und"


def _config(model: Path) -> Path:
    return model.with_name(f"{model.name}.json")


def _primary(tag: str) -> str:
    return tag.lower().partition("-")[0]
