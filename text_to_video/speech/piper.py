"""Piper: a VITS model for each voice, fed with espeak-ng's phonemes.

https://github.com/OHF-Voice/piper1-gpl, voices at https://huggingface.co/rhasspy/piper-voices. The code here is our own.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ValidationError

from shared.schemas.reels import VoiceId
from text_to_video.speech.base import Said, VoiceFailed
from text_to_video.speech.espeak import phonemes
from text_to_video.speech.neural import Model, clauses

_BEGIN, _END, _PAD = "^", "$", "_"
_GOES_ON = frozenset(",;:—")


class _Audio(BaseModel):
    sample_rate: int


class _Espeak(BaseModel):
    voice: str


class _Inference(BaseModel):
    noise_scale: float = 0.667
    length_scale: float = 1.0
    noise_w: float = 0.8


class PiperConfig(BaseModel):
    """What we need of the JSON file beside a model."""

    audio: _Audio
    espeak: _Espeak
    inference: _Inference = _Inference()
    phoneme_type: Literal["espeak"] = "espeak"
    phoneme_id_map: Mapping[str, Sequence[int]]


class PiperEngine:
    """`model`: NAME.onnx, with NAME.onnx.json beside it. Of a model of several speakers the first speaks."""

    voice_id: ClassVar[VoiceId] = "piper"

    def __init__(self, model: Path) -> None:
        self._path = model

    def say(self, texts: Sequence[str], language: str) -> list[Said]:
        return [self._say(text) for text in texts]

    def _say(self, text: str) -> Said:
        config, ids = self._config, phoneme_ids(text, self._config)
        scales = config.inference
        samples = self._model.run(
            input=np.array([ids], np.int64),
            input_lengths=np.array([len(ids)], np.int64),
            scales=np.array([scales.noise_scale, scales.length_scale, scales.noise_w], np.float32),
            sid=np.zeros(1, np.int64),
        )
        return Said(samples, config.audio.sample_rate)

    @functools.cached_property
    def _config(self) -> PiperConfig:
        path = self._path.with_name(f"{self._path.name}.json")
        try:
            return PiperConfig.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise VoiceFailed(f"piper: {path.name} cannot be used ({type(error).__name__})") from None

    @functools.cached_property
    def _model(self) -> Model:
        return Model(self.voice_id, self._path)


def phoneme_ids(text: str, config: PiperConfig) -> list[int]:
    """Ids as the models are trained on them: begin, every letter of the phonemes and every mark with padding behind it, end."""
    spoken = ""
    for words, mark in clauses(text):
        heard = phonemes(words, config.espeak.voice).replace("^", "")
        spoken += unicodedata.normalize("NFD", heard) + mark + (" " if mark in _GOES_ON else "")
    ids, known = [], config.phoneme_id_map
    for symbol in (_BEGIN, *spoken.strip()):
        if symbol in known:  # a symbol the voice was never taught is left out
            ids += [*known[symbol], *known[_PAD]]
    return [*ids, *known[_END]]
